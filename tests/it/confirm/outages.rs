//! Who cannot write cannot beat: silence before a locked database proves nothing.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tempfile::TempDir;
use zombie_sweeper::rusqlite;

use super::{A_MINUTE_LATER, confirmed, queue};
use crate::concurrency::rival;
use crate::world::{World, reasons};

/// What somebody else does while the sweep waits.
#[derive(Clone, Copy)]
enum Meanwhile {
    TakesTheLock,
    LetsGoOfIt,
    Beats,
    Nothing,
}

use Meanwhile::{Beats, LetsGoOfIt, Nothing, TakesTheLock};

fn locked(folder: &TempDir) -> Connection {
    let holder = rival(folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    holder
}

/// A silent run that is looked at twice, while this happens at one wait after the other. Returns how often was waited.
fn play(is_locked: bool, story: &'static [Meanwhile]) -> (World, Arc<Mutex<usize>>) {
    let (folder, world) = queue();
    let world = confirmed(world.running("t1").run("r1").heartbeat("16m ago"));
    let holder = Mutex::new(is_locked.then(|| locked(&folder)));
    let waits = Arc::new(Mutex::new(0));
    let waited = Arc::clone(&waits);
    let world = world.options(|options| {
        options.waiting(move |_| {
            let mut waited = waited.lock().unwrap();
            let mut holder = holder.lock().unwrap();
            match story.get(*waited).unwrap_or(&Nothing) {
                TakesTheLock => *holder = Some(locked(&folder)),
                LetsGoOfIt => *holder = None,
                Beats => rival(&folder)
                    .execute_batch("UPDATE task_runs SET last_heartbeat = '2020-01-01T00:00:00.000Z'")
                    .unwrap(),
                Nothing => {}
            }
            *waited += 1;
            Some(A_MINUTE_LATER)
        })
    });
    (world, waits)
}

#[test]
fn wait_counts_from_when_the_lock_could_be_had() {
    let (mut world, waits) = play(true, &[LetsGoOfIt, Beats]);
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.healthy), (0, 1));
    assert_eq!(*waits.lock().unwrap(), 2);
}

#[test]
fn wait_that_ends_before_a_locked_database_is_no_wait() {
    let (mut world, waits) = play(false, &[TakesTheLock, LetsGoOfIt, Beats]);
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.healthy), (0, 1));
    assert_eq!(*waits.lock().unwrap(), 3);
}

#[test]
fn dead_worker_is_found_once_the_database_can_be_written() {
    let (mut world, waits) = play(true, &[LetsGoOfIt]);
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(*waits.lock().unwrap(), 2);
}

#[test]
fn silent_task_of_a_database_that_stays_locked_is_left_to_the_next_sweep() {
    let (mut world, waits) = play(true, &[]);
    let report = world.sweep();
    assert_eq!(
        (report.reaps.len(), report.moved_on, report.transactions),
        (0, 1, 0)
    );
    assert!(
        report.warnings.iter().any(|warning| warning.contains("locked")),
        "{report:?}"
    );
    assert_eq!(*waits.lock().unwrap(), 4);
}
