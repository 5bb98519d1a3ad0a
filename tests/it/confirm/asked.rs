//! With `confirm` set, and without.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use zombie_sweeper::SweepError;

use super::{A_MINUTE_LATER, MINUTE, confirmed, queue, seconds_waited, with_change};
use crate::concurrency::rival;
use crate::world::{NOW, World, moment, reasons};

/// What is proven at once, and what rests on silence.
fn one_of_each(world: World) -> World {
    world
        .running("ended")
        .run("r1")
        .status("failed")
        .ended("1h ago")
        .running("silent")
        .run("r2")
        .heartbeat("16m ago")
        .running("claimed")
        .running("missing")
        .names_run("gone")
        .running("leased")
        .lease("1m ago")
        .running("touched")
        .updated("20m ago")
        .run("r3")
        .status("completed")
        .ended("1h ago")
        .running("by-evidence")
        .run("r4")
        .status("succeeded")
        .ended("1h ago")
        .running("healthy")
        .run("r5")
        .heartbeat("1m ago")
}

const ALL: [&str; 7] = [
    "by-evidence: run_succeeded",
    "claimed: no_active_run",
    "ended: run_failed",
    "leased: lease_expired",
    "missing: missing_run",
    "silent: stale_heartbeat",
    "touched: run_completed",
];

#[test]
fn what_is_proven_is_reaped_at_once_and_the_rest_after_one_wait() {
    let (folder, world) = queue();
    let seen = Arc::new(Mutex::new(String::new()));
    let open_then = Arc::clone(&seen);
    let mut world = confirmed(one_of_each(world)).options(|options| {
        options.waiting(move |time| {
            assert_eq!(time, MINUTE);
            let rival = rival(&folder);
            // No lock is held, and no transaction that would keep the log from being folded in.
            rival.busy_timeout(Duration::ZERO).unwrap();
            rival
                .execute_batch("BEGIN EXCLUSIVE; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
                .unwrap();
            let open = "SELECT group_concat(id, ' ') FROM tasks WHERE status = 'open'";
            let ids: String = rival.query_row(open, [], |row| row.get(0)).unwrap();
            open_then.lock().unwrap().push_str(&ids);
            Some(A_MINUTE_LATER)
        })
    });
    let report = world.sweep();
    assert_eq!(*seen.lock().unwrap(), "ended");
    assert_eq!(reasons(&report), ALL);
    assert_eq!((report.scanned, report.healthy), (8, 1));
    assert_eq!(seconds_waited(&report), 60);
    assert_eq!(report.swept_at, "2026-04-11T03:18:00.000000Z");
    assert_eq!(world.value("tasks.updated_at", "ended"), moment("now"));
    for task in ["silent", "claimed", "by-evidence"] {
        assert_eq!(world.value("tasks.updated_at", task), moment("in 60s"), "{task}");
    }
    assert_eq!(world.value("task_runs.completed_at", "r2"), moment("in 60s"));
}

#[test]
fn one_look_unless_asked() {
    let (folder, world) = queue();
    let (waits, mut world) = with_change(&folder, one_of_each(world), "SELECT 1", A_MINUTE_LATER);
    let report = world.sweep();
    assert_eq!(reasons(&report), ALL);
    assert_eq!(seconds_waited(&report), 0);
    assert!(waits.lock().unwrap().is_empty());
}

#[test]
fn nobody_waits_where_nothing_is_silent() {
    let (folder, world) = queue();
    let world = world
        .running("ended")
        .run("r1")
        .status("failed")
        .running("healthy")
        .run("r2")
        .heartbeat("1m ago");
    let (waits, mut world) = with_change(&folder, confirmed(world), "SELECT 1", A_MINUTE_LATER);
    let report = world.sweep();
    assert_eq!(reasons(&report), ["ended: run_failed"]);
    assert!(waits.lock().unwrap().is_empty());
    assert!(world.sweep().reaps.is_empty());
}

#[test]
fn newly_read_now_has_to_agree() {
    let (folder, world) = queue();
    let world = confirmed(world.running("t1").run("r1").heartbeat("16m ago").running("t2"));
    // The clock was two hours ahead, or nearly, and has been set since.
    let (_, mut world) = with_change(&folder, world, "SELECT 1", NOW - TimeDelta::minutes(110));
    let report = world.sweep();
    assert_eq!(
        (report.reaps.len(), report.healthy + report.undecided.len()),
        (0, 2)
    );
    assert_eq!(report.transactions, 0);
}

#[test]
fn stop_during_the_wait_keeps_what_was_committed() {
    let (_folder, world) = queue();
    let mut world = confirmed(one_of_each(world)).options(|options| options.waiting(|_| None));
    let error = world.try_sweep().unwrap_err();
    let SweepError::Partial { report, source } = error else {
        panic!("{error:?}");
    };
    assert!(matches!(*source, SweepError::Interrupted), "{source:?}");
    assert_eq!(reasons(&report), ["ended: run_failed"]);
    assert_eq!(report.transactions, 1);
    assert!(report.error.is_some());
    assert_eq!(world.value("tasks.status", "silent"), "running");
    assert!(world.conn.is_autocommit());
}

#[test]
fn more_silent_ones_than_a_batch_takes_wait_together() {
    let (folder, world) = queue();
    let world = (0..5).fold(confirmed(world), World::running);
    let batch = std::num::NonZeroUsize::new(2).unwrap();
    let world = world.options(|options| options.batch_size(batch));
    let (waits, mut world) = with_change(&folder, world, "SELECT 1", A_MINUTE_LATER);
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.scanned), (5, 5));
    assert_eq!(*waits.lock().unwrap(), [MINUTE]);
}

#[test]
fn what_is_warned_of_is_counted_once() {
    let (_folder, world) = queue();
    let claims = world
        .bare_task("t1")
        .status("running")
        .bare_task("t2")
        .status("running");
    let claims = claims.sql("UPDATE tasks SET started_at = NULL");
    let mut world = confirmed(claims).options(|options| options.waiting(|_| Some(A_MINUTE_LATER)));
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 2);
    let warned = |said: &str| report.warnings.iter().any(|warning| warning.contains(said));
    assert!(warned("last updated: 2, such as"), "{report:?}");
}
