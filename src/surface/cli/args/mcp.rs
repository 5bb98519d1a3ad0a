use clap::Args;
use clap::builder::{FalseyValueParser, NonEmptyStringValueParser};

use super::metrics::MetricsArgs;
use super::policy::PolicyArgs;
use super::reaping::ReapingArgs;
use super::sweep::SweepArgs;

#[derive(Debug, Args)]
#[command(mut_arg("at_most", |at_most| at_most.help("Reap none where more than so many are due, with those of the last 15 minutes")))]
pub(crate) struct McpArgs {
    /// Let it see and sweep tasks of this project only, by name or id; schema and doctor tell of all [default: all]
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    project: Option<String>,
    /// Offer nothing that writes
    #[arg(long, env = "ZOMBIE_SWEEPER_READ_ONLY", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) read_only: bool,
    /// A model may sweep though its client cannot ask a person
    #[arg(long, env = "ZOMBIE_SWEEPER_ALLOW_UNCONFIRMED", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) allow_unconfirmed: bool,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    reaping: ReapingArgs,
    #[command(flatten)]
    metrics: MetricsArgs,
}

impl McpArgs {
    /// What a sweep that it is asked for goes by, as the bare command would be asked for it.
    pub(super) fn sweep(&self) -> SweepArgs {
        SweepArgs::of_who_stays(self.project.as_ref(), &self.policy, &self.reaping, &self.metrics)
    }

    /// What variables ask of a sweep that is not asked for here: to pass over it would be to let more be reaped than was meant.
    pub(super) fn refused(&self, sweep: &SweepArgs) -> Option<&'static str> {
        if sweep.dry_run && !self.read_only {
            Some(
                "ZOMBIE_SWEEPER_DRY_RUN is set, and `mcp` may write: expected --read-only (ZOMBIE_SWEEPER_READ_ONLY)",
            )
        } else if sweep.task.is_empty() {
            None
        } else {
            Some(
                "ZOMBIE_SWEEPER_TASK is set, and `mcp` offers all tasks, or those of one --project: unset it, or run a sweep \
                 with it",
            )
        }
    }
}
