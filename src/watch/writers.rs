//! Whether anybody can write to the database, as far as a watch can tell: who cannot write cannot beat.

use std::time::Duration;

/// For which part of the time for which silence is borne nobody may change the database, until it is in doubt whether anybody
/// can. Whoever could not write for less than that has been heard of again before it counts as silent.
const QUIET: u32 = 4;
const QUIET_OF: u32 = 5;

/// What is known of those who write. Moments are of the clock that only runs.
#[derive(Debug)]
pub(super) struct Writers {
    /// When somebody is last known to have written: the start counts.
    written: Duration,
    /// Whether the change of the database since the last look was told already.
    knows_of_change: bool,
    is_in_doubt: bool,
}

impl Writers {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            written: now,
            knows_of_change: false,
            is_in_doubt: false,
        }
    }

    /// Whether somebody has to be seen to write before silence is confirmed.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }

    /// The database has changed since the last look: it is told again until there is another.
    pub(super) fn see_change(&mut self, now: Duration) {
        if !self.knows_of_change {
            self.knows_of_change = true;
            self.written = now;
        }
    }

    /// A look has ended, in which we wrote or did not.
    pub(super) fn see_look(&mut self, now: Duration, has_written: bool) {
        self.knows_of_change = false;
        if has_written {
            self.is_in_doubt = false;
            self.written = now;
        }
    }

    /// Nothing that happened before this moment counts.
    pub(super) fn begin_at(&mut self, now: Duration) {
        self.written = now;
    }

    pub(super) fn doubt(&mut self) {
        self.is_in_doubt = true;
    }

    /// Whether nobody has written for too long.
    pub(super) fn is_quiet(&self, now: Duration, borne: Duration) -> bool {
        now.saturating_sub(self.written) > borne / QUIET_OF * QUIET
    }
}
