//! What a zombie is, and why. Pure: no SQL, no clock, no input or output.
//!
//! A running task is a **zombie** if, and only if, none of its runs is live and one of these holds:
//!
//! - **A**: its active run is finished, by its word or by evidence: the work ended, and nobody told the task;
//! - **B**: it has no active run, or names one that is not its own, and the claim has shown no sign of life
//!   for longer than `claim_grace`;
//! - **C**: its active run is unfinished and has shown no sign of life for longer than `stale_after`, or its lease is over,
//!   or it shows none at all and the worker that it names is gone.
//!
//! Where a queue has no runs, the task is its own run; where tasks name none, the run begun last is the active one.
//!
//! Where a sign of life is written in a form that is not understood, where there is none, or where another run may be
//! the successor of the active one, the task is **undecided**: reported, never reaped.

mod begun;
mod calendar;
mod civil;
mod digits;
mod epoch;
mod id;
mod iso;
mod notes;
mod offset;
mod past_reap;
mod plan;
mod policy;
mod pulse;
mod reading;
mod remark;
mod signs;
mod style;
mod suspect;
mod time_zone;
mod timestamp;
mod verdict;
mod zone_name;

pub use begun::{by_begin, is_claimed_since};
pub use calendar::Calendar;
pub use id::{Bytes, Id};
pub use notes::Notes;
pub use past_reap::PastReap;
pub use plan::{Plan, UndecidedTask, Zombie};
pub use policy::Policy;
pub use pulse::{Patience, is_live, patience};
pub use reading::{Moment, Reading};
pub use remark::{Oddity, Remark};
pub use signs::{Flaw, Signs, Unread};
pub use style::{Number, OffsetForm, Style, Written, Zone};
pub use suspect::{ActiveRun, Held, HeldWorkspace, Run, RunRow, RunState, Suspect, Task, Worker};
pub use time_zone::{TimeZone, TimeZoneError};
pub use timestamp::Timestamp;
pub use verdict::{Condition, Evidence, Reason, Undecided, Verdict, verdict};
pub use zone_name::ZoneName;

use notes::short;
