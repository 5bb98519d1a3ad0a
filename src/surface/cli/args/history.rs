use std::num::NonZeroUsize;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::number::parse_positive;
use super::time::{parse_now, parse_time};

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Those of so much time until now, such as 24h [default: all]
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_SINCE", hide_env = true)]
    #[arg(value_parser = parse_time)]
    pub(crate) since: Option<Duration>,
    /// Those of this task
    #[arg(long, value_name = "ID", env = "ZOMBIE_SWEEPER_TASK", hide_env = true)]
    pub(crate) task: Option<String>,
    /// Those of this project, by name or id
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) project: Option<String>,
    /// Those for this reason, by its code
    #[arg(long, value_name = "CODE", env = "ZOMBIE_SWEEPER_REASON", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reason: Option<String>,
    /// List at most so many, the newest; all are counted
    #[arg(
        long,
        value_name = "N",
        env = "ZOMBIE_SWEEPER_LIMIT",
        hide_env = true,
        default_value = "100",
        value_parser = parse_positive
    )]
    pub(crate) limit: NonZeroUsize,
    /// As of this time
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_NOW", hide_env = true)]
    #[arg(value_parser = parse_now)]
    pub(crate) now: Option<DateTime<Utc>>,
}
