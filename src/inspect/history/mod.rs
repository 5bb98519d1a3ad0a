//! What was reaped, and what became of it?

mod chosen;
mod options;
mod report;
mod warn;

pub use options::HistoryOptions;
pub use report::{DayOfReaps, History, ReapInHistory};

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::on_record::ReapOnRecord;
use super::source::Source;
use crate::error::SweepError;
use crate::options::SweepOptions;
use crate::store::{Opened, Records, SeenReap, SqliteRecords, StoreError, WantedReaps};
use crate::sweep::clock;
use crate::zombie::{Aftermath, NextRuns, Notes, Outcome, PastReap, Timestamp};
use chosen::Chosen;

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
    Ok(history_by(
        SqliteRecords::begin(conn, &opened, now)?,
        opts,
        elsewhere,
    )?)
}

/// The same of any store.
fn history_by(
    records: impl Records,
    opts: &HistoryOptions,
    elsewhere: Option<Vec<PastReap>>,
) -> Result<History, StoreError> {
    let now = Timestamp::from(opts.now);
    let mut ask = Ask {
        records,
        opts,
        now,
        notes: Notes::default(),
    };
    let mut chosen = Chosen::new(now, opts.since.map(|since| now.minus(since)), opts.limit.get());
    let source = match (ask.in_events(&mut chosen)?, elsewhere) {
        (true, _) => Source::Events,
        (false, Some(reaps)) => {
            ask.elsewhere(reaps)?.for_each(|seen| chosen.see(seen));
            Source::Ledger
        }
        (false, None) => Source::Nowhere,
    };
    let listed = chosen.listed(&mut ask.records)?;
    let missed = ask.missed(source, chosen.total, chosen.others())?;
    let reaps = ask.became(listed)?;
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    for outcome in reaps.iter().filter_map(|reap| reap.outcome) {
        *outcomes.entry(outcome).or_default() += 1;
    }
    let mut warnings = Vec::new();
    if source == Source::Nowhere {
        warnings.push(
            "this queue keeps no events, so that nothing in it says what was reaped: the summaries of past sweeps do".to_owned(),
        );
    }
    warnings.extend(missed);
    if chosen.undated > 0 {
        warnings.push(format!(
            "reaps of which no time can be read, so that nothing says whether they are of the time asked for: {}",
            chosen.undated
        ));
    }
    if chosen.later > 0 {
        warnings.push(format!(
            "reaps on record of a time after {}, which are left out: {}",
            now.to_rfc3339(),
            chosen.later
        ));
    }
    warnings.extend(ask.notes.sentences(now));
    Ok(History {
        total: chosen.total,
        reaps,
        outcomes,
        days: chosen.days(),
        source,
        as_of: now.to_rfc3339(),
        since: opts.since.map(|since| now.minus(since).to_rfc3339()),
        task: opts.task.clone(),
        project: opts.project.clone(),
        reason: opts.reason.clone(),
        limit: opts.limit.get(),
        profile: opts.profile.name().to_owned(),
        warnings,
        version: env!("CARGO_PKG_VERSION"),
    })
}

struct Ask<'a, R> {
    records: R,
    opts: &'a HistoryOptions,
    now: Timestamp,
    notes: Notes,
}

impl<R: Records> Ask<'_, R> {
    /// Whether the queue keeps events; its reaps are seen.
    fn in_events(&mut self, chosen: &mut Chosen) -> Result<bool, StoreError> {
        let wanted = WantedReaps {
            since: self.opts.since.map(|since| self.now.minus(since)),
            task: self.opts.task.as_deref(),
            reason: self.opts.reason.as_deref(),
        };
        let mut see = |seen| chosen.see(seen);
        self.records.see(&wanted, &mut see, &mut self.notes)
    }

    /// Reaps that were read elsewhere, held to the same wishes.
    fn elsewhere(&mut self, reaps: Vec<PastReap>) -> Result<impl Iterator<Item = SeenReap>, StoreError> {
        let opts = self.opts;
        let is_of_task = |reap: &PastReap| {
            opts.task
                .as_ref()
                .is_none_or(|task| reap.task_id.to_string() == *task)
        };
        let reaps: Vec<_> = reaps.into_iter().filter(is_of_task).collect();
        let standing = match opts.project {
            Some(_) => self.aftermaths(reaps.iter(), &mut NextRuns::default())?,
            None => HashMap::new(),
        };
        Ok(reaps.into_iter().map(move |reap| {
            let is_in_project = || {
                let found = standing.get(&reap.task_id.to_string());
                found.is_some_and(|found: &Aftermath| found.is_in_project)
            };
            let is_wanted = opts.reason.as_ref().is_none_or(|reason| reap.reason == *reason)
                && (opts.project.is_none() || is_in_project());
            SeenReap::known(reap, is_wanted)
        }))
    }

    /// What was asked for and is not there, where no reap was found.
    fn missed(
        &mut self,
        source: Source,
        found: usize,
        others: Vec<SeenReap>,
    ) -> Result<Vec<String>, StoreError> {
        if found > 0 || source == Source::Nowhere {
            return Ok(Vec::new());
        }
        let task = match &self.opts.task {
            Some(task) => warn::of_task(&mut self.records, task, &mut self.notes)?,
            None => None,
        };
        let reason = match &self.opts.reason {
            Some(reason) if task.is_none() => warn::of_reason(&mut self.records, reason, others)?,
            _ => None,
        };
        Ok(task.into_iter().chain(reason).collect())
    }

    fn became(
        &mut self,
        listed: Vec<(PastReap, Option<Timestamp>)>,
    ) -> Result<Vec<ReapInHistory>, StoreError> {
        let mut next = NextRuns::after(&listed);
        let standing = self.aftermaths(listed.iter().map(|(reap, _)| reap), &mut next)?;
        let told = listed.into_iter().map(|(reap, again)| {
            let became = standing.get(&reap.task_id.to_string());
            let became = became.map(|aftermath| aftermath.of(&reap, again, next.of(&reap), self.now));
            ReapInHistory {
                on_record: ReapOnRecord::new(&reap, self.now),
                outcome: became.as_ref().and_then(|became| became.outcome),
                next_run_id: became.as_ref().and_then(|became| became.run.clone()),
                status: became.and_then(|became| became.word),
            }
        });
        Ok(told.collect())
    }

    fn aftermaths<'r>(
        &mut self,
        reaps: impl Iterator<Item = &'r PastReap>,
        next: &mut NextRuns,
    ) -> Result<HashMap<String, Aftermath>, StoreError> {
        let mut ids: Vec<_> = reaps.map(|reap| reap.task_id.to_string()).collect();
        ids.sort_unstable();
        ids.dedup();
        self.records.aftermaths(&ids, next, &mut self.notes)
    }
}
