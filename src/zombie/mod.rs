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

mod beats;
mod begun;
mod calendar;
mod civil;
mod contest;
mod digits;
mod due;
mod epoch;
mod explain;
mod followed;
mod horizon;
mod id;
mod in_full;
mod iso;
mod last_sign;
mod living;
mod longest;
mod next_run;
mod notes;
mod offset;
mod outcome;
mod past;
mod plan;
mod policy;
mod pulse;
mod reading;
mod remark;
mod row;
mod run;
mod signs;
mod style;
mod suspect;
mod task;
pub mod threshold;
mod time_zone;
mod timestamp;
mod verdict;
mod worker;
mod zone_name;

pub use beats::{Beat, Beats, beat_of, beat_of_suspect};
pub use begun::{by_begin, is_claimed_since};
pub use calendar::Calendar;
pub use contest::Contest;
pub use due::{becomes, due_of, due_of_live, silent_from};
pub use explain::{
    Part, RowSaid, Weight, Whose, WrittenSign, is_zombie_at, rows, since_when, span, turning_points, weights,
};
pub use followed::{Followed, FollowedRun};
pub use horizon::Stood;
pub use id::{Bytes, Id};
pub use in_full::{ColumnChange, EventOfTask, Parking, RowChange, Standing, TaskInFull};
pub use last_sign::{age, age_of, last_sign_of_run};
pub use living::{Ages, Labels, Living};
pub use longest::{Alive, Longest};
pub use next_run::NextRuns;
pub use notes::Notes;
pub use outcome::{Aftermath, Became, Outcome, TaskNow};
pub use past::{Past, PastReap, RunLeft};
pub use plan::{Judged, Plan, Share, UndecidedTask, Zombie};
pub use policy::Policy;
pub use pulse::{Patience, is_live, patience};
pub use reading::{Moment, Reading};
pub use remark::{Oddity, Remark};
pub use row::Row;
pub use run::{Run, RunState};
pub use signs::{Flaw, Signs, Unread};
pub use style::{Number, OffsetForm, Style, Written, Zone};
pub use suspect::{Held, HeldWorkspace, RunRow, Suspect};
pub use task::{ActiveRun, Task};
pub use threshold::{
    Because, Bound, Fate, Gap, Learned, PastRun, Runs, Threshold, WithReaps, bound, threshold,
};
pub use time_zone::{TimeZone, TimeZoneError};
pub use timestamp::Timestamp;
pub use verdict::{Condition, Evidence, Reason, Undecided, Verdict, verdict};
pub use worker::Worker;
pub use zone_name::ZoneName;

use notes::short;
