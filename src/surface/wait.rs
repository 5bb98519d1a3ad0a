//! How a sweep waits between its two looks, and whether nobody could beat for a while because the machine was suspended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{called_off, signals, wall_clock};

/// How long to sleep before looking again whether a signal came.
const STEP: Duration = Duration::from_millis(20);

static CUT_SHORT: AtomicBool = AtomicBool::new(false);

/// Whether a signal ended the wait, and with it the sweep.
pub(crate) fn was_cut_short() -> bool {
    CUT_SHORT.load(Ordering::SeqCst)
}

/// Sleeps for so long and says what time it is then; `None` once a signal has come, or the sweep is called off. `asked` is the *now* of a dry run of
/// another time, whose clock is then as much later.
pub(crate) fn wait(time: Duration, asked: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let mut left = time;
    while !left.is_zero() {
        if signals::caught().is_some() {
            CUT_SHORT.store(true, Ordering::SeqCst);
            return None;
        }
        if called_off::is_this_so() {
            return None;
        }
        let step = STEP.min(left);
        thread::sleep(step);
        left -= step;
    }
    let now = || Some(wall_clock::now());
    asked.map_or_else(now, |asked| {
        asked.checked_add_signed(chrono::Duration::from_std(time).ok()?)
    })
}

/// For how long the machine has been suspended since it booted: the clock that counts that beside the one that does not.
pub(crate) fn suspended() -> Duration {
    let suspended = since_boot().map_or(Duration::ZERO, |(since_boot, awake)| {
        since_boot.saturating_sub(awake)
    });
    // The two are read one after the other.
    if suspended < Duration::from_secs(1) {
        Duration::ZERO
    } else {
        suspended
    }
}

/// How long ago the machine booted, and the same without the time for which it was suspended.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn since_boot() -> Option<(Duration, Duration)> {
    use nix::time::{ClockId, clock_gettime};

    let read = |clock| clock_gettime(clock).map(Duration::from).ok();
    let awake = read(ClockId::CLOCK_MONOTONIC)?;
    Some((read(ClockId::CLOCK_BOOTTIME)?, awake))
}

/// Other systems do not tell.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn since_boot() -> Option<(Duration, Duration)> {
    None
}

/// A clock that only runs, also while the machine is suspended where the system tells so.
pub(crate) fn running() -> Duration {
    since_boot().map_or_else(since_begun, |(since_boot, _)| since_boot)
}

/// Since it was asked for the first time.
#[expect(
    clippy::disallowed_methods,
    reason = "it times rests, and what counts together; no verdict reads this clock"
)]
fn since_begun() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static BEGUN: OnceLock<Instant> = OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed()
}

/// What tells this boot of the machine from any other, where the system says it.
pub(crate) fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}
