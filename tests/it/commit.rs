//! A commit that fails, and one that only seems to.

use rusqlite::ffi;
use zombie_sweeper::{SweepError, rusqlite};

use crate::world::{World, reasons};

#[test]
fn commit_that_a_constraint_refuses_leaves_nothing() {
    let mut world = World::new().running("t1").sql(
        "CREATE TABLE ledger (task TEXT REFERENCES tasks(id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER book AFTER INSERT ON task_events BEGIN INSERT INTO ledger VALUES ('gone'); END;
             PRAGMA foreign_keys = ON",
    );
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.failed.len(), report.transactions), (1, 0));
    assert!(report.failed[0].why.contains("FOREIGN KEY"), "{report:?}");
    assert_eq!(world.dump(), before);
}

#[test]
fn commit_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    let mut world = World::at(conn)
        .sql("PRAGMA journal_mode = DELETE; PRAGMA busy_timeout = 0")
        .running("t1");
    // With a rollback journal the commit has to wait for those who read.
    let reader = rusqlite::Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM tasks").unwrap();
    let said = world.refused();
    assert!(said.starts_with("failed to commit: database is locked"), "{said}");
    reader.execute_batch("ROLLBACK").unwrap();
    assert_eq!(reasons(&world.sweep()), ["t1: no_active_run"]);
}

#[test]
fn commit_that_stands_although_sqlite_reports_a_failure_is_told_as_done() {
    let folder = tempfile::tempdir().unwrap();
    let conn = rusqlite::Connection::open(folder.path().join("queue.db")).unwrap();
    let mut world = World::at(conn).sql("PRAGMA journal_mode = WAL").running("t1");
    let failure = || rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), None);
    world
        .conn
        .wal_hook(Some(move |_: &mut _, _| Err(failure())))
        .unwrap();
    let error = world.try_sweep().unwrap_err();
    let SweepError::Partial { report, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(reasons(&report), ["t1: no_active_run"]);
    assert_eq!(report.transactions, 1);
    assert_eq!(world.value("tasks.status", "t1"), "open");
}
