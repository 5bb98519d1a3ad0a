//! How long the processor was ours.

use std::time::Duration;

use crate::surface::wait;

/// For how long the processor has worked for this thread. To wait for a lock or a disk takes nothing from others.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn worked() -> Duration {
    use nix::time::{ClockId, clock_gettime};

    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or_else(|_| wait::running(), Duration::from)
}

/// Elsewhere what passes counts.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn worked() -> Duration {
    wait::running()
}
