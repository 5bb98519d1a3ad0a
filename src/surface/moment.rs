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
    wait::since_boot().map_or_else(since_begun, |(since_boot, _)| since_boot)
}

/// Since it was asked for the first time.
#[expect(
    clippy::disallowed_methods,
    reason = "a watch times its rests; no verdict reads this clock"
)]
fn since_begun() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static BEGUN: OnceLock<Instant> = OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed()
}
