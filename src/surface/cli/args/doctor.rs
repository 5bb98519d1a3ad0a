use clap::{Args, ValueEnum};
use zombie_sweeper::inspect::Severity;

use super::policy::PolicyArgs;

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Exit with 3 from this level on
    #[arg(long, value_name = "LEVEL", env = "ZOMBIE_SWEEPER_FAIL_ON", hide_env = true)]
    #[arg(value_enum)]
    pub(crate) fail_on: Option<Level>,
    // No variable: it takes the write lock, so that it is asked for anew each time.
    /// Try a reap of one row, and undo it: takes the write lock, for some 40 ms
    #[arg(long)]
    pub(crate) trial: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Notice,
    Warning,
    Error,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Notice => Self::Notice,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }
}
