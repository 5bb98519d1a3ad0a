//! Where the queue is. Each store reads facts from a database that a [`Profile`](crate::Profile) describes, and applies a
//! plan to it. It decides nothing.

mod sqlite;

pub use sqlite::{
    ClosestTable, Draft, Example, Examples, Likeness, OpenError, ProjectError, Role, Schema, SchemaError,
    Seen, Unused, Words, draft_profile, fitting_profiles, read_database, sweep_database,
};
pub(crate) use sqlite::{
    Inquiry, Project, Reaped, ReapsOnRecord, Rehearsal, SeenReap, Store, Untold, WantedReaps, Writer,
    aftermaths, data_version,
};
