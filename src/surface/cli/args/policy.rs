//! How long silence is borne: the same for a sweep and for every question about one.

use std::time::Duration;

use clap::Args;
use zombie_sweeper::Policy;

use super::time::{parse_patience, parse_time};

#[derive(Clone, Debug, Args)]
pub(crate) struct PolicyArgs {
    /// A run silent for longer than this is dead [default: 15m]
    #[arg(
        long,
        value_name = "TIME",
        env = "ZOMBIE_SWEEPER_STALE_AFTER",
        hide_env = true
    )]
    #[arg(value_parser = parse_patience)]
    pub(crate) stale_after: Option<Duration>,
    /// A claim without a run is dead after this [default: --stale-after]
    #[arg(
        long,
        value_name = "TIME",
        env = "ZOMBIE_SWEEPER_CLAIM_GRACE",
        hide_env = true
    )]
    #[arg(value_parser = parse_patience)]
    pub(crate) claim_grace: Option<Duration>,
    /// A task may stay running this long after its run has ended
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_SETTLE", hide_env = true)]
    #[arg(default_value = "0s", value_parser = parse_time)]
    pub(crate) settle: Duration,
}

impl PolicyArgs {
    pub(crate) fn policy(&self) -> Policy {
        Policy {
            stale_after: self.stale_after.unwrap_or(Policy::default().stale_after),
            claim_grace: self.claim_grace,
            settle: self.settle,
        }
    }
}
