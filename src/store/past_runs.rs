use std::ops::ControlFlow;

use super::error::StoreError;
use crate::zombie::{Id, Labels, Suspect, Timestamp};

/// Runs, ended and at work, as far as they tell how long such runs are silent: the verbs that every store answers, all of one
/// moment of the database, and each with bounded effort. None of them writes.
pub(crate) trait PastRuns {
    /// Hands over the runs that ended by themselves among so many that were made last, in any order. Where a task is its own
    /// run, a task that is done is one.
    fn ended(&mut self, most: usize, visit: &mut dyn FnMut(EndedRun)) -> Result<(), StoreError>;

    /// Hands over the running tasks with their labels, the plainly live ones too, until `visit` has had enough.
    fn at_work(&mut self, visit: &mut dyn FnMut(Suspect) -> ControlFlow<()>) -> Result<(), StoreError>;

    /// The project and kind of a task, by its id as an event names it; neither of one that is not there.
    fn labels(&mut self, task: &Id) -> Result<Labels, StoreError>;
}

/// A run that ended by itself: by a word of its own, and not by the one that says that it was given up, as nobody knows who
/// wrote that.
pub(crate) struct EndedRun {
    /// Its id; the task's, where that is its own run.
    pub(crate) id: Id,
    /// Its task's project and kind.
    pub(crate) labels: Labels,
    /// When it began.
    pub(crate) began: Option<Timestamp>,
    /// Its last sign of life, as far as its row shows it: its heartbeat, else its start. `None` where it shows no heartbeat
    /// and others may have beaten for it, or where the heartbeat may have been taken away when it ended.
    pub(crate) last: Option<Timestamp>,
    /// Its end.
    pub(crate) end: Timestamp,
}
