//! A queue that somebody else holds for longer than the sweeper may wait.

use std::thread;
use std::time::Duration;

use insta::assert_snapshot;

use super::place::Place;

const SHORTLY: [&str; 2] = ["--busy-timeout", "50ms"];

#[test]
fn locked_for_reading_too() {
    let place = Place::queue_with_journal(|world| world.zombie("t1"));
    let orchestrator = place.connect();
    orchestrator.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let sweep = place.untouched(|| place.sweeper(&SHORTLY).run());
    assert_snapshot!(sweep.failure(place.path()), @"
    exit 75
    error: ~/orchestra.db is locked by another process for longer than the busy timeout; nothing was written; try again, or wait longer with --busy-timeout
    ");
    let dry_run = place.untouched(|| place.sweeper(&SHORTLY).args(["--dry-run"]).run());
    assert_eq!(dry_run.failure(place.path()), sweep.failure(place.path()));
}

#[test]
fn locked_for_writing() {
    insta::allow_duplicates! {
        for place in [
            Place::queue(|world| world.zombie("t1")),
            Place::queue_with_journal(|world| world.zombie("t1")),
        ] {
            let orchestrator = place.connect();
            orchestrator.execute_batch("BEGIN IMMEDIATE").unwrap();
            let before = place.files();
            let sweep = place.sweeper(&SHORTLY).run();
            assert_snapshot!(sweep.failure(place.path()), @"
            exit 75
            error: failed to take the write lock: database is locked; try again, or wait longer with --busy-timeout
            ");
            assert!(place.files() == before);
            place.sweeper(&SHORTLY).args(["--dry-run"]).run().summary();
        }
    }
}

#[test]
fn lock_that_is_let_go_in_time_is_waited_for() {
    let place = Place::queue(|world| world.zombie("t1"));
    let orchestrator = place.connect();
    orchestrator.execute_batch("BEGIN IMMEDIATE").unwrap();
    let sweep = place.sweeper(&["--busy-timeout", "1000years"]).start();
    thread::sleep(Duration::from_millis(300));
    orchestrator.execute_batch("COMMIT").unwrap();
    let ran = super::program::Ran::new(sweep.wait_with_output().unwrap());
    assert_eq!(ran.summary()["reaped"], 1);
}

#[test]
fn sweep_without_zombies_never_asks_for_the_lock() {
    let place = Place::queue(|world| world.alive("t1"));
    let orchestrator = place.connect();
    orchestrator.execute_batch("BEGIN IMMEDIATE").unwrap();
    let summary = place.sweeper(&["--busy-timeout", "0s"]).run().summary();
    assert_eq!((&summary["reaped"], &summary["healthy"]), (&0.into(), &1.into()));
}
