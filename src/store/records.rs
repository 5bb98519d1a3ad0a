use std::collections::HashMap;

use super::error::StoreError;
use crate::zombie::{Aftermath, Id, NextRuns, Notes, PastReap, Timestamp};

/// What is on record of past reaps, and how their tasks stand now: the verbs that every store answers, all of one moment of
/// the database. None of them writes.
pub(crate) trait Records {
    /// Shows those asked for, and those of the same time that only their project or reason keeps apart, in any order; `false`
    /// where the queue keeps no events.
    fn see(
        &mut self,
        wanted: &WantedReaps<'_>,
        visit: &mut dyn FnMut(SeenReap),
        notes: &mut Notes,
    ) -> Result<bool, StoreError>;

    /// All that is on record of a reap.
    fn whole(&mut self, seen: SeenReap) -> Result<PastReap, StoreError>;

    /// When the last of the latest reaps was whose silence was borne for as long as was learned; `None` where no event says so.
    fn last_learned(&mut self) -> Result<Option<Timestamp>, StoreError>;

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

/// A reap, as far as it takes to choose it: a million of them may be on record.
pub(crate) struct SeenReap {
    /// When; `None` where nothing tells.
    pub(crate) at: Option<Timestamp>,
    /// Whether it is of the project and the reason asked for.
    pub(crate) is_wanted: bool,
    /// The task, where it took no more to read that too.
    pub(crate) task: Option<Id>,
    pub(super) record: Record,
}

/// What the record says of a reap.
pub(super) enum Record {
    /// All of it.
    Whole(Box<PastReap>),
    /// What addresses it.
    Key(Id),
}

impl SeenReap {
    /// One that is known already.
    pub(crate) fn known(reap: PastReap, is_wanted: bool) -> Self {
        Self {
            at: Some(reap.at).filter(|at| *at > Timestamp::EPOCH),
            is_wanted,
            task: Some(reap.task_id.clone()),
            record: Record::Whole(Box::new(reap)),
        }
    }
}
