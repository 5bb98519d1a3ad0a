//! What the clocks of the machine say.

use chrono::{DateTime, Utc};
use zombie_sweeper::inspect::ClockReading;

/// `wall` is now.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn reading(wall: DateTime<Utc>) -> Option<ClockReading> {
    use nix::time::{ClockId, clock_gettime};

    let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(ClockReading {
        boot_id: boot_id.trim().to_owned(),
        wall,
        since_boot: clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?.into(),
    })
}

/// Other systems do not tell.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn reading(_: DateTime<Utc>) -> Option<ClockReading> {
    None
}
