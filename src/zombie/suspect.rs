use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::{Id, Labels, Moment, Policy, Signs, Timestamp, Verdict, verdict};

/// What the verdict asks of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: Id,
    /// What its status says.
    pub state: RunState,
    /// Its place in the order of the rows, where they have one: a later run stands behind an earlier one.
    pub place: Option<i64>,
    /// Its heartbeats.
    pub heartbeat: Signs,
    /// Its starts.
    pub started: Signs,
    /// Its creation, which stands in for a start where there is none.
    pub created: Signs,
    /// Its ends.
    pub ended: Signs,
    /// Its leases.
    pub lease: Signs,
    /// The worker that it names.
    pub worker: Option<Arc<Worker>>,
}

/// A worker that a run or a task names, where workers have rows of their own.
#[derive(Clone, Debug)]
pub struct Worker {
    /// What names it.
    pub id: Id,
    /// Whether its row is gone, or says that the worker is. Then it gives no sign of life.
    pub is_gone: bool,
    /// Its heartbeats.
    pub heartbeat: Signs,
    /// When it began.
    pub started: Signs,
    /// Its leases.
    pub lease: Signs,
    /// Tells whether anything that was read of it has changed.
    pub print: u64,
}

impl Worker {
    /// Whether it began after some work did: then it is another life under the same name, and says nothing of that work.
    #[must_use]
    pub fn is_another_life(&self, start: Option<Moment>) -> bool {
        let began = self.started.newest.zip(start);
        began.is_some_and(|(began, start)| began.is_after(start))
    }
}

/// What the status of a run says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// One of the running words.
    Running,
    /// One of the finished words, this one.
    Finished(Arc<str>),
    /// Neither: this word, or none. Whether it is finished is for its evidence to say.
    Unknown(Arc<str>),
}

impl Run {
    /// What counts as its start.
    #[must_use]
    pub fn start(&self) -> &Signs {
        if self.started.is_none() {
            &self.created
        } else {
            &self.started
        }
    }

    /// Whether it shows no sign of life, readable or not.
    #[must_use]
    pub fn is_mute(&self) -> bool {
        self.heartbeat.is_none() && self.start().is_none()
    }

    /// Whether all its signs of life can be read.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        let signs = [&self.heartbeat, self.start(), &self.lease];
        signs.iter().all(|signs| signs.unreadable.is_none())
    }

    /// Whether it is finished by evidence: its status is neither a finished nor a running word, and it has an end, no
    /// later than *now*, that no heartbeat or start of its own follows.
    #[must_use]
    pub fn is_finished_by_evidence(&self, now: Timestamp) -> bool {
        let RunState::Unknown(_) = self.state else {
            return false;
        };
        let signs = [&self.heartbeat, self.start()];
        self.ended.newest.is_some_and(|end| {
            end.at <= now
                && self.ended.unreadable.is_none()
                && signs.iter().all(|signs| {
                    signs.unreadable.is_none() && !signs.newest.is_some_and(|sign| sign.is_after(end))
                })
        })
    }

    /// Whether it may still be at work.
    #[must_use]
    pub fn is_unfinished(&self, now: Timestamp) -> bool {
        match self.state {
            RunState::Running => true,
            RunState::Finished(_) => false,
            RunState::Unknown(_) => !self.is_finished_by_evidence(now),
        }
    }

    /// Whether its status is history that a reap keeps, whatever the verdict: a finished word, or an unknown one with an
    /// end, or that of a run which the task does not even name.
    #[must_use]
    pub fn keeps_its_status(&self, is_active: bool) -> bool {
        match self.state {
            RunState::Running => false,
            RunState::Finished(_) => true,
            RunState::Unknown(_) => !is_active || !self.ended.is_none(),
        }
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

/// A run, with what it takes to write to it.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// What addresses the row.
    pub key: Id,
    /// Its status, as found.
    pub status: Id,
    /// Its end, as found.
    pub ended: Id,
    /// What else a reap overwrites for the profile.
    pub changed: Vec<Held>,
    /// Tells whether anything that was read of the row has changed.
    pub print: u64,
    /// What the verdict asks of it.
    pub run: Run,
}

