use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct LogArgs {
    /// The summary, on standard output
    #[arg(
        long,
        value_name = "FORMAT",
        global = true,
        env = "ZOMBIE_SWEEPER_FORMAT",
        hide_env = true
    )]
    #[arg(value_enum, default_value = "json")]
    pub(crate) format: Format,
    /// The log, on standard error
    #[arg(
        long,
        value_name = "FORMAT",
        global = true,
        env = "ZOMBIE_SWEEPER_LOG_FORMAT",
        hide_env = true
    )]
    #[arg(value_enum, default_value = "text")]
    pub(crate) log_format: Format,
    /// Log each reap; twice: also each verdict that took a closer look
    #[arg(long, short, global = true, env = "ZOMBIE_SWEEPER_VERBOSE", hide_env = true)]
    #[arg(action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Log errors only
    #[arg(long, short, global = true, env = "ZOMBIE_SWEEPER_QUIET", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Json,
    Text,
}
