use std::time::Duration;

use crate::zombie::Id;

/// What a task is in a trial that is a zombie, and one that runs and is none.
pub(crate) const ZOMBIE: &str = "zombie";
pub(crate) const AT_WORK: &str = "at_work";

/// A reap of one real row under the write lock, that was undone.
pub(crate) struct Attempt {
    pub(crate) task_id: Id,
    /// What it was: `zombie`, `at_work` or `made_up`.
    pub(crate) of: &'static str,
    pub(crate) outcome: Outcome,
    /// What was written, apart from what was only brought into shape.
    pub(crate) wrote: Vec<&'static str>,
    /// For how long the lock was held.
    pub(crate) lock: Duration,
}

/// What came of it.
pub(crate) enum Outcome {
    /// All of it was written.
    Passed,
    /// The row had changed since it was looked at, however often it was looked for another.
    MovedOn,
    /// The queue refuses it.
    Refused {
        said: String,
        /// For want of what only the orchestrator's own process registers.
        is_for_want: bool,
        /// By a trigger, which may ask for what a zombie has and a row in its shape has not.
        is_by_trigger: bool,
    },
    /// It would be refused when it is committed.
    RefusedAtCommit(String),
    /// It took longer than the lock may be held.
    TooLong,
    /// The task could not be brought into shape.
    Unshaped(String),
}
