use std::ops::Deref;
use std::sync::Arc;

use zombie_sweeper::Profile;

/// The exact list of what a plan would reap, and by which profile it was made: what was agreed to is what would be written by that one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planned {
    list: zombie_sweeper::Planned,
    by: Option<Arc<Profile>>,
}

/// What was begun by one profile, a plan or a sweep, does not go on by another.
#[derive(Debug, thiserror::Error)]
#[error("the profile was read anew meanwhile, and may look for other tasks and write something else")]
pub(crate) struct PlannedByAnother;

impl Planned {
    pub(super) fn new(list: zombie_sweeper::Planned, by: Option<Arc<Profile>>) -> Self {
        Self { list, by }
    }

    /// The list, where this is the very profile that it was made by.
    pub(super) fn by(
        self,
        profile: Option<&Arc<Profile>>,
    ) -> Result<zombie_sweeper::Planned, PlannedByAnother> {
        let is_it = match (&self.by, profile) {
            (Some(by), Some(profile)) => Arc::ptr_eq(by, profile),
            (by, profile) => by.is_none() && profile.is_none(),
        };
        is_it.then_some(self.list).ok_or(PlannedByAnother)
    }
}

impl Deref for Planned {
    type Target = zombie_sweeper::Planned;

    fn deref(&self) -> &Self::Target {
        &self.list
    }
}
