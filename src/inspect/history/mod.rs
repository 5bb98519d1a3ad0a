//! What was reaped, and what became of it?

mod chosen;
mod options;
mod report;

pub use options::HistoryOptions;
pub use report::{DayOfReaps, History, ReapInHistory, Source};

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::on_record::ReapOnRecord;
use crate::error::SweepError;
use crate::store::{Project, ReapsOnRecord, Schema, SeenReap, WantedReaps, aftermaths};
use crate::sweep::{begin_to_read, clock};
use crate::zombie::{Aftermath, Notes, Outcome, PastReap, Timestamp};
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
    let reading = || SweepError::sqlite("read what was reaped");
    let now = Timestamp::from(opts.now);
    let one_moment = begin_to_read(conn)?;
    let schema = Schema::read(conn, &opts.profile)?;
    let project = match &opts.project {
        None => None,
        Some(name) => {
            let project = Project::find(conn, &schema, name)?;
            project.check_known(conn, &schema)?;
            Some(project)
        }
    };
    let mut ask = Ask {
        conn,
        schema: &schema,
        opts,
        project: project.as_ref(),
        now,
        notes: Notes::default(),
    };
    let mut on_record = ReapsOnRecord::new(conn, &schema, now).map_err(reading())?;
    let (source, seen) = match (&on_record, elsewhere) {
        (Some(events), _) => (Source::Events, ask.in_events(events).map_err(reading())?),
        (None, Some(reaps)) => (Source::Ledger, ask.elsewhere(reaps).map_err(reading())?),
        (None, None) => (Source::Nowhere, Vec::new()),
    };
    let chosen = Chosen::of(seen, opts.since.map(|since| now.minus(since)), opts.limit.get());
    let mut listed = Vec::new();
    for (seen, again) in chosen.listed {
        let reap = match &mut on_record {
            Some(events) => events.whole(seen).map_err(reading())?,
            None => seen.reap,
        };
        listed.push((reap, again));
    }
    let reaps = ask.became(listed).map_err(reading())?;
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
    if chosen.undated > 0 {
        warnings.push(format!(
            "reaps of which no time can be read, so that nothing says whether they are of the time asked for: {}",
            chosen.undated
        ));
    }
    warnings.extend(ask.notes.sentences(now));
    drop(one_moment);
    Ok(History {
        total: chosen.total,
        reaps,
        outcomes,
        days: chosen.days,
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

struct Ask<'a> {
    conn: &'a Connection,
    schema: &'a Schema,
    opts: &'a HistoryOptions,
    project: Option<&'a Project>,
    now: Timestamp,
    notes: Notes,
}

impl Ask<'_> {
    fn in_events(&mut self, events: &ReapsOnRecord<'_>) -> rusqlite::Result<Vec<SeenReap>> {
        let wanted = WantedReaps {
            since: self.opts.since.map(|since| self.now.minus(since)),
            task: self.opts.task.as_deref(),
            project: self.project,
            reason: self.opts.reason.as_deref(),
        };
        events.seen(self.schema, &wanted, &mut self.notes)
    }

    /// Reaps that were read elsewhere, held to the same wishes.
    fn elsewhere(&mut self, reaps: Vec<PastReap>) -> rusqlite::Result<Vec<SeenReap>> {
        let opts = self.opts;
        let is_of_task = |reap: &PastReap| {
            opts.task
                .as_ref()
                .is_none_or(|task| reap.task_id.to_string() == *task)
        };
        let reaps: Vec<_> = reaps.into_iter().filter(is_of_task).collect();
        let standing = match self.project {
            Some(_) => self.aftermaths(reaps.iter())?,
            None => HashMap::new(),
        };
        let seen = reaps.into_iter().map(|reap| {
            let is_in_project = || {
                let found = standing.get(&reap.task_id.to_string());
                found.is_some_and(|found: &Aftermath| found.is_in_project)
            };
            let is_wanted = opts.reason.as_ref().is_none_or(|reason| reap.reason == *reason)
                && (self.project.is_none() || is_in_project());
            SeenReap::known(reap, is_wanted)
        });
        Ok(seen.collect())
    }

    fn became(&mut self, listed: Vec<(PastReap, Option<Timestamp>)>) -> rusqlite::Result<Vec<ReapInHistory>> {
        let standing = self.aftermaths(listed.iter().map(|(reap, _)| reap))?;
        let told = listed.into_iter().map(|(reap, again)| {
            let became = standing.get(&reap.task_id.to_string());
            let became = became.map(|aftermath| aftermath.of(&reap, again, self.now));
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
    ) -> rusqlite::Result<HashMap<String, Aftermath>> {
        let mut ids: Vec<_> = reaps.map(|reap| reap.task_id.to_string()).collect();
        ids.sort_unstable();
        ids.dedup();
        let (conn, schema, project) = (self.conn, self.schema, self.project);
        aftermaths(conn, schema, project, &ids, self.now, clock(), &mut self.notes)
    }
}
