use crate::zombie::RunRow;

/// The unfinished runs of a task other than its active one.
#[derive(Default)]
pub(super) struct Others {
    pub(super) rows: Vec<RunRow>,
    /// Tells whether one of its other runs that are not finished by their word has changed, or one has come; `None` where
    /// its history is too long to be asked again under the lock.
    pub(super) print: Option<u64>,
}
