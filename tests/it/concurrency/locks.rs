//! Who waits for whom.

use rusqlite::ErrorCode;
use zombie_sweeper::{SweepError, rusqlite};

use super::{JOURNALS, on_disk, rival};
use crate::world::{World, reasons};

#[test]
fn sweep_without_zombies_never_asks_for_the_write_lock() {
    for journal in JOURNALS {
        let (folder, world) = on_disk(journal);
        let mut world = world.running("t1").run("r1").heartbeat("1m ago");
        let rival = rival(&folder);
        rival
            .execute_batch("BEGIN IMMEDIATE; UPDATE tasks SET priority = 1")
            .unwrap();
        let report = world.sweep();
        assert_eq!((report.healthy, report.transactions), (1, 0), "{journal}");
        rival.execute_batch("COMMIT").unwrap();
    }
}

#[test]
fn dry_run_never_asks_for_the_write_lock() {
    for journal in JOURNALS {
        let (folder, world) = on_disk(journal);
        let mut world = world.running("t1").run("r1").heartbeat("16m ago");
        let rival = rival(&folder);
        rival.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_eq!(reasons(&world.dry_run()), ["t1: stale_heartbeat"], "{journal}");
    }
}

#[test]
fn lock_that_is_not_had_in_time_is_an_error_and_nothing_is_written() {
    for (journal, hold) in [
        ("WAL", "IMMEDIATE"),
        ("DELETE", "IMMEDIATE"),
        ("DELETE", "EXCLUSIVE"),
    ] {
        let (folder, world) = on_disk(journal);
        let mut world = world.running("t1").run("r1").heartbeat("16m ago");
        let before = world.dump();
        let rival = rival(&folder);
        rival.execute_batch(&format!("BEGIN {hold}")).unwrap();
        let error = world.try_sweep().unwrap_err();
        assert_eq!(
            code(&error),
            Some(ErrorCode::DatabaseBusy),
            "{journal}, {hold}: {error:?}"
        );
        assert!(world.conn.is_autocommit());
        rival.execute_batch("ROLLBACK").unwrap();
        assert_eq!(world.dump(), before);
        assert_eq!(
            reasons(&world.sweep()),
            ["t1: stale_heartbeat"],
            "the next one has it"
        );
    }
}

fn code(error: &SweepError) -> Option<ErrorCode> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<rusqlite::Error>() {
            return error.sqlite_error_code();
        }
        source = error.source();
    }
    None
}

#[test]
fn readers_are_not_disturbed() {
    let (folder, world) = on_disk("WAL");
    let mut world = world.running("t1").run("r1").heartbeat("16m ago");
    let reader = rival(&folder);
    reader.execute_batch("BEGIN; SELECT * FROM tasks").unwrap();
    assert_eq!(world.sweep().reaps.len(), 1);
    let status: String = reader
        .query_row("SELECT status FROM tasks", [], |row| row.get(0))
        .unwrap();
    assert_eq!(status, "running", "the reader keeps its snapshot");
}

#[test]
fn two_sweepers_reap_each_zombie_once() {
    for journal in JOURNALS {
        let (folder, mut world) = on_disk(journal);
        for n in 0..50 {
            world = world.running(n);
        }
        let reaped = std::thread::scope(|scope| {
            let sweepers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| World::of(rival(&folder)).sweep().reaps.len()))
                .collect();
            sweepers
                .into_iter()
                .map(|sweeper| sweeper.join().unwrap())
                .sum::<usize>()
        });
        assert_eq!(reaped, 50, "{journal}");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 50);
        assert_eq!(world.query("SELECT count(DISTINCT task_id) FROM task_events"), 50);
    }
}
