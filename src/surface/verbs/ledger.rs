//! Enters a sweep into the ledger once it is over, when the queue is closed and no lock of it is held. Where none is kept, it is
//! counted for a monitor that asks.

use chrono::{DateTime, Utc};
use zombie_sweeper::SweepReport;
use zombie_sweeper::ledger::{self, Clocks, Entry, Outcome, Scope};

use super::site::{Site, Sweeps};
use crate::surface::exit::Exit;
use crate::surface::{failure, wait, wall_clock};

/// Enters a sweep that has come to an end, be it early; what there is to tell goes into its warnings.
pub(crate) fn remember(site: &Site, sweeps: Sweeps<'_>, report: &mut SweepReport, now: DateTime<Utc>) {
    let warnings = enter(site, sweeps, now, Outcome::Swept(report));
    report.warnings.extend(warnings);
}

/// Enters a sweep that has failed before it wrote anything, unless it was asked for what is not there.
pub(crate) fn remember_failure(site: &Site, sweeps: Sweeps<'_>, error: &anyhow::Error, now: DateTime<Utc>) {
    if failure::exit(error) == Exit::Usage {
        return;
    }
    for warning in enter(site, sweeps, now, Outcome::Failed(&failure::text(error))) {
        tracing::warn!("{warning}");
    }
}

/// A dry run has done nothing that there is to remember.
fn enter(site: &Site, sweeps: Sweeps<'_>, now: DateTime<Utc>, outcome: Outcome<'_>) -> Vec<String> {
    if sweeps.is_dry {
        return Vec::new();
    }
    let Some(ledger) = &site.ledger else {
        if let Some(told) = &site.told {
            told.count(outcome);
        }
        return Vec::new();
    };
    let scope = Scope::new(&site.db, sweeps.project);
    let entry = Entry {
        scope: &scope,
        is_narrowed: sweeps.is_narrowed,
        at: now.into(),
        clocks: &clocks(ledger.boot_id.clone()),
        outcome,
    };
    ledger::record(&ledger.path, ledger.keep, &entry)
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
