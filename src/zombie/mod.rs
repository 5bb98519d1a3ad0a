//! What a zombie is, and why. Pure: no SQL, no clock, no input or output.
//!
//! A running task is a **zombie** if, and only if, none of its runs is live and one of these holds:
//!
//! - **A**: its active run is finished: the work ended, and nobody told the task;
//! - **B**: it has no active run, or names one that is not its own, and the claim has shown no sign of life
//!   for longer than `claim_grace`;
//! - **C**: its active run is unfinished and has shown no sign of life for longer than `stale_after`.
//!
//! Where that takes a timestamp and none can be read, the task is **undecided**: reported, never reaped.

mod id;
mod notes;
mod plan;
mod policy;
mod suspect;
mod timestamp;
mod verdict;

pub use id::{Bytes, Id};
pub use notes::Notes;
pub use plan::{Plan, UndecidedTask, Zombie};
pub use policy::Policy;
pub use suspect::{ActiveRun, Held, HeldWorkspace, Run, RunRow, RunState, Suspect, Task};
pub use timestamp::{Number, OffsetForm, Reading, Style, Timestamp, Written, Zone};
pub use verdict::{Condition, Evidence, Reason, Undecided, Verdict, is_live, verdict};
