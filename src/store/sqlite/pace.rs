//! How long a look takes before the lock is asked for. What takes long is not done again under it, however few rows or
//! steps of SQLite it is: a row may be as wide as it likes. The stopwatch is the sweep's; no verdict reads it.

use std::time::{Duration, Instant};

/// One look at the database.
pub(super) struct Pace {
    stopwatch: Instant,
    begun: Duration,
}

impl Pace {
    /// By a stopwatch that runs already.
    pub(super) fn begin(stopwatch: Instant) -> Self {
        Self {
            stopwatch,
            begun: stopwatch.elapsed(),
        }
    }

    /// Whether it has taken no longer than that by now.
    pub(super) fn is_within(&self, time: Duration) -> bool {
        self.stopwatch.elapsed().saturating_sub(self.begun) <= time
    }
}
