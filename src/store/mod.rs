//! Where the queue is. Each store reads facts from a database that a [`Profile`](crate::Profile) describes, and applies a
//! plan to it. It decides nothing.

mod sqlite;

#[cfg(feature = "cli")]
pub(crate) use sqlite::{Attempt, Candidate, Deadline, Outcome, keep_journal_in_memory};
pub use sqlite::{
    ClosestTable, Draft, Example, Examples, Likeness, Mount, OpenError, Owner, Place, ProjectError, Role,
    Room, Schema, SchemaError, Seen, Unused, Words, draft_profile, fitting_profiles, look_at_place,
    read_database, sweep_database, trial_database,
};
pub(crate) use sqlite::{
    Lack, NAME_HEARTBEAT, NAME_RUN_STATUS, OpenRun, PastReaps, Project, Reaped, Rehearsal, Store, Workspace,
    Writer, data_version,
};
