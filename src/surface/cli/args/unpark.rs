use clap::Args;
use clap::builder::NonEmptyStringValueParser;

#[derive(Debug, Args)]
pub(crate) struct UnparkArgs {
    /// The task, by its id as the summary shows it
    #[arg(value_name = "TASK", value_parser = NonEmptyStringValueParser::new(), allow_hyphen_values = true)]
    pub(crate) task: String,
    /// Open it only if it belongs to this project, by name or id
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) project: Option<String>,
    /// The name that the event is written in
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_ACTOR", hide_env = true)]
    #[arg(default_value = "zombie-sweeper", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) actor: String,
}
