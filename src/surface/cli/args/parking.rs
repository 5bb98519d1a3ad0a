//! From when on a task that falls silent again and again is parked: the same for a sweep and for a question about one.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;
use zombie_sweeper::SweepOptions;

use super::number::parse_positive;
use super::time::parse_patience;

#[derive(Clone, Debug, Args)]
pub(crate) struct ParkingArgs {
    /// Park a task that falls silent for the Nth time
    #[arg(long, value_name = "N", env = "ZOMBIE_SWEEPER_PARK_AFTER", hide_env = true)]
    #[arg(value_parser = parse_positive)]
    park_after: Option<NonZeroUsize>,
    /// Within which time these silences count together
    #[arg(
        long,
        value_name = "TIME",
        env = "ZOMBIE_SWEEPER_PARK_WITHIN",
        hide_env = true
    )]
    #[arg(default_value = "72h", value_parser = parse_patience)]
    park_within: Duration,
}

impl ParkingArgs {
    pub(crate) fn of(&self, options: SweepOptions) -> SweepOptions {
        let options = options.park_within(self.park_within);
        match self.park_after {
            Some(reaps) => options.park_after(reaps),
            None => options,
        }
    }
}
