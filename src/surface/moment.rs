//! What the clocks say that a watch reads.

use std::time::Duration;

use zombie_sweeper::watch::Moment;

use super::{wait, wall_clock};

/// The moment that it is.
pub(crate) fn now() -> Moment {
    Moment {
        wall: wall_clock::now(),
        since_boot: since_boot(),
    }
}

/// A clock that only runs, also while the machine is suspended where the system tells so.
pub(crate) fn since_boot() -> Duration {
    wait::running()
}
