//! What the clocks say, and how long the processor was ours.

use std::time::Duration;

use zombie_sweeper::watch::Moment;

use crate::surface::{wait, wall_clock};

/// The moment that it is.
pub(super) fn now() -> Moment {
    Moment {
        wall: wall_clock::now(),
        since_boot: since_boot(),
    }
}

/// A clock that only runs, also while the machine is suspended where the system tells so.
fn since_boot() -> Duration {
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

/// For how long the processor has worked for this thread. To wait for a lock or a disk takes nothing from others.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn worked() -> Duration {
    use nix::time::{ClockId, clock_gettime};

    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or_else(|_| since_boot(), Duration::from)
}

/// Elsewhere what passes counts.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn worked() -> Duration {
    since_boot()
}
