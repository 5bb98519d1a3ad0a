use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::verdict::weigh;
use super::{ActiveRun, Id, Labels, Policy, Row, Run, Task, Timestamp, Undecided, Verdict, Worker};

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
        self.weigh(policy, now).1
    }

    /// The verdict on it, and the row of the table that fits.
    #[must_use]
    pub fn weigh(&self, policy: &Policy, now: Timestamp) -> (Row, Verdict) {
        if self.id == Id::Null {
            return (Row::Undecided, Verdict::Undecided(Undecided::TaskHasNoId));
        }
        let active = self.active.as_ref().map(|row| &row.run);
        weigh(
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
        self.print_of_rows().hash(&mut hasher);
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

    /// Tells whether anything that was read of its own row and its runs has changed.
    #[must_use]
    pub fn print_of_rows(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.prints().for_each(|row| row.hash(&mut hasher));
        hasher.finish()
    }

    /// Its rows, the task's first, each with what tells whether it has changed.
    pub fn prints(&self) -> impl Iterator<Item = (&Id, u64)> {
        let runs = self.active.own().into_iter().chain(&self.others);
        std::iter::once((&self.key, self.print)).chain(runs.map(|row| (&row.key, row.print)))
    }
}
