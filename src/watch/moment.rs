use std::time::Duration;

use chrono::{DateTime, Utc};

/// A moment by two clocks: the one that people and verdicts go by, which may be set, and one that only ever runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What the wall clock says.
    pub wall: DateTime<Utc>,
    /// How long ago the machine booted, the time included that it was suspended (`CLOCK_BOOTTIME`).
    pub since_boot: Duration,
}

impl Moment {
    /// How far the wall clock is ahead of the other, in microseconds: it changes where it is set, and only there.
    pub(super) fn offset_us(&self) -> i128 {
        i128::from(self.wall.timestamp_micros()) - self.since_boot.as_micros().cast_signed()
    }
}
