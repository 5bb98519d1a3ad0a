use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::{FalseyValueParser, NonEmptyStringValueParser};

use super::kept_plan::KeptPlanArgs;
use super::metrics::MetricsArgs;
use super::policy::PolicyArgs;
use super::reaping::ReapingArgs;
use super::time::parse_now;

#[derive(Debug, Args)]
#[command(next_help_heading = "Sweep")]
pub(crate) struct SweepArgs {
    /// Sweep this project only, by name or id [default: all]
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) project: Option<String>,
    /// Sweep this task only, by its id; may be repeated
    #[arg(long, value_name = "ID", env = "ZOMBIE_SWEEPER_TASK", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new(), allow_negative_numbers = true)]
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
    #[command(flatten)]
    pub(crate) reaping: ReapingArgs,
    /// Exit with 3 if there was a zombie, for monitors
    #[arg(long, env = "ZOMBIE_SWEEPER_FAIL_ON_ZOMBIES", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) fail_on_zombies: bool,
    #[command(flatten)]
    pub(crate) metrics: MetricsArgs,
    #[command(flatten)]
    pub(crate) kept_plan: KeptPlanArgs,
}

impl SweepArgs {
    /// Each sweep of a process that stays, as the bare command would be asked for it.
    pub(super) fn of_who_stays(
        project: Option<&String>,
        policy: &PolicyArgs,
        reaping: &ReapingArgs,
        metrics: &MetricsArgs,
    ) -> Self {
        Self {
            project: project.cloned(),
            task: Vec::new(),
            dry_run: false,
            now: None,
            policy: policy.clone(),
            reaping: reaping.clone(),
            fail_on_zombies: false,
            metrics: metrics.clone(),
            kept_plan: KeptPlanArgs::default(),
        }
    }
}
