use clap::Args;
use clap::builder::FalseyValueParser;

use super::serving::ServingArgs;
use super::watch::WatchArgs;

/// What it watches, and where it listens.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) watch: WatchArgs,
    /// Do not watch the queue
    #[arg(long, env = "ZOMBIE_SWEEPER_NO_WATCH", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) no_watch: bool,
    #[command(flatten)]
    pub(crate) serving: ServingArgs,
}
