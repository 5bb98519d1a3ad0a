//! What the clocks say that a watch reads.

use zombie_sweeper::watch::Moment;

use super::{wait, wall_clock};

/// The moment that it is.
pub(crate) fn now() -> Moment {
    Moment {
        wall: wall_clock::now(),
        since_boot: wait::running(),
    }
}
