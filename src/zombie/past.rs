use std::time::Duration;

use super::{Condition, Id, Timestamp};

/// A reap that is on record, in the queue's own events or in the sweeper's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastReap {
    /// When: the *now* of the sweep that did it.
    pub at: Timestamp,
    /// The task.
    pub task_id: Id,
    /// What the task named as its active run.
    pub run_id: Option<Id>,
    /// The reason code; empty where the record does not say.
    pub reason: String,
    /// The last sign of life.
    pub sign_of_life: Option<Timestamp>,
    /// Which condition held.
    pub condition: Option<Condition>,
    /// How old the sign of life might have been; nothing, where a lease or a finished run settled it.
    pub threshold: Option<Duration>,
    /// What the task held, column and value; `None` where the record does not say.
    pub held: Option<Vec<(String, Id)>>,
    /// In whose name it was done.
    pub actor: Option<String>,
    /// Whether it was parked, and not opened.
    pub is_parked: bool,
    /// Whether the sweep took more than half of the running tasks that it saw: then the fleet died, and not the task.
    pub is_of_a_fleet: bool,
}

impl PastReap {
    /// Whether it rested on silence, and not on a run that had ended.
    #[must_use]
    pub fn is_of_silence(&self) -> bool {
        !self.reason.is_empty() && !self.reason.starts_with("run_")
    }
}

/// What is on record of one task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Its reaps, in any order.
    pub reaps: Vec<PastReap>,
    /// When it was unparked last.
    pub unparked: Option<Timestamp>,
    /// When a run of it was completed last.
    pub completed: Option<Timestamp>,
}

impl Past {
    /// How often it was reaped for its own silence after this moment, since a run of it was completed, or since it was
    /// unparked.
    #[must_use]
    pub fn silent_reaps(&self, after: Timestamp) -> usize {
        let last_good = self.completed.max(self.unparked);
        let counts = |reap: &&PastReap| {
            reap.is_of_silence()
                && !reap.is_of_a_fleet
                && reap.at > after
                && last_good.is_none_or(|good| reap.at > good)
        };
        self.reaps.iter().filter(counts).count()
    }
}
