//! For how long runs may be silent, learned from how long they were.

mod because;
pub mod binomial;
mod bound;
mod decide;
mod disjoint;
mod learned;
mod probation;
mod release;
mod runs;

pub use because::Because;
pub use bound::{Bound, CONFIDENCE, FACTOR, LATEST, SHARE, WithReaps, bound};
pub use decide::{Threshold, threshold};
pub use learned::Learned;
pub use runs::{Fate, Gap, PastRun, Runs};
