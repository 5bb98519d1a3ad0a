//! What was reaped, and what became of it?

mod options;
mod report;

pub use options::HistoryOptions;
pub use report::{DayOfReaps, History, ReapInHistory};

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::on_record::ReapOnRecord;
use super::reaps::{Asked, Listed, aftermaths, find};
use crate::error::SweepError;
use crate::options::SweepOptions;
use crate::store::{Opened, Records, SqliteRecords, StoreError};
use crate::sweep::clock;
use crate::zombie::{Contest, NextRuns, Notes, Outcome, PastReap, TaskNow, Timestamp};

/// Lists the reaps on record, the newest first, and what became of each. They are read from the queue's events; of a queue
/// that has no table of them, `elsewhere` are those that are on record somewhere else. Nothing is written.
///
/// # Errors
///
/// Those of a dry run.
pub fn history(
    conn: &Connection,
    opts: &HistoryOptions,
    elsewhere: Option<Vec<PastReap>>,
) -> Result<History, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let mut sweep = SweepOptions::at(opts.now).profile(opts.profile.clone());
    if let Some(project) = &opts.project {
        sweep = sweep.project(project);
    }
    let now = Timestamp::from(opts.now);
    let opened = Opened::read(conn, &sweep, clock())?;
    let records = SqliteRecords::begin(conn, &opened, now)?;
    Ok(history_by(records, opts, elsewhere)?)
}

/// The same of any store.
fn history_by(
    mut records: impl Records,
    opts: &HistoryOptions,
    elsewhere: Option<Vec<PastReap>>,
) -> Result<History, StoreError> {
    let now = Timestamp::from(opts.now);
    let mut notes = Notes::default();
    let asked = Asked {
        now,
        since: opts.since.map(|since| now.minus(since)),
        task: opts.task.as_deref(),
        project: opts.project.as_deref(),
        reason: opts.reason.as_deref(),
        limit: opts.limit.get(),
    };
    let found = find(&mut records, &asked, elsewhere, &mut notes)?;
    let reaps = became(&mut records, found.listed, now, &mut notes)?;
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    for outcome in reaps.iter().filter_map(|reap| reap.outcome) {
        *outcomes.entry(outcome).or_default() += 1;
    }
    let mut warnings = found.warnings;
    warnings.extend(notes.sentences(now));
    let day = |(day, reaps)| DayOfReaps { day, reaps };
    Ok(History {
        total: found.total,
        reaps,
        outcomes,
        days: found.days.into_iter().map(day).collect(),
        source: found.source,
        as_of: now.to_rfc3339(),
        since: asked.since.map(Timestamp::to_rfc3339),
        task: opts.task.clone(),
        project: opts.project.clone(),
        reason: opts.reason.clone(),
        limit: opts.limit.get(),
        profile: opts.profile.name().to_owned(),
        warnings,
        version: env!("CARGO_PKG_VERSION"),
    })
}

fn became(
    records: &mut impl Records,
    listed: Listed,
    now: Timestamp,
    notes: &mut Notes,
) -> Result<Vec<ReapInHistory>, StoreError> {
    let mut next = NextRuns::after(&listed);
    let standing = aftermaths(records, listed.iter().map(|(reap, _)| reap), &mut next, notes)?;
    let told = listed.into_iter().map(|(reap, again)| {
        let aftermath = standing.get(&reap.task_id.to_string());
        let became = aftermath.map(|aftermath| aftermath.of(&reap, again, next.of(&reap), now));
        let contest = aftermath.and_then(|found| Contest::of(&reap, next.reaped(&reap), found.abandoned()));
        ReapInHistory {
            on_record: ReapOnRecord::new(&reap, now),
            outcome: became.as_ref().and_then(|became| became.outcome),
            next_run_id: became.as_ref().and_then(|became| became.run.clone()),
            status: became.and_then(|became| became.word),
            contested: contest.and_then(Contest::is_contested),
            is_gone: aftermath.is_none_or(|aftermath| aftermath.task == TaskNow::Gone),
        }
    });
    Ok(told.collect())
}
