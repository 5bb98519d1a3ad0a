use std::time::Duration;

use super::batch::{Batch, Pending};
use super::error::StoreError;
use crate::zombie::{Beats, Id, Living, Notes, Past, Plan, Timestamp, Zombie};

/// One queue, as one sweep sees it: the verbs that every store keeps. A store reads facts and applies a plan; what a zombie
/// is, when it looks and what is said of it is decided elsewhere.
pub(crate) trait Store {
    /// Whether the queue has a table of events. If not, what is reaped is to be on record elsewhere.
    fn keeps_events(&self) -> bool;

    /// Fails where the database knows nothing of the project that was asked for.
    fn check_project_known(&mut self) -> Result<(), StoreError>;

    /// Those of the tasks asked for that do not run.
    fn idle(&self) -> &[String];

    /// Another moment is *now*.
    fn turn_to(&mut self, now: Timestamp);

    /// In one read transaction, and without any lock on writers: hands the running tasks that are not plainly live to the
    /// plan, until that is full, and adds the workspaces that its zombies hold. What it takes to see later whether they
    /// still are as they were is remembered, or in a dry run what it takes to foretell what the queue refuses.
    fn look(&mut self, look: &Look<'_>, plan: &mut Plan, notes: &mut Notes) -> Result<Scan, StoreError>;

    /// The same, but nothing of it is remembered: it is not these zombies that are reaped.
    fn count(&mut self, look: &Look<'_>, plan: &mut Plan) -> Result<Scan, StoreError>;

    /// Notes columns that look as if these zombies had shown life there.
    fn see_look_alikes(&self, zombies: &[&Zombie], notes: &mut Notes) -> Result<(), StoreError>;

    /// What is on record of these tasks, in their order; `None` where the queue keeps no record, or where it would take
    /// more reading than the effort allows.
    fn past(&mut self, asked: &Asked<'_>, notes: &mut Notes) -> Result<Option<Vec<Past>>, StoreError>;

    /// What the event of a reap would say, for a queue that keeps none.
    fn record(&self, zombie: &Zombie) -> String;

    /// Before any lock is asked for: finds out all that it takes to write these reaps.
    fn prepare(&mut self, zombies: &[Zombie], notes: &mut Notes) -> Result<(), StoreError>;

    /// What a reap of these would come to, as far as it can be told without a write.
    fn pretend(&mut self, zombies: Vec<Zombie>) -> Result<Batch, StoreError>;

    /// Reaps the first of the zombies that wait, in one write transaction that ends before anybody has waited for long.
    /// What the verdicts rested on is looked at again, unless the database provably has not changed. Nothing is logged,
    /// printed or waited for in it. What the batch holds was committed, whether an error comes back or not.
    fn apply(&mut self, pending: &mut Pending, batch: &mut Batch) -> Result<(), StoreError>;

    /// Opens a task that was parked, in one write transaction, with its event.
    fn unpark(&mut self, task: &str) -> Result<Unparked, StoreError>;

    /// Writes what stands there already, and commits it: fails where nobody could write.
    fn try_to_write(&mut self) -> Result<(), StoreError>;

    /// How long it took to get the right to write, which is let go of at once; `None` where it could not be had in time.
    fn lock_took(&mut self) -> Result<Option<Duration>, StoreError>;
}

/// Whose past is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) tasks: &'a [&'a Id],
    /// No reap counts that is not later than this.
    pub(crate) after: Timestamp,
    pub(crate) effort: Effort,
}

/// How much reading it is worth to know what is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Only what an index leads to, and no more than a sweep can do by the way.
    ByIndex,
    /// Whatever it takes.
    Thorough,
}

/// A task that was parked and is open again.
#[derive(Debug)]
pub(crate) struct Unparked {
    pub(crate) task_id: Id,
    /// When it was parked, where that can be read.
    pub(crate) parked: Option<Timestamp>,
    /// The status that it had, and the one that it has.
    pub(crate) status: [String; 2],
}

/// Which tasks are looked at.
pub(crate) enum Look<'k> {
    /// Those that run, behind the one with this key where there is one.
    Behind(Option<&'k Id>),
    /// The same, and those beside the tasks that are named, to count them.
    Around(Option<&'k Id>),
    /// Those of these keys that still run, as they are now.
    Again(&'k [Id]),
    /// The same, where no look came before it.
    Listed(&'k [Id]),
}

/// How far one look at the running tasks went.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Running tasks looked at.
    pub(crate) scanned: usize,
    /// Those whose active run proved them live.
    pub(crate) live: usize,
    /// The key of the last task looked at, where more may stand behind it.
    pub(crate) rest: Option<Id>,
    /// The ages of those that are live, where they are to be counted.
    pub(crate) living: Living,
    /// The newest signs of life of some of them, likewise.
    pub(crate) beats: Beats,
    /// The earliest moment at which one of those may be a zombie, where that is asked.
    pub(crate) next_due: Option<Timestamp>,
}

impl Scan {
    /// Notes when one that is live may be a zombie.
    pub(crate) fn see_due(&mut self, at: Option<Timestamp>) {
        self.next_due = [self.next_due, at].into_iter().flatten().min();
    }
}
