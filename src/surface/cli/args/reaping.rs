//! When zombies are reaped, and how: the same for one sweep and for those of a watch.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;
use clap::builder::{FalseyValueParser, NonEmptyStringValueParser};

use super::number::{parse_number, parse_positive};
use super::parking::ParkingArgs;
use super::time::parse_time;

#[derive(Clone, Debug, Args)]
pub(crate) struct ReapingArgs {
    /// Look twice, so far apart, before silence is taken for death
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_CONFIRM", hide_env = true)]
    #[arg(default_value = "0s", value_parser = parse_time)]
    pub(crate) confirm: Duration,
    /// Reap none where more than so many are due; exit with 3
    #[arg(long, value_name = "N", env = "ZOMBIE_SWEEPER_AT_MOST", hide_env = true)]
    #[arg(value_parser = parse_number)]
    pub(crate) at_most: Option<usize>,
    #[command(flatten)]
    pub(crate) parking: ParkingArgs,
    /// Reap at most so many zombies in one transaction
    #[arg(
        long,
        value_name = "N",
        env = "ZOMBIE_SWEEPER_BATCH_SIZE",
        hide_env = true,
        default_value = "10000"
    )]
    #[arg(value_parser = parse_positive)]
    pub(crate) batch_size: NonZeroUsize,
    /// The name that the events are written in
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_ACTOR", hide_env = true)]
    #[arg(default_value = "zombie-sweeper", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) actor: String,
    /// Show the evidence of each zombie
    #[arg(long, env = "ZOMBIE_SWEEPER_EVIDENCE", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) evidence: bool,
}
