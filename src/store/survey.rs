use std::collections::HashSet;
use std::ops::ControlFlow;

use super::error::StoreError;
use super::sqlite::{Lack, Words};
use crate::zombie::{HeldWorkspace, Id, Notes, RunRow, Suspect, Timestamp, Zombie};

/// A look at a whole queue: the verbs that every store answers, all of one moment of the database. Each reads a table once
/// at most, or goes by an index. None of them writes.
pub(crate) trait Survey {
    /// What the schema lacks that a sweep could do with.
    fn lacks(&self) -> Result<Vec<Lack>, StoreError>;

    /// The words of the profile, and those of the database.
    fn words(&self) -> Result<Words, StoreError>;

    /// The columns of what one task alone can hold at a time: slots, workspaces.
    fn exclusive(&self) -> HashSet<String>;

    /// Hands over every running task, the plainly live ones too, until `visit` has had enough.
    fn every_task(
        &mut self,
        notes: &mut Notes,
        visit: &mut dyn FnMut(Suspect) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Notes columns that look as if these zombies had shown life there.
    fn see_look_alikes(&self, zombies: &[&Zombie], notes: &mut Notes) -> Result<(), StoreError>;

    /// Hands over the open runs that nobody points to.
    fn open_runs(&self, visit: &mut dyn FnMut(OpenRun)) -> Result<(), StoreError>;

    /// The task whose run this is, where an index leads there and the task is another than this one.
    fn other_task_of_run(&self, task: &Id, run: &Id) -> Result<Option<Id>, StoreError>;

    /// Hands over each task that waits, with each column in which it holds what one task alone can have: task, column, value.
    fn idle_holders(&self, visit: &mut dyn FnMut(Id, &str, Id)) -> Result<(), StoreError>;

    /// Hands over the workspaces that somebody holds who is not at work, or that two hold.
    fn idle_workspaces(&self, visit: &mut dyn FnMut(Workspace)) -> Result<(), StoreError>;

    /// What the queue's own events have on record of reaps, and which tasks fell silent again and again since a moment, from
    /// so many times on.
    fn past_reaps(&self, since: Timestamp, from: usize) -> Result<PastReaps, StoreError>;
}

/// An open run that is not the active one of a task at work.
pub(crate) struct OpenRun {
    /// The task that it is of.
    pub(crate) task: Id,
    /// It.
    pub(crate) row: RunRow,
    /// Whether that task is at work, and means another run.
    pub(crate) has_task_at_work: bool,
    /// When that task came to be what it is, as far as it tells.
    pub(crate) task_changed: Option<Timestamp>,
}

/// A workspace that is not free.
pub(crate) struct Workspace {
    /// Its key, as the queue has it.
    pub(crate) name: Id,
    /// What addresses its row, and whom it names.
    pub(crate) held: HeldWorkspace,
    /// Whether its holder is at work.
    pub(crate) is_at_work: bool,
    /// The task of the run that it names, where that is at work and of another task than it names itself.
    pub(crate) also_held_by: Option<Id>,
}

/// The reaps on record.
#[derive(Default)]
pub(crate) struct PastReaps {
    /// When the last of all was.
    pub(crate) last: Option<Timestamp>,
    /// The tasks that fell silent again and again.
    pub(crate) again: Vec<Repeated>,
    /// Whether a sweep can park such a task here.
    pub(crate) can_park: bool,
}

/// A task that fell silent again and again.
pub(crate) struct Repeated {
    pub(crate) task: Id,
    /// How often in a row.
    pub(crate) reaps: usize,
    pub(crate) is_parked: bool,
}
