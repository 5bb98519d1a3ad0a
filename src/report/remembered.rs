//! What a ledger keeps of a sweep beyond its summary.

use std::time::Duration;

use crate::zombie::{Beats, Condition, Followed, Labels, Living, PastReap, Timestamp};

/// Collected where [`SweepOptions::remember`](crate::SweepOptions::remember) asks for it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Remembered {
    /// Each reap, in the order in which they were done.
    pub reaps: Vec<RememberedReap>,
    /// The ages of the last signs of life of the living.
    pub living: Living,
    /// The newest signs of life of some of the runs at work.
    pub beats: Beats,
    /// What is to be merged into what is known of runs: what this sweep saw of them, unless
    /// [others looked too](crate::SweepReport::remember_followed).
    pub followed: Followed,
}

impl Remembered {
    /// Once all have been looked at: those that are chosen among them are followed.
    pub(crate) fn follow(&mut self, now: Timestamp) {
        self.followed.see(&self.beats, now);
    }
}

/// One reap, and what it rested on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RememberedReap {
    /// What any record of a reap says.
    pub reap: PastReap,
    /// Which condition held.
    pub condition: Condition,
    /// The threshold that the silence was held against.
    pub threshold: Duration,
    /// The task's project and kind.
    pub labels: Labels,
}
