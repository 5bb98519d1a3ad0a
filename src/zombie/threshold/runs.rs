use std::time::Duration;

use crate::zombie::Timestamp;

/// A silence of one run: from one sign of life to the next, or to where its end was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The last sign of life before it.
    pub from: Timestamp,
    /// What ended it: a sign of life, the run's end, the reap; for a living run the look that found it silent.
    pub to: Timestamp,
}

impl Gap {
    /// How long it lasted; nothing where it ends before it began.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.to.since(self.from)
    }
}

/// What a run that has ended says of silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It ended by itself, and this was the longest silence that was seen of it.
    Ended(Gap),
    /// It ended by itself, its last beat is its end, and no silence of it was seen: it says nothing of how long such runs
    /// are silent while they work. Refused as a sample.
    Mute,
    /// It was reaped for silence: neither a death nor a survival, as nobody knows which.
    Reaped {
        /// The silence, up to the reap.
        gap: Gap,
        /// The threshold that the silence was longer than.
        borne: Duration,
    },
}

/// A run that has ended, or was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastRun {
    /// When: its end, or its reap.
    pub ended: Timestamp,
    /// How.
    pub fate: Fate,
}

/// The runs of one project and kind, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// Those that have ended.
    pub past: Vec<PastRun>,
    /// The longest silence so far of each that is at work, be it under way or over.
    pub living: Vec<Gap>,
}

impl Runs {
    /// Those ended, the latest first. Runs that ended at the same moment have an order too: that of the input must not
    /// matter.
    pub(super) fn latest_first(&self) -> Vec<PastRun> {
        let mut past = self.past.clone();
        past.sort_unstable_by(|a, b| b.cmp(a));
        past
    }
}
