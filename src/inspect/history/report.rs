//! What `history` says: an interface, described by `docs/history.schema.json`. Keys may be added, never renamed or removed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::inspect::on_record::ReapOnRecord;
use crate::inspect::source::Source;
use crate::zombie::{Id, Outcome};

/// The reaps on record.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct History {
    /// How many there are of those asked for.
    pub total: usize,
    /// The newest of them, the newest first: up to the limit.
    pub reaps: Vec<ReapInHistory>,
    /// How many of those listed came to what.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// How many there are of each day, in the order of time.
    pub days: Vec<DayOfReaps>,
    /// Where they are on record.
    pub source: Source,
    /// When it was asked, RFC 3339.
    pub as_of: String,
    /// From when on they are asked for; `None`: all.
    pub since: Option<String>,
    /// The task asked for; `None`: all.
    pub task: Option<String>,
    /// The project asked for; `None`: all.
    pub project: Option<String>,
    /// The reason code asked for; `None`: all.
    pub reason: Option<String>,
    /// How many are listed at most.
    pub limit: usize,
    /// The profile in force.
    pub profile: String,
    /// Sentences for the operator.
    pub warnings: Vec<String>,
    /// The sweeper's version.
    pub version: &'static str,
}

/// One reap, and what became of the task.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ReapInHistory {
    /// The reap.
    #[serde(flatten)]
    pub on_record: ReapOnRecord,
    /// What became of the task, by its next run, else by how it stands; `None` where nothing tells.
    pub outcome: Option<Outcome>,
    /// Its next run.
    pub next_run_id: Option<Id>,
    /// The status that says so: of that run, else of the task.
    pub status: Option<String>,
    /// Whether the very run that was reaped was heard of afterwards: its beat, its end or its status has changed since, and
    /// not by us. `None` where the reap was not for silence, or where nothing tells.
    pub contested: Option<bool>,
    /// Whether there is no such task any more, whatever its runs came to.
    #[serde(skip)]
    pub is_gone: bool,
}

/// A day in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DayOfReaps {
    /// Such as `2026-04-11`.
    pub day: String,
    /// How many tasks were reaped then.
    pub reaps: usize,
}
