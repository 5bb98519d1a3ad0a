use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::finding::{Code, Finding, Severity};
use crate::zombie::Timestamp;

/// What is wrong with a queue, or may be. Serialized it is an interface, described by `docs/diagnosis.schema.json`; keys may
/// be added, never renamed or removed.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// How bad the worst of it is; `None`: nothing was found.
    pub worst: Option<Severity>,
    /// The profile in force.
    pub profile: String,
    /// Running tasks looked at.
    pub scanned: usize,
    /// Those found alive.
    pub healthy: usize,
    /// Those that a sweep would reap.
    pub zombies: usize,
    /// Those that nothing tells dead from alive.
    pub undecided: usize,
    /// How silent the living are.
    pub living: Living,
    /// What is known of the sweeper itself.
    pub sweeper: SweeperSeen,
    /// The age from which a silent run is dead, in seconds.
    pub stale_after_s: f64,
    /// The age from which a claim without a run is dead, in seconds.
    pub claim_grace_s: f64,
    /// The time a task may stay `running` after its run has ended, in seconds.
    pub settle_s: f64,
    /// The *now* of it all, RFC 3339.
    pub looked_at: String,
    /// The sweeper's version.
    pub version: &'static str,
    /// The reap that was tried, where one was asked for and came about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
}

/// How silent the living are.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Living {
    /// Of the tasks at work by their run; `None`: there is none.
    pub longest_of_runs: Option<LongestSilence>,
    /// Of the claims.
    pub longest_of_claims: Option<LongestSilence>,
}

/// The longest silence of those who live.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct LongestSilence {
    /// The task.
    pub task_id: String,
    /// How long it has been silent, in seconds.
    pub silence_s: f64,
    /// How long it may be.
    pub threshold_s: f64,
}

/// What is known of the sweeper itself.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct SweeperSeen {
    /// When the last reap on record was.
    #[serde(serialize_with = "moment")]
    pub last_reap: Option<DateTime<Utc>>,
    /// When the last sweep was, where something remembers it.
    #[serde(serialize_with = "moment")]
    pub last_sweep: Option<DateTime<Utc>>,
    /// When the last one was that succeeded.
    #[serde(serialize_with = "moment")]
    pub last_success: Option<DateTime<Utc>>,
    /// When a timer starts the next.
    #[serde(serialize_with = "moment")]
    pub next_sweep: Option<DateTime<Utc>>,
}

/// A reap that was tried on one row, and undone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trial {
    /// The task.
    pub task_id: String,
    /// What it was before: a `zombie`, one `at_work`, or `made_up` of one that does not run.
    pub of: &'static str,
    /// What was written: `task`, `run`, `workspace`, `event`.
    pub wrote: Vec<&'static str>,
    /// Whether all of it was.
    pub passed: bool,
    /// For how long the write lock was held, in milliseconds.
    pub lock_ms: f64,
}

#[expect(clippy::ref_option, reason = "serde hands it over so")]
fn moment<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| Timestamp::from(at).to_rfc3339())
        .serialize(serializer)
}

impl Diagnosis {
    /// Takes in more findings, the worst first.
    pub(super) fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings);
        self.findings
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.worst = self.findings.first().map(|finding| finding.severity);
    }

    /// Whether the queue could be read, so that a reap can be tried on it.
    #[must_use]
    pub fn can_be_tried(&self) -> bool {
        let is_in_the_way = |finding: &Finding| {
            finding.code == Code::SchemaMisfit
                || finding.code == Code::SecondName && finding.severity == Severity::Error
        };
        !self.findings.iter().any(is_in_the_way)
    }

    /// Whether something was found that is as bad as this, or worse.
    #[must_use]
    pub fn is_as_bad_as(&self, severity: Severity) -> bool {
        self.worst.is_some_and(|worst| worst >= severity)
    }
}
