use std::sync::Arc;

use super::{Moment, Signs, Worker};

/// What the verdict asks of a running task.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// Its own heartbeats.
    pub heartbeat: Signs,
    /// When it was started or claimed.
    pub started: Signs,
    /// When the row was last changed.
    pub updated: Signs,
    /// Its ends, where it is its own run.
    pub ended: Signs,
    /// Its leases.
    pub lease: Signs,
    /// The worker that it names.
    pub worker: Option<Arc<Worker>>,
    /// Where the run of it that was made last stands in the order of the rows. Needed only of a claim with a mute run.
    pub latest_run: Option<i64>,
    /// Whether another running task has the same id.
    pub is_double: bool,
}

impl Task {
    /// The end of a task that is its own run. One that a heartbeat or start follows is that of an earlier attempt.
    #[must_use]
    pub fn end(&self) -> Option<Moment> {
        let signs = [self.heartbeat.newest, self.started.newest];
        let is_over = |end: &Moment| !signs.iter().flatten().any(|sign| sign.is_after(*end));
        self.ended.newest.filter(is_over)
    }
}

/// What a task says of its active run.
#[derive(Clone, Debug)]
pub enum ActiveRun<R> {
    /// It is a run itself: the queue has no runs apart from its tasks.
    Itself,
    /// It names none: null, empty, blank or 0. Where tasks name none, there is none that could be meant.
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
            Self::Itself | Self::None | Self::Missing => None,
        }
    }

    /// The same of a borrowed run.
    pub fn as_ref(&self) -> ActiveRun<&R> {
        match self {
            Self::Itself => ActiveRun::Itself,
            Self::None => ActiveRun::None,
            Self::Missing => ActiveRun::Missing,
            Self::Own(run) => ActiveRun::Own(run),
        }
    }

    /// The same of a part of the run.
    pub fn map<S>(self, part: impl FnOnce(R) -> S) -> ActiveRun<S> {
        match self {
            Self::Itself => ActiveRun::Itself,
            Self::None => ActiveRun::None,
            Self::Missing => ActiveRun::Missing,
            Self::Own(run) => ActiveRun::Own(part(run)),
        }
    }
}
