use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::{FalseyValueParser, NonEmptyStringValueParser};

use super::policy::{StaleAfter, parse_stale_after};
use super::time::{parse_now, parse_patience};

#[derive(Debug, Args)]
pub(crate) struct OutcomesArgs {
    /// The reaps of so much time until now
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_SINCE", hide_env = true)]
    #[arg(default_value = "30d", value_parser = parse_patience)]
    pub(crate) since: Duration,
    /// What had become of each when so much time after it was over
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_HORIZON", hide_env = true)]
    #[arg(default_value = "24h", value_parser = parse_patience)]
    pub(crate) horizon: Duration,
    /// Those of this project, by name or id
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) project: Option<String>,
    /// Those for this reason, by its code
    #[arg(long, value_name = "CODE", env = "ZOMBIE_SWEEPER_REASON", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reason: Option<String>,
    /// Say what silence has cost, and for how long to bear it
    #[arg(long, env = "ZOMBIE_SWEEPER_SUGGEST", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) suggest: bool,
    /// Suggest no less than this [default: 15m]
    #[arg(
        long,
        value_name = "TIME",
        env = "ZOMBIE_SWEEPER_STALE_AFTER",
        hide_env = true
    )]
    #[arg(value_parser = parse_stale_after)]
    stale_after: Option<StaleAfter>,
    /// As of this time
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_NOW", hide_env = true)]
    #[arg(value_parser = parse_now)]
    pub(crate) now: Option<DateTime<Utc>>,
}

impl OutcomesArgs {
    /// For how long silence is borne where nothing is learned, where somebody has said so.
    pub(crate) fn stale_after(&self) -> Option<Duration> {
        self.stale_after?.time()
    }
}
