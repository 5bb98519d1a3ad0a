use std::time::Duration;

use super::{Condition, Id, Moment, Task, Timestamp};

/// A reap that is on record, in the queue's own events or in the sweeper's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastReap {
    /// When: the *now* of the sweep that did it.
    pub at: Timestamp,
    /// What that is exact to on record, in microseconds.
    pub unit_us: u32,
    /// The task.
    pub task_id: Id,
    /// What the task named as its active run.
    pub run_id: Option<Id>,
    /// How that run was left; `None` where the record does not say.
    pub run_left: Option<RunLeft>,
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

/// How a reap left the run that the task named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunLeft {
    /// It was abandoned.
    Abandoned,
    /// It kept its status, this word.
    As(String),
}

impl PastReap {
    /// When it was, as exactly as the record says; `None` where nothing tells.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        (self.at > Timestamp::EPOCH).then_some(Moment {
            at: self.at,
            unit_us: self.unit_us,
            naive: false,
        })
    }

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
    /// Whether one was completed, or it was unparked, and nothing says when.
    pub is_undated: bool,
}

impl Past {
    /// The end of a task that is its own run counts as that of a run.
    pub fn see_own_end(&mut self, task: &Task) {
        self.completed = self.completed.max(task.ended.newest.map(|end| end.at));
        self.is_undated |= task.ended.unreadable.is_some();
    }

    /// How often it was reaped for its own silence after this moment, since a run of it was completed, or since it was
    /// unparked. Where nothing says when that was, it may have been just now.
    #[must_use]
    pub fn silent_reaps(&self, after: Timestamp) -> usize {
        if self.is_undated {
            return 0;
        }
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
