use super::error::StoreError;
use crate::zombie::{Id, Notes, Past, RowChange, Suspect, TaskInFull, Timestamp, Zombie};

/// Questions about single tasks: the verbs that every store answers, all of one moment of the database. None of them writes.
pub(crate) trait Inquiry {
    /// The tasks that are shown by this id: one, unless ids are not unique.
    fn tasks(&mut self, asked: &str, notes: &mut Notes) -> Result<Vec<TaskInFull>, StoreError>;

    /// What there is to say where no task has this id.
    fn unknown(&self, asked: &str) -> StoreError;

    /// The task with this key as a sweep would find it at another moment; `None` where it would not be looked at. With it
    /// whether it would be plainly live.
    fn at(&mut self, key: &Id, at: Timestamp) -> Result<Option<(Suspect, bool)>, StoreError>;

    /// Whether the queue has a table of events. If not, what was reaped may be on record elsewhere.
    fn keeps_events(&self) -> bool;

    /// What is on record of a task after this moment, whatever it takes to read it; `None` where the queue keeps no record.
    fn past(&self, task: &Id, after: Timestamp) -> Result<Option<Past>, StoreError>;

    /// What the reap of a zombie would write; or why that cannot be told.
    fn changes(
        &mut self,
        zombie: &Zombie,
        notes: &mut Notes,
    ) -> Result<Result<Vec<RowChange>, Untold>, StoreError>;
}

/// Why it is not told what a reap would write.
pub(crate) enum Untold {
    /// The queue refuses it, in these words.
    Refused(String),
    /// It is not known.
    Unknown(&'static str),
}
