//! SIGINT and SIGTERM stop a sweep where it stands, and it is rolled back.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use zombie_sweeper::rusqlite::{self, Connection, InterruptHandle};

use super::exit::Exit;

/// How long to sleep before a locked database is tried again.
const STEP: Duration = Duration::from_millis(10);

/// The signal caught; 0: none.
static CAUGHT: AtomicI32 = AtomicI32::new(0);
/// How often a locked database is tried again.
static TRIES: AtomicI32 = AtomicI32::new(0);
/// The connection at work.
static AT_WORK: Mutex<Option<InterruptHandle>> = Mutex::new(None);

/// Begins to listen. A second signal ends the program at once, as a crash would: the database takes no harm.
pub(crate) fn watch() -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if CAUGHT.swap(signal, Ordering::SeqCst) != 0 {
                std::process::exit(128 + signal);
            }
            thread::spawn(interrupt_until_the_end);
        }
    });
    Ok(())
}

/// An interrupt hits the statement that runs just then, and is lost between two: so again and again.
fn interrupt_until_the_end() {
    loop {
        if let Some(at_work) = &*AT_WORK.lock().unwrap_or_else(PoisonError::into_inner) {
            at_work.interrupt();
        }
        thread::sleep(STEP);
    }
}

/// The exit that a caught signal calls for.
pub(crate) fn caught() -> Option<Exit> {
    match CAUGHT.load(Ordering::SeqCst) {
        0 => None,
        SIGINT => Some(Exit::Interrupted),
        _ => Some(Exit::Terminated),
    }
}

/// Its name.
pub(crate) fn name() -> Option<&'static str> {
    caught().map(|exit| match exit {
        Exit::Interrupted => "SIGINT",
        _ => "SIGTERM",
    })
}

/// Makes a connection wait so long for a lock, and stop on a signal, even while it waits.
pub(crate) fn obey(conn: &mut Connection, busy_timeout: Duration) -> rusqlite::Result<()> {
    let tries = busy_timeout.as_millis() / STEP.as_millis();
    TRIES.store(i32::try_from(tries).unwrap_or(i32::MAX), Ordering::SeqCst);
    *AT_WORK.lock().unwrap_or_else(PoisonError::into_inner) = Some(conn.get_interrupt_handle());
    conn.busy_handler(Some(wait))
}

fn wait(tried: i32) -> bool {
    if caught().is_some() || tried >= TRIES.load(Ordering::SeqCst) {
        return false;
    }
    thread::sleep(STEP);
    true
}
