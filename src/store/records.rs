use std::collections::HashMap;

use super::error::StoreError;
use crate::zombie::{Aftermath, Id, NextRuns, Notes, PastReap, Timestamp};

/// What is on record of past reaps, and how their tasks stand now: the verbs that every store answers, all of one moment of
/// the database. None of them writes.
pub(crate) trait Records {
    /// Those asked for, and those of the same time that only their project or reason keeps apart; `None` where the queue
    /// keeps no events.
    fn seen(
        &mut self,
        wanted: &WantedReaps<'_>,
        notes: &mut Notes,
    ) -> Result<Option<Vec<SeenReap>>, StoreError>;

    /// All that is on record of a reap.
    fn whole(&mut self, seen: SeenReap) -> Result<PastReap, StoreError>;

    /// How each of these tasks stands, by its id as it is shown; and the runs that reaps ask for.
    fn aftermaths(
        &mut self,
        ids: &[String],
        next: &mut NextRuns,
        notes: &mut Notes,
    ) -> Result<HashMap<String, Aftermath>, StoreError>;
}

/// Which reaps are asked for, of the project that the store was opened for.
#[derive(Clone, Copy)]
pub(crate) struct WantedReaps<'w> {
    /// None earlier than this.
    pub(crate) since: Option<Timestamp>,
    /// Of this task, as its id is shown.
    pub(crate) task: Option<&'w str>,
    pub(crate) reason: Option<&'w str>,
}

/// A reap, as far as it takes to choose it.
pub(crate) struct SeenReap {
    pub(crate) reap: PastReap,
    /// Whether it is of the project and the reason asked for.
    pub(crate) is_wanted: bool,
    /// What addresses the rest of the record.
    pub(super) key: Id,
    /// Whether all that the record says was read.
    pub(super) is_whole: bool,
}

impl SeenReap {
    /// One that is known already.
    pub(crate) fn known(reap: PastReap, is_wanted: bool) -> Self {
        Self {
            reap,
            is_wanted,
            key: Id::Null,
            is_whole: true,
        }
    }
}
