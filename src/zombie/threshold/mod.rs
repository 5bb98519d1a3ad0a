//! For how long runs may be silent, learned from how long they were.

pub mod binomial;
mod bound;
mod decide;
mod disjoint;
mod learned;
mod probation;
mod release;
mod runs;

pub use bound::{Bound, CONFIDENCE, FACTOR, LATEST, SHARE, WithReaps, bound};
pub use decide::{Because, Threshold, threshold};
pub use learned::Learned;
pub use runs::{Fate, Gap, PastRun, Runs};
