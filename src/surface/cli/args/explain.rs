use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::parking::ParkingArgs;
use super::policy::PolicyArgs;
use super::time::parse_now;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The task's id, as a summary shows it
    #[arg(value_name = "TASK", allow_hyphen_values = true)]
    pub(crate) task: String,
    /// Explain it to a sweep of this project only, by name or id [default: all]
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) project: Option<String>,
    /// What a sweep would have found at this time
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_NOW", hide_env = true)]
    #[arg(value_parser = parse_now)]
    pub(crate) now: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) parking: ParkingArgs,
}
