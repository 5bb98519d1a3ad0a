use std::sync::Arc;

use super::{Id, Policy, Reading, Timestamp, Verdict, verdict};

/// What the verdict asks of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Whether it has ended.
    pub state: RunState,
    /// Its last heartbeat.
    pub heartbeat: Reading,
    /// When it started.
    pub started: Reading,
    /// When it ended.
    pub ended: Reading,
}

/// Whether a run has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Its status is one of the finished ones, this one.
    Finished(Arc<str>),
    /// Any other status, a word never seen before included.
    Unfinished,
}

/// What a task says of its active run.
#[derive(Clone, Debug)]
pub enum ActiveRun<R> {
    /// It names none: null, empty or blank.
    None,
    /// It names one, but this task has no such run.
    Missing,
    /// This one.
    Own(R),
}

impl<R> ActiveRun<R> {
    /// The run, where the task has it.
    pub fn own(&self) -> Option<&R> {
        match self {
            Self::Own(run) => Some(run),
            Self::None | Self::Missing => None,
        }
    }

    /// The same of a borrowed run.
    pub fn as_ref(&self) -> ActiveRun<&R> {
        match self {
            Self::None => ActiveRun::None,
            Self::Missing => ActiveRun::Missing,
            Self::Own(run) => ActiveRun::Own(run),
        }
    }

    /// The same of a part of the run.
    pub fn map<S>(self, part: impl FnOnce(R) -> S) -> ActiveRun<S> {
        match self {
            Self::None => ActiveRun::None,
            Self::Missing => ActiveRun::Missing,
            Self::Own(run) => ActiveRun::Own(part(run)),
        }
    }
}

/// What the verdict asks of a running task.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// The task's own heartbeat.
    pub heartbeat: Reading,
    /// When it was started or claimed.
    pub started: Reading,
    /// When the row was last changed.
    pub updated: Reading,
}

/// A run, with what it takes to name it and to write to it.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// What addresses the row.
    pub key: Id,
    /// Its id.
    pub id: Id,
    /// Its status, as found.
    pub status: Id,
    /// What the verdict asks of it.
    pub run: Run,
}

/// A value that the task held when it was found: a slot, a worker, a workspace, a lease.
#[derive(Clone, Debug)]
pub struct Held {
    /// The column.
    pub column: Arc<str>,
    /// What stood in it.
    pub value: Id,
}

/// A workspace, and who holds it, as found.
#[derive(Clone, Debug)]
pub struct HeldWorkspace {
    /// What addresses the row.
    pub key: Id,
    /// The task it names.
    pub task: Id,
    /// The run it names.
    pub run: Id,
}

/// A running task whose active run is not plainly live: everything a verdict, a reap and its record need.
#[derive(Clone, Debug)]
pub struct Suspect {
    /// What addresses the row.
    pub key: Id,
    /// The task's id.
    pub id: Id,
    /// What the task names as its active run, as found.
    pub active_run_id: Id,
    /// What the verdict asks of the task.
    pub task: Task,
    /// The active run.
    pub active: ActiveRun<RunRow>,
    /// The task's other unfinished runs.
    pub others: Vec<RunRow>,
    /// What the task holds.
    pub held: Vec<Held>,
}

impl Suspect {
    /// The verdict on it.
    #[must_use]
    pub fn verdict(&self, policy: &Policy, now: Timestamp) -> Verdict {
        let active = self.active.as_ref().map(|row| &row.run);
        verdict(
            &self.task,
            &active,
            self.others.iter().map(|row| &row.run),
            policy,
            now,
        )
    }
}
