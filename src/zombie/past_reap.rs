use super::{Id, Timestamp};

/// A reap that is on record, in the queue's own events or in the sweeper's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastReap {
    /// When: the *now* of the sweep that did it.
    pub at: Timestamp,
    /// The task.
    pub task_id: Id,
    /// What the task named as its active run.
    pub run_id: Option<Id>,
    /// The reason code.
    pub reason: String,
    /// The last sign of life.
    pub sign_of_life: Option<Timestamp>,
    /// In whose name it was done.
    pub actor: Option<String>,
    /// Whether it was parked, and not opened.
    pub is_parked: bool,
}

impl PastReap {
    /// Whether it rested on silence, and not on a run that had ended.
    #[must_use]
    pub fn is_of_silence(&self) -> bool {
        !self.reason.starts_with("run_")
    }
}
