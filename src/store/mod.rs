//! Where the queue is. Every store keeps one contract: it reads facts from a database that a
//! [`Profile`](crate::Profile) describes, and applies a plan to it. It decides nothing.

#[cfg(feature = "cli")]
mod attempt;
mod batch;
mod contract;
mod error;
mod inquiry;
mod open_error;
mod past_runs;
mod queue;
mod records;
mod sqlite;
mod survey;

pub use error::StoreError;
pub use open_error::OpenError;
pub use queue::Queue;
pub use sqlite::{
    ClosestTable, Draft, Example, Examples, Kept, Left, Likeness, Mount, Owner, Place, ProjectError, Role,
    Room, Schema, SchemaError, Seen, Unused, Words, draft_profile, fitting_profiles, look_at_place,
};

#[cfg(feature = "cli")]
pub(crate) use attempt::{Attempt, Outcome, ZOMBIE};
pub(crate) use batch::{Batch, Pending};
pub(crate) use contract::{Asked, Effort, Look, Store};
pub(crate) use inquiry::{Inquiry, Untold};
pub(crate) use past_runs::{EndedRun, PastRuns};
pub(crate) use records::{Records, SeenReap, WantedReaps};
#[cfg(feature = "cli")]
pub(crate) use sqlite::try_reap;
pub(crate) use sqlite::{
    Lack, NAME_HEARTBEAT, NAME_RUN_STATUS, Opened, SqliteInquiry, SqlitePastRuns, SqliteRecords, SqliteStore,
    SqliteSurvey,
};
pub(crate) use survey::{OpenRun, PastReaps, Survey, Workspace};
