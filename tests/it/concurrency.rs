//! Others at work on the same file, in both journal modes.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use tempfile::TempDir;
use zombie_sweeper::{SweepError, SweepReport, rusqlite};

use crate::world::{Dump, World, moment, reasons};

const JOURNALS: [&str; 2] = ["WAL", "DELETE"];

thread_local! {
    /// The one that holds the write lock when the sweep asks for it.
    static RIVAL: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

/// A queue in a file, and the folder it lives in.
fn on_disk(journal: &str) -> (TempDir, World) {
    let folder = tempfile::tempdir().unwrap();
    let conn = Connection::open(file(&folder)).unwrap();
    conn.busy_timeout(Duration::ZERO).unwrap();
    let world = World::at(conn).sql(&format!(
        "PRAGMA journal_mode = {journal}; PRAGMA synchronous = OFF"
    ));
    (folder, world)
}

fn file(folder: &TempDir) -> impl AsRef<Path> + use<> {
    folder.path().join("queue.db")
}

fn rival(folder: &TempDir) -> Connection {
    let rival = Connection::open(file(folder)).unwrap();
    rival.busy_timeout(Duration::from_secs(10)).unwrap();
    rival
}

/// A silent run `r1` of task `t1`; and what a sweep makes of it when this is committed after it was found to be a
/// zombie, and before the lock is had.
fn swept_after(journal: &str, change: &str) -> (SweepReport, Dump, World) {
    let (folder, world) = on_disk(journal);
    let mut world = world
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .workspace("w1")
        .set("task_id", "t1");
    let rival = rival(&folder);
    rival
        .execute_batch(&format!("BEGIN IMMEDIATE; {change}"))
        .unwrap();
    RIVAL.set(Some(rival));
    world
        .conn
        .busy_handler(Some(|_| {
            let rival = RIVAL.take();
            rival.is_some_and(|rival| rival.execute_batch("COMMIT").is_ok())
        }))
        .unwrap();
    let report = world.sweep();
    assert!(RIVAL.take().is_none(), "the sweep waited for the lock");
    let dump = world.dump();
    (report, dump, world)
}

#[test]
fn task_that_finished_meanwhile_has_moved_on() {
    for journal in JOURNALS {
        let (report, _, world) = swept_after(
            journal,
            "UPDATE tasks SET status = 'done', active_run_id = ''; UPDATE task_runs SET status = 'completed'",
        );
        assert_eq!(
            (report.reaps.len(), report.moved_on, report.transactions),
            (0, 1, 0),
            "{journal}"
        );
        assert_eq!(world.value("tasks.status", "t1"), "done");
        assert_eq!(world.value("task_runs.status", "r1"), "completed");
        assert_eq!(world.value("workspaces.status", "w1"), "leased");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 0);
    }
}

#[test]
fn task_that_is_gone_meanwhile_has_moved_on() {
    for journal in JOURNALS {
        let (report, _, world) = swept_after(journal, "DELETE FROM task_runs; DELETE FROM tasks");
        assert_eq!((report.reaps.len(), report.moved_on), (0, 1), "{journal}");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 0);
    }
}

#[test]
fn run_that_showed_a_sign_of_life_meanwhile_is_healthy() {
    for journal in JOURNALS {
        let beat = format!("UPDATE task_runs SET last_heartbeat = '{}'", moment("now"));
        let (report, _, world) = swept_after(journal, &beat);
        assert_eq!(
            (report.reaps.len(), report.healthy, report.moved_on),
            (0, 1, 0),
            "{journal}"
        );
        assert_eq!(world.value("task_runs.status", "r1"), "running");
    }
}

#[test]
fn task_claimed_anew_meanwhile_is_healthy() {
    for journal in JOURNALS {
        let claim = format!(
            "UPDATE task_runs SET status = 'failed';
             INSERT INTO task_runs (id, task_id, started_at) VALUES ('r2', 't1', '{}');
             UPDATE tasks SET active_run_id = 'r2'",
            moment("now")
        );
        let (report, _, world) = swept_after(journal, &claim);
        assert_eq!((report.reaps.len(), report.healthy), (0, 1), "{journal}");
        assert_eq!(world.value("tasks.active_run_id", "t1"), "r2");
        assert_eq!(world.value("task_runs.status", "r2"), "running");
    }
}

#[test]
fn run_that_failed_meanwhile_is_reaped_for_that() {
    for journal in JOURNALS {
        let (report, _, world) = swept_after(journal, "UPDATE task_runs SET status = 'failed'");
        assert_eq!(reasons(&report), ["t1: run_failed"], "{journal}");
        assert_eq!(world.value("task_runs.status", "r1"), "failed");
        assert_eq!(world.payload()["run_status"], "failed");
    }
}

#[test]
fn what_is_written_elsewhere_meanwhile_does_not_matter() {
    for journal in JOURNALS {
        let (report, _, world) = swept_after(journal, "UPDATE projects SET name = 'Renamed'");
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{journal}");
        assert_eq!((report.runs_abandoned, report.workspaces_freed), (1, 1));
        assert_eq!(world.value("workspaces.status", "w1"), "free");
    }
}

#[test]
fn workspace_given_to_another_meanwhile_is_left_alone() {
    for journal in JOURNALS {
        let (report, _, world) = swept_after(journal, "UPDATE workspaces SET task_id = 'somebody'");
        assert_eq!((report.reaps.len(), report.workspaces_freed), (1, 0), "{journal}");
        assert_eq!(world.value("workspaces.task_id", "w1"), "somebody");
    }
}

#[test]
fn rival_that_rolls_back_changes_nothing() {
    for journal in JOURNALS {
        let (report, _, _) = swept_after(
            journal,
            "UPDATE tasks SET status = 'done'; ROLLBACK; BEGIN IMMEDIATE",
        );
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{journal}");
    }
}

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
