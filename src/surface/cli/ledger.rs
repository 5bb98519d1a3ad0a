//! Enters a sweep into the ledger once it is over, when the queue is closed and no lock of it is held.

use chrono::{DateTime, Utc};
use zombie_sweeper::SweepReport;
use zombie_sweeper::ledger::{self, Clocks, Entry, Outcome, Scope};

use super::args::Cli;
use super::exit::Exit;
use super::{failure, wait, wall_clock};

/// Enters a sweep that has come to an end, be it early; what there is to tell goes into its warnings.
pub(crate) fn remember(cli: &Cli, report: &mut SweepReport, now: DateTime<Utc>) {
    let warnings = enter(cli, now, Outcome::Swept(report));
    report.warnings.extend(warnings);
}

/// Enters a sweep that has failed before it wrote anything, unless it was asked for what is not there.
pub(crate) fn remember_failure(cli: &Cli, error: &anyhow::Error, now: DateTime<Utc>) {
    if failure::exit(error) == Exit::Usage {
        return;
    }
    for warning in enter(cli, now, Outcome::Failed(&failure::text(error))) {
        tracing::warn!("{warning}");
    }
}

/// A dry run has done nothing that there is to remember.
fn enter(cli: &Cli, now: DateTime<Utc>, outcome: Outcome<'_>) -> Vec<String> {
    let Some(path) = cli.ledger.path().filter(|_| !cli.sweep.dry_run) else {
        return Vec::new();
    };
    let scope = Scope::new(&cli.database.db, cli.sweep.project.as_deref());
    let entry = Entry {
        scope: &scope,
        is_narrowed: !cli.sweep.task.is_empty(),
        at: now.into(),
        clocks: &clocks(cli.ledger.boot_id.clone()),
        outcome,
    };
    ledger::record(path, cli.ledger.ledger_keep, &entry)
}

fn clocks(boot_id: Option<String>) -> Clocks {
    let (since_boot, awake) = wait::since_boot().unzip();
    let wall = wall_clock::now().into();
    Clocks {
        boot_id: wait::boot_id().or(boot_id),
        wall,
        since_boot,
        awake,
    }
}