/// A value that stood in a column when it was found: a slot, a worker, a workspace, a lease.
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
    /// When it was released before, as found.
    pub released: Id,
}

/// A running task whose active run is not plainly live: everything a verdict, a reap and its record need.
#[derive(Clone, Debug)]
pub struct Suspect {
    /// What addresses the row.
    pub key: Id,
    /// The task's id.
    pub id: Id,
    /// Its status, as found: one of the running words. None where a condition tells what runs.
    pub status: Option<Held>,
    /// What the task names as its active run, as found.
    pub active_run_id: Id,
    /// Whether it is due again once it is reset.
    pub is_recurring: bool,
    /// The times that a reap sets to *now*, as found.
    pub times: Vec<Held>,
    /// Which of them says when the task is due again: of a recurring one alone that is set.
    pub due: Option<usize>,
    /// What else a reap overwrites for the profile.
    pub changed: Vec<Held>,
    /// Tells whether anything that was read of the row has changed.
    pub print: u64,
    /// What the verdict asks of the task.
    pub task: Task,
    /// The active run.
    pub active: ActiveRun<RunRow>,
    /// The task's other unfinished runs.
    pub others: Vec<RunRow>,
    /// Tells whether one of its other runs that are not finished by their word has changed, or one has come; `None` where
    /// its history is too long to be asked again.
    pub others_print: Option<u64>,
    /// What the task holds.
    pub held: Vec<Held>,
    /// Its project and kind, where they were asked for. Apart, as few sweeps ask.
    pub labels: Option<Box<Labels>>,
}

impl Suspect {
    /// The verdict on it.
    #[must_use]
    pub fn verdict(&self, policy: &Policy, now: Timestamp) -> Verdict {
        if self.id == Id::Null {
            return Verdict::Undecided(super::Undecided::TaskHasNoId);
        }
        let active = self.active.as_ref().map(|row| &row.run);
        verdict(
            &self.task,
            &active,
            self.others.iter().map(|row| &row.run),
            policy,
            now,
        )
    }

    /// Its status, as found; null where a condition tells what runs.
    #[must_use]
    pub fn status_value(&self) -> &Id {
        self.status.as_ref().map_or(&Id::Null, |held| &held.value)
    }

    /// The run that is meant, whether the task has it or not.
    #[must_use]
    pub fn run_meant(&self) -> Option<&Id> {
        match &self.active {
            ActiveRun::Own(row) => Some(&row.run.id),
            ActiveRun::Missing => Some(&self.active_run_id),
            ActiveRun::Itself | ActiveRun::None => None,
        }
    }

    /// The workers that it and its runs name.
    pub fn workers(&self) -> impl Iterator<Item = &Worker> {
        let runs = self.active.own().into_iter().chain(&self.others);
        let of_runs = runs.filter_map(|row| row.run.worker.as_deref());
        self.task.worker.as_deref().into_iter().chain(of_runs)
    }

    /// What a reap overwrites of the task beside what it releases: column and value.
    pub fn overwritten(&self) -> impl Iterator<Item = (&str, &Id)> {
        let times = self.times.iter().zip(0..);
        let times = times.filter(|(_, place)| self.is_recurring || Some(*place) != self.due);
        let changed = times.map(|(held, _)| held).chain(&self.changed);
        self.status
            .iter()
            .chain(changed)
            .map(|held| (&*held.column, &held.value))
    }

    /// Tells whether anything that was read of it has changed, its runs and workers included.
    #[must_use]
    pub fn print_of_all(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.prints().for_each(|row| row.hash(&mut hasher));
        let run = self.active.own().map(|row| row.run.start().newest);
        let starts = [Some(self.task.started.newest), run];
        for worker in self.workers() {
            // What another life does under the same name says nothing.
            let speaks = starts
                .iter()
                .flatten()
                .any(|start| !worker.is_another_life(*start));
            (&worker.id, worker.is_gone, speaks.then_some(worker.print)).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Its rows, the task's first, each with what tells whether it has changed.
    pub fn prints(&self) -> impl Iterator<Item = (&Id, u64)> {
        let runs = self.active.own().into_iter().chain(&self.others);
        std::iter::once((&self.key, self.print)).chain(runs.map(|row| (&row.key, row.print)))
    }
}
