use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::{FalseyValueParser, NonEmptyStringValueParser, OsStringValueParser, TypedValueParser};

use super::parking::ParkingArgs;
use super::policy::PolicyArgs;
use super::time::{parse_now, parse_time};
use crate::surface::metrics;

#[derive(Debug, Args)]
#[command(next_help_heading = "Sweep")]
pub(crate) struct SweepArgs {
    /// Sweep this project only, by name or id [default: all]
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) project: Option<String>,
    /// Sweep this task only, by its id; may be repeated
    #[arg(long, value_name = "ID", env = "ZOMBIE_SWEEPER_TASK", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) task: Vec<String>,
    /// Find the zombies, write nothing
    #[arg(long, short = 'n', env = "ZOMBIE_SWEEPER_DRY_RUN", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) dry_run: bool,
    /// With --dry-run: what would have been reaped at this time
    #[arg(
        long,
        value_name = "TIME",
        requires = "dry_run",
        env = "ZOMBIE_SWEEPER_NOW",
        hide_env = true
    )]
    #[arg(value_parser = parse_now)]
    pub(crate) now: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Look twice, so far apart, before silence is taken for death
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_CONFIRM", hide_env = true)]
    #[arg(default_value = "0s", value_parser = parse_time)]
    pub(crate) confirm: Duration,
    /// Reap none where more than so many are due; exit with 3
    #[arg(long, value_name = "N", env = "ZOMBIE_SWEEPER_AT_MOST", hide_env = true)]
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
    pub(crate) batch_size: NonZeroUsize,
    /// The name that the events are written in
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_ACTOR", hide_env = true)]
    #[arg(default_value = "zombie-sweeper", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) actor: String,
    /// Show the evidence of each zombie
    #[arg(long, env = "ZOMBIE_SWEEPER_EVIDENCE", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) evidence: bool,
    /// Exit with 3 if there was a zombie, for monitors
    #[arg(long, env = "ZOMBIE_SWEEPER_FAIL_ON_ZOMBIES", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) fail_on_zombies: bool,
    /// Tell Prometheus of each sweep, in this file, NAME.prom
    #[arg(
        long,
        value_name = "PATH",
        env = "ZOMBIE_SWEEPER_METRICS_FILE",
        hide_env = true
    )]
    #[arg(value_parser = OsStringValueParser::new().map(PathBuf::from).try_map(metrics::parse))]
    metrics_file: Option<PathBuf>,
}

impl SweepArgs {
    /// The file, where there is to be one.
    pub(crate) fn metrics_file(&self) -> Option<&PathBuf> {
        self.metrics_file
            .as_ref()
            .filter(|path| !path.as_os_str().is_empty())
    }
}
