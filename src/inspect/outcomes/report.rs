//! What `outcomes` says: an interface, described by `docs/outcomes.schema.json`. Keys may be added, never renamed or removed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::suggestion::Suggestion;
use super::trials::Trials;
use crate::inspect::source::Source;
use crate::zombie::Outcome;

/// What became of the reaps.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Outcomes {
    /// How many reaps there are of those asked for.
    pub total: usize,
    /// How many of them are told of below: the newest, where there are very many.
    pub told: usize,
    /// The reaps by project, kind and reason.
    pub groups: Vec<ReapsAlike>,
    /// The sweeps that reaped for silence.
    pub sweeps: Trials,
    /// What silence has cost, and for how long to bear it; `None` unless it was asked for.
    pub suggestion: Option<Suggestion>,
    /// How long after each reap it is told what had become of it, in seconds.
    pub horizon_s: f64,
    /// Where the reaps are on record.
    pub source: Source,
    /// When it was asked, RFC 3339.
    pub as_of: String,
    /// From when on reaps are asked for.
    pub since: String,
    /// The project asked for; `None`: all.
    pub project: Option<String>,
    /// The reason code asked for; `None`: all.
    pub reason: Option<String>,
    /// The profile in force.
    pub profile: String,
    /// Sentences for the operator.
    pub warnings: Vec<String>,
    /// The sweeper's version.
    pub version: &'static str,
}

/// The reaps of one project and kind for one reason.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ReapsAlike {
    /// The project, by its name where the queue knows one; `None` where there is none, or the task is gone.
    pub project: Option<String>,
    /// The kind, likewise.
    pub kind: Option<String>,
    /// The reason code; `None` where the record does not say.
    pub reason: Option<String>,
    /// How many there are.
    pub reaps: usize,
    /// How many of them are not counted below, as their horizon is not over.
    pub pending: usize,
    /// What had become of the others when their horizon was over.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// How many of these are told as they stand now, as nothing says how they stood then.
    pub as_they_stand: usize,
    /// Of how many nothing tells what became of them.
    pub unknown: usize,
    /// Whether they were contested; `None` where the reason is not silence.
    pub silence: Option<Silence>,
}

/// What reaps for silence have met with, those apart whose horizon is not over.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Silence {
    /// Where the very run was heard of again: its beat, its end or its status has changed since, and not by us.
    pub contested: usize,
    /// Where nothing of it has changed. That is no proof that its worker was dead.
    pub unchallenged: usize,
    /// Where nothing tells: there was no run, its row is gone, or it cannot be told from its successor.
    pub untold: usize,
    /// The sweeps that reaped them.
    pub sweeps: Trials,
}
