//! SIGINT and SIGTERM stop a sweep where it stands, and it is rolled back. SIGXFSZ lets a write fail, instead of killing.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use zombie_sweeper::rusqlite::{self, Connection};

use super::exit::Exit;
use super::{called_off, notify};

/// How long to sleep before a locked database is tried again.
const STEP: Duration = Duration::from_millis(10);

/// After how many of its steps, each far below a microsecond, a statement looks whether a signal came.
const STEPS: i32 = 10_000;

const INTERRUPTED: usize = 1;
const TERMINATED: usize = 2;
#[cfg(unix)]
const HUNG_UP: usize = 3;

/// Whether a signal came, and which; 0: none.
static IS_CAUGHT: AtomicBool = AtomicBool::new(false);
static CAUGHT: AtomicUsize = AtomicUsize::new(0);
/// Whether a file was to grow beyond the limit for its size.
static TOO_LARGE: AtomicBool = AtomicBool::new(false);
/// Whether all is to be opened anew.
static REOPENS: AtomicBool = AtomicBool::new(false);
/// How often a locked database is tried again.
static TRIES: AtomicI32 = AtomicI32::new(0);

/// Begins to listen. A second signal ends the program at once, as a crash would: the database takes no harm.
pub(crate) fn watch() -> std::io::Result<()> {
    for (signal, which) in [(SIGINT, INTERRUPTED), (SIGTERM, TERMINATED)] {
        flag::register_conditional_shutdown(signal, 128 + signal, &IS_CAUGHT)?;
        flag::register_usize(signal, &CAUGHT, which)?;
        flag::register(signal, &IS_CAUGHT)?;
    }
    #[cfg(unix)]
    flag::register(signal_hook::consts::SIGXFSZ, &TOO_LARGE)?;
    Ok(())
}

/// Whoever stays listens to SIGHUP too: where there is a terminal to hang up, it ends as by SIGTERM; where there is none, a
/// service manager asks for all to be opened anew. One that is ignored, as `nohup` asks for, stays so.
#[cfg(unix)]
pub(crate) fn hear_hangups() -> std::io::Result<()> {
    use signal_hook::consts::SIGHUP;

    if is_ignored(SIGHUP) {
        return Ok(());
    }
    if std::fs::File::open("/dev/tty").is_ok() {
        flag::register_usize(SIGHUP, &CAUGHT, HUNG_UP)?;
        flag::register(SIGHUP, &IS_CAUGHT)?;
    } else {
        flag::register(SIGHUP, &REOPENS)?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same as where it may fail")]
pub(crate) fn hear_hangups() -> std::io::Result<()> {
    Ok(())
}

/// By what the system says of this process; where it says nothing, it is not.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut ignored = status.lines().filter_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.find_map(|set| u64::from_str_radix(set.trim(), 16).ok());
    ignored.unwrap_or_default() >> (signal - 1) & 1 == 1
}

/// Whether all is to be opened anew; asked, it is done with.
pub(crate) fn take_reopening() -> bool {
    REOPENS.swap(false, Ordering::SeqCst)
}

/// Whether it will be asked for.
pub(crate) fn asks_to_reopen() -> bool {
    REOPENS.load(Ordering::SeqCst)
}

/// The exit that a caught signal calls for.
pub(crate) fn caught() -> Option<Exit> {
    match CAUGHT.load(Ordering::SeqCst) {
        0 => None,
        INTERRUPTED => Some(Exit::Interrupted),
        _ => Some(Exit::Terminated),
    }
}

/// Whether none was caught.
pub(crate) fn none() -> bool {
    caught().is_none()
}

/// Its name.
pub(crate) fn name() -> Option<&'static str> {
    match CAUGHT.load(Ordering::SeqCst) {
        0 => None,
        INTERRUPTED => Some("SIGINT"),
        TERMINATED => Some("SIGTERM"),
        _ => Some("SIGHUP"),
    }
}

/// Whether a write failed, or will, at the limit for the size of a file.
pub(crate) fn file_size_limit_was_reached() -> bool {
    TOO_LARGE.load(Ordering::SeqCst)
}

/// Makes a connection wait so long for a lock, and stop on a signal or where its sweep is called off, even while it waits.
pub(crate) fn obey(conn: &mut Connection, busy_timeout: Duration) -> rusqlite::Result<()> {
    let tries = busy_timeout.as_millis() / STEP.as_millis();
    TRIES.store(i32::try_from(tries).unwrap_or(i32::MAX), Ordering::SeqCst);
    let has_to_stop = || {
        notify::alive();
        is_to_stop()
    };
    conn.progress_handler(STEPS, Some(has_to_stop))?;
    conn.busy_handler(Some(wait))
}

fn is_to_stop() -> bool {
    caught().is_some() || called_off::is_this_so()
}

fn wait(tried: i32) -> bool {
    notify::alive();
    if is_to_stop() || tried >= TRIES.load(Ordering::SeqCst) {
        return false;
    }
    thread::sleep(STEP);
    true
}
