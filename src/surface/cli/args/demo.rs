use clap::Args;
use clap::builder::FalseyValueParser;

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Leave the database there, to try the commands on
    #[arg(long, env = "ZOMBIE_SWEEPER_KEEP", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) keep: bool,
}
