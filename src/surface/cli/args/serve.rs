use clap::Args;

use super::serving::ServingArgs;
use super::watch::WatchArgs;

/// What it watches, and where it listens.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) watch: WatchArgs,
    #[command(flatten)]
    pub(crate) serving: ServingArgs,
}
