use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::metrics::MetricsArgs;
use super::policy::PolicyArgs;
use super::reaping::ReapingArgs;
use super::sweep::SweepArgs;
use super::time::parse_patience;

/// A worker may finish its run and its task in two transactions: what stays sees the moment between them.
const SETTLE: &str = "10s";

#[derive(Debug, Args)]
#[command(mut_arg("settle", |settle| settle.default_value(SETTLE)))]
#[command(mut_arg("at_most", |at_most| at_most.help("Reap none where more than so many are due, with those of the last 15 minutes")))]
pub(crate) struct WatchArgs {
    /// Watch this project only, by name or id [default: all]
    #[arg(long, value_name = "NAME", env = "ZOMBIE_SWEEPER_PROJECT", hide_env = true)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    project: Option<String>,
    /// Look at the queue no more often than this
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_INTERVAL", hide_env = true)]
    #[arg(default_value = "1s", value_parser = parse_patience)]
    pub(crate) interval: Duration,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    reaping: ReapingArgs,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// Whether one who stays writes to the queue.
#[derive(Clone, Copy, Debug)]
pub(super) enum Writes {
    Always,
    /// It has not been told, and could be.
    UnlessToldNotTo,
    /// It was told.
    Never,
}

impl WatchArgs {
    /// Each of its sweeps, as the bare command would be asked for it.
    pub(super) fn sweep(&self) -> SweepArgs {
        SweepArgs::of_who_stays(self.project.as_ref(), &self.policy, &self.reaping, &self.metrics)
    }

    /// What variables ask of a sweep that one who stays does not do: to pass over it would be to reap what nobody meant.
    pub(super) fn refused(sweep: &SweepArgs, command: &str, writes: Writes) -> Option<String> {
        let instead = match writes {
            Writes::Never => None,
            Writes::Always => Some("run a sweep with --dry-run"),
            Writes::UnlessToldNotTo => {
                Some("run a sweep with --dry-run, or give --read-only (ZOMBIE_SWEEPER_READ_ONLY)")
            }
        };
        if let Some(instead) = instead.filter(|_| sweep.dry_run) {
            Some(format!(
                "ZOMBIE_SWEEPER_DRY_RUN: `{command}` writes; to see what would be reaped, {instead}"
            ))
        } else if sweep.task.is_empty() {
            None
        } else {
            Some(format!(
                "ZOMBIE_SWEEPER_TASK is set, and `{command}` sweeps all tasks, or those of one --project: unset it, or run a \
                 sweep with it"
            ))
        }
    }
}
