//! Where the queue is. Every store keeps one contract: it reads facts from a database that a
//! [`Profile`](crate::Profile) describes, and applies a plan to it. It decides nothing.

mod batch;
mod contract;
mod error;
mod inquiry;
mod open_error;
mod queue;
mod records;
mod sqlite;

pub use error::StoreError;
pub use open_error::OpenError;
pub use queue::Queue;
pub use sqlite::{
    ClosestTable, Draft, Example, Examples, Likeness, ProjectError, Role, Schema, SchemaError, Seen, Unused,
    Words, draft_profile, fitting_profiles, read_database, sweep_database,
};

pub(crate) use batch::{Batch, Pending};
pub(crate) use contract::{Effort, Look, Store};
pub(crate) use inquiry::{Inquiry, Untold};
pub(crate) use records::{Records, SeenReap, WantedReaps};
pub(crate) use sqlite::{Opened, SqliteInquiry, SqliteRecords, SqliteStore};
