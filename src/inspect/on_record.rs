use serde::Serialize;

use super::seconds::seconds_since;
use crate::zombie::{Id, PastReap, Timestamp};

/// A reap as it is on record. What the record does not say, or not so that it can be read, is null.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReapOnRecord {
    /// When, RFC 3339.
    pub at: Option<String>,
    /// How long ago, in seconds.
    pub age_s: Option<f64>,
    /// The task.
    pub task_id: Id,
    /// What the task named as its active run.
    pub run_id: Option<Id>,
    /// The reason code.
    pub reason: Option<String>,
    /// The last sign of life, RFC 3339.
    pub sign_of_life: Option<String>,
    /// How old that was, in seconds.
    pub silence_s: Option<f64>,
    /// In whose name.
    pub actor: Option<String>,
}

impl ReapOnRecord {
    pub(super) fn new(reap: &PastReap, now: Timestamp) -> Self {
        let at = moment_of(reap);
        Self {
            at: at.map(Timestamp::to_rfc3339),
            age_s: at.map(|at| seconds_since(now, at)),
            task_id: reap.task_id.clone(),
            run_id: reap.run_id.clone(),
            reason: Some(reap.reason.clone()).filter(|reason| !reason.is_empty()),
            sign_of_life: reap.sign_of_life.map(Timestamp::to_rfc3339),
            silence_s: at
                .zip(reap.sign_of_life)
                .map(|(at, sign)| seconds_since(at, sign)),
            actor: reap.actor.clone(),
        }
    }
}

/// When it was, where that is known.
pub(super) fn moment_of(reap: &PastReap) -> Option<Timestamp> {
    Some(reap.at).filter(|at| *at > Timestamp::EPOCH)
}
