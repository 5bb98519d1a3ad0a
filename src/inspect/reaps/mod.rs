//! The reaps on record that somebody asks for: found in the queue's events, else elsewhere, chosen, and read whole; and what is
//! to be said of those that are not there.

mod chosen;
mod missed;

use std::collections::HashMap;

use super::source::Source;
use crate::store::{Records, SeenReap, StoreError, WantedReaps};
use crate::zombie::{Aftermath, NextRuns, Notes, PastReap, Timestamp};
use chosen::Chosen;
pub(super) use chosen::Listed;

/// What is asked for.
pub(super) struct Asked<'o> {
    pub(super) now: Timestamp,
    /// None earlier than this.
    pub(super) since: Option<Timestamp>,
    pub(super) task: Option<&'o str>,
    pub(super) project: Option<&'o str>,
    pub(super) reason: Option<&'o str>,
    /// How many are read whole at most, the newest.
    pub(super) limit: usize,
}

/// What is found.
pub(super) struct Found {
    /// How many there are of those asked for.
    pub(super) total: usize,
    pub(super) listed: Listed,
    /// How many there are of each day.
    pub(super) days: Vec<(String, usize)>,
    pub(super) source: Source,
    pub(super) warnings: Vec<String>,
}

/// Finds them. `elsewhere` are those that are on record somewhere else, for a queue that keeps no events.
pub(super) fn find(
    records: &mut impl Records,
    asked: &Asked<'_>,
    elsewhere: Option<Vec<PastReap>>,
    notes: &mut Notes,
) -> Result<Found, StoreError> {
    let mut chosen = Chosen::new(asked.now, asked.since, asked.limit);
    let mut find = Find {
        records,
        asked,
        notes,
    };
    let source = match (find.in_events(&mut chosen)?, elsewhere) {
        (true, _) => Source::Events,
        (false, Some(reaps)) => {
            find.elsewhere(reaps)?.for_each(|seen| chosen.see(seen));
            Source::Ledger
        }
        (false, None) => Source::Nowhere,
    };
    let listed = chosen.listed(find.records)?;
    let mut warnings = Vec::new();
    if source == Source::Nowhere {
        warnings.push(
            "this queue keeps no events, so that nothing in it says what was reaped: the summaries of past sweeps do".to_owned(),
        );
    }
    warnings.extend(find.missed(source, chosen.total, chosen.others())?);
    if chosen.undated > 0 {
        warnings.push(format!(
            "reaps of which no time can be read, so that nothing says whether they are of the time asked for: {}",
            chosen.undated
        ));
    }
    if chosen.later > 0 {
        warnings.push(format!(
            "reaps on record of a time after {}, which are left out: {}",
            asked.now.to_rfc3339(),
            chosen.later
        ));
    }
    Ok(Found {
        total: chosen.total,
        listed,
        days: chosen.days(),
        source,
        warnings,
    })
}

/// How the tasks of these reaps stand, by their ids as they are shown; and the runs that are asked for.
pub(super) fn aftermaths<'r>(
    records: &mut impl Records,
    reaps: impl Iterator<Item = &'r PastReap>,
    next: &mut NextRuns,
    notes: &mut Notes,
) -> Result<HashMap<String, Aftermath>, StoreError> {
    let mut ids: Vec<_> = reaps.map(|reap| reap.task_id.to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    records.aftermaths(&ids, next, notes)
}

struct Find<'a, R> {
    records: &'a mut R,
    asked: &'a Asked<'a>,
    notes: &'a mut Notes,
}

impl<R: Records> Find<'_, R> {
    /// Whether the queue keeps events; its reaps are seen.
    fn in_events(&mut self, chosen: &mut Chosen) -> Result<bool, StoreError> {
        let wanted = WantedReaps {
            since: self.asked.since,
            task: self.asked.task,
            reason: self.asked.reason,
        };
        let mut see = |seen| chosen.see(seen);
        self.records.see(&wanted, &mut see, self.notes)
    }

    /// Reaps that were read elsewhere, held to the same wishes.
    fn elsewhere(&mut self, reaps: Vec<PastReap>) -> Result<impl Iterator<Item = SeenReap>, StoreError> {
        let asked = self.asked;
        let is_of_task = |reap: &PastReap| asked.task.is_none_or(|task| reap.task_id.to_string() == task);
        let reaps: Vec<_> = reaps.into_iter().filter(is_of_task).collect();
        let standing = match asked.project {
            Some(_) => aftermaths(self.records, reaps.iter(), &mut NextRuns::default(), self.notes)?,
            None => HashMap::new(),
        };
        Ok(reaps.into_iter().map(move |reap| {
            let is_in_project = || {
                let found = standing.get(&reap.task_id.to_string());
                found.is_some_and(|found: &Aftermath| found.is_in_project)
            };
            let is_wanted = asked.reason.is_none_or(|reason| reap.reason == reason)
                && (asked.project.is_none() || is_in_project());
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
        let task = match self.asked.task {
            Some(task) => missed::of_task(self.records, task, self.notes)?,
            None => None,
        };
        let reason = match self.asked.reason {
            Some(reason) if task.is_none() => missed::of_reason(self.records, reason, others)?,
            _ => None,
        };
        Ok(task.into_iter().chain(reason).collect())
    }
}
