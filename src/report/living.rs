//! The living that have been silent for longest, as a report tells of them.

use serde::Serialize;

use super::age::age_s;
use crate::zombie::{Alive, Id, Reason, Timestamp};

/// A running task that is alive, and for how long it has been silent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LivingTask {
    /// The task's id.
    pub task_id: Id,
    /// Its project, by its name where the queue knows one, else by its id; `None` where there is none.
    pub project: Option<String>,
    /// What the task names as its active run; `None`: nothing.
    pub run_id: Option<Id>,
    /// The last sign of life, RFC 3339 in UTC; `None` where it is alive by a lease or a grace alone.
    pub sign_of_life: Option<String>,
    /// How old that is, in seconds; 0 where it lies ahead of *now*.
    pub age_s: Option<f64>,
    /// The threshold that it will be held against, in seconds; 0 where a lease or a run's end settles it.
    pub threshold_s: f64,
    /// From when on it is a zombie if nothing of it changes, RFC 3339 in UTC; `None` where nothing tells.
    pub zombie_at: Option<String>,
    /// The reason code that it would be reaped for then.
    pub reason: Option<Reason>,
}

impl LivingTask {
    pub(crate) fn new(alive: Alive, now: Timestamp) -> Self {
        let (zombie_at, reason) = alive.zombie.unzip();
        Self {
            task_id: alive.task_id,
            project: alive.project.as_deref().map(str::to_owned),
            run_id: alive.run_id,
            sign_of_life: alive.sign_of_life.map(Timestamp::to_rfc3339),
            age_s: alive.sign_of_life.map(|at| age_s(at, now).max(0.0)),
            threshold_s: alive.threshold.as_secs_f64(),
            zombie_at: zombie_at.map(Timestamp::to_rfc3339),
            reason,
        }
    }
}
