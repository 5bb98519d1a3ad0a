//! What a store is given to write, and what it hands back.

use std::collections::VecDeque;

use crate::zombie::{Id, Zombie};

/// Zombies that wait to be reaped.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The next one first.
    pub(crate) zombies: VecDeque<Zombie>,
    /// The keys of those that changed under our eyes.
    pub(crate) changed: Vec<Id>,
    /// How many the next transaction may take.
    pub(super) limit: usize,
}

impl Pending {
    pub(crate) fn new(zombies: Vec<Zombie>) -> Self {
        Self {
            zombies: zombies.into(),
            changed: Vec::new(),
            limit: usize::MAX,
        }
    }

    /// Zombies whose transaction was undone come first again.
    pub(super) fn put_back(&mut self, batch: &mut Batch) {
        for reap in batch.reaped.drain(..).rev() {
            self.zombies.push_front(reap.zombie);
        }
    }
}

/// What one transaction came to.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// What was committed, or in a dry run would be.
    pub(crate) reaped: Vec<Reap>,
    /// What could not be written for a reason of its own.
    pub(crate) refused: Vec<Refusal>,
    /// How many tasks were no longer as they were found.
    pub(crate) moved_on: usize,
}

/// A zombie that was reaped, and how many rows were changed beside its task's.
#[derive(Debug)]
pub(crate) struct Reap {
    pub(crate) zombie: Zombie,
    pub(crate) runs: usize,
    pub(crate) workspaces: usize,
}

/// A zombie that could not be written.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) key: Id,
    /// What tells whether it has changed since.
    pub(crate) print: u64,
    pub(crate) task_id: Id,
    /// What refused it.
    pub(crate) why: String,
}
