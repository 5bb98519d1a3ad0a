//! What a monitor is told of sweeps, however they ended: in a file, and by who stays, when it asks.

use std::path::Path;

use chrono::{DateTime, Utc};
use zombie_sweeper::ledger::{self, Ledger};
use zombie_sweeper::metrics::{LastSweep, Metrics, Scope, Totals};
use zombie_sweeper::{Profile, SweepReport};

use super::site::{Site, Sweeps};
use super::told::Last;
use crate::surface::exit::Exit;
use crate::surface::{failure, metrics};

/// Tells of a sweep that began then and ended so, where a monitor is to know. A dry run is no sweep: it would hide from
/// the monitor that none has taken place.
pub(crate) fn tell(
    site: &Site,
    sweeps: Sweeps<'_>,
    began: DateTime<Utc>,
    ended: Result<Exit, &anyhow::Error>,
    report: Option<&SweepReport>,
) {
    if site.metrics.is_none() && site.told.is_none() {
        return;
    }
    if sweeps.is_dry || sweeps.is_narrowed {
        tracing::info!("a dry run, or a sweep of a part of the queue, is no last sweep for the metrics");
        return;
    }
    let exit = ended.unwrap_or_else(failure::exit);
    let is_held_back = report.is_some_and(|report| report.held_back.is_some());
    let sweep = LastSweep {
        is_success: matches!(exit, Exit::Swept | Exit::ZombiesFound) && !is_held_back,
        report,
        oldest_living_silence_s: report.and_then(oldest_living_silence_s),
        ..LastSweep::failed(began, exit as u8)
    };
    if let Some(told) = &site.told {
        told.hear(&sweep);
    }
    if let Some(path) = &site.metrics {
        metrics::tell(path, &scope(site, sweeps), sweep, totals(site, sweeps).as_ref());
    }
}

/// What a monitor that asks is told.
pub(crate) fn text(site: &Site, sweeps: Sweeps<'_>) -> String {
    let told = site.told.as_ref().map(|told| told.last());
    let last = told.as_ref().and_then(|last| last.as_ref());
    let (scope, totals) = (scope(site, sweeps), totals(site, sweeps));
    let metrics = Metrics {
        scope: &scope,
        last_sweep: last.map(Last::sweep),
        last_success_s: last.map_or(0.0, |last| last.succeeded_s),
        totals: totals.as_ref(),
    };
    metrics.to_string()
}

/// Known where a ledger is kept.
fn oldest_living_silence_s(report: &SweepReport) -> Option<f64> {
    let largest = report.remembered()?.living.iter().map(|(_, ages)| ages.largest());
    largest.max().map(|age| age.as_secs_f64())
}

/// What the ledger has counted; that it cannot be read was said when the sweep was entered. Where none is kept, a process that
/// stays has counted its own.
fn totals(site: &Site, sweeps: Sweeps<'_>) -> Option<Totals> {
    let Some(ledger) = &site.ledger else {
        return site.told.as_ref().map(|told| told.counted());
    };
    let ledger = Ledger::open_to_read(&ledger.path).ok()?;
    let scope = ledger::Scope::new(&site.db, sweeps.project);
    let counted = ledger.totals(&scope).ok()??;
    Some(Totals {
        sweeps: counted.sweeps,
        failed_sweeps: counted.failures,
        reaped: counted.reaped,
    })
}

/// As the options name it, so that it is the same where the database or the profile cannot be read.
fn scope(site: &Site, sweeps: Sweeps<'_>) -> Scope {
    let database = &site.db;
    let profile = site.profile.name();
    Scope {
        database: shown(&std::path::absolute(database).unwrap_or_else(|_| database.clone())),
        profile: profile.map_or_else(|| Profile::default().name().to_owned(), shown),
        project: sweeps.project.map(str::to_owned),
    }
}

/// A path that is no text is spelt out, so that no two of them look alike.
fn shown(path: &Path) -> String {
    path.to_str().map_or_else(
        || path.as_os_str().as_encoded_bytes().escape_ascii().to_string(),
        str::to_owned,
    )
}
