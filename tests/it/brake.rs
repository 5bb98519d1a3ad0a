//! Where more zombies are due than are to be reaped at once, none is.

use std::time::Duration;

use serde_json::json;
use zombie_sweeper::rusqlite;

use crate::world::{NOW, World, reasons, zombies};

#[test]
fn as_many_as_are_allowed_are_reaped() {
    let mut world = zombies(3).options(|options| options.at_most(3));
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 3);
    assert!(report.held_back.is_none());
}

#[test]
fn one_more_and_nothing_is_written_and_all_are_listed() {
    let mut world = zombies(3).options(|options| options.at_most(2));
    let before = world.dump();
    let report = world.sweep();
    assert_eq!(world.dump(), before);
    assert!(report.reaps.is_empty());
    let summary = serde_json::to_value(&report).unwrap();
    assert_eq!(summary["reaped"], 0);
    assert_eq!(
        summary["held_back"],
        json!({
            "at_most": 2, "due": 3, "task_ids": ["t1", "t2", "t3"],
            "reasons": {"t1": "stale_heartbeat", "t2": "stale_heartbeat", "t3": "stale_heartbeat"},
        })
    );
    assert_eq!(
        summary["zombies"].as_array().unwrap().len(),
        3,
        "with the evidence"
    );
}

#[test]
fn a_dry_run_says_that_nothing_would_be_reaped() {
    let mut world = zombies(3).options(|options| options.at_most(2));
    let report = world.dry_run();
    assert!(report.reaps.is_empty());
    assert_eq!(report.held_back.unwrap().due.len(), 3);
    let mut world = world.options(|options| options.at_most(3));
    assert_eq!(world.dry_run().reaps.len(), 3);
    assert_eq!(world.dry_run().reaps, world.sweep().reaps);
}

#[test]
fn what_is_healthy_or_undecided_is_counted_once() {
    let mut world = zombies(1)
        .running("alive")
        .run("a")
        .heartbeat("1m ago")
        .running("dark")
        .run("d")
        .set("last_heartbeat", "when?")
        .options(|options| options.at_most(5));
    let report = world.sweep();
    assert_eq!(
        (report.scanned, report.healthy, report.undecided.len()),
        (3, 1, 1)
    );
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
}

#[test]
fn more_than_one_batch_of_them_are_counted_together() {
    let mut world = zombies(5).options(|options| options.at_most(4).batch_size(2.try_into().unwrap()));
    assert_eq!(world.sweep().held_back.unwrap().due.len(), 5);
    let mut world = world.options(|options| options.at_most(5));
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.transactions), (5, 3));
}

/// Who beats between the two looks is not due.
#[test]
fn silence_that_a_second_look_finds_broken_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    let world = World::at(conn).running("t1").run("r1").heartbeat("16m ago");
    let mut world = world
        .running("t2")
        .run("r2")
        .heartbeat("16m ago")
        .options(|options| {
            let wait = move |time: Duration| {
                let worker = rusqlite::Connection::open(&path).unwrap();
                let beat = "UPDATE task_runs SET last_heartbeat = '2026-04-11T03:18:30Z' WHERE id = 'r2'";
                worker.execute_batch(beat).unwrap();
                Some(NOW + time)
            };
            options.at_most(1).confirm(Duration::from_secs(60)).waiting(wait)
        });
    let report = world.sweep();
    assert!(report.held_back.is_none());
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
    assert_eq!((report.scanned, report.healthy), (2, 1));
}

#[test]
fn what_others_have_reaped_lately_counts() {
    let mut world = zombies(2).options(|options| options.at_most(3).reaped_lately(2));
    assert_eq!(world.dry_run().held_back.unwrap().due.len(), 2);
    assert!(world.sweep().reaps.is_empty());
    let mut world = world.options(|options| options.reaped_lately(1));
    assert_eq!(world.sweep().reaps.len(), 2);
}
