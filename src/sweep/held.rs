use crate::report::ZombieFound;
use crate::zombie::{Id, Reason};

/// A zombie that is not reaped before all of them are counted.
pub(super) struct Held {
    pub(super) key: Id,
    /// What tells whether it has changed since.
    pub(super) print: u64,
    pub(super) task_id: Id,
    pub(super) reason: Reason,
    pub(super) found: Option<ZombieFound>,
}
