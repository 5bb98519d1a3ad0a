use super::{Id, Moment, Signs};

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
    /// Whether its lease ended before it began: that was an earlier life's.
    #[must_use]
    pub fn has_a_leftover_lease(&self) -> bool {
        let lease = self.lease.newest.zip(self.started.newest);
        lease.is_some_and(|(lease, began)| lease.is_before(began))
    }

    /// Whether it began after some work did: then it is another life under the same name, and says nothing of that work.
    #[must_use]
    pub fn is_another_life(&self, start: Option<Moment>) -> bool {
        let began = self.started.newest.zip(start);
        began.is_some_and(|(began, start)| began.is_after(start))
    }
}
