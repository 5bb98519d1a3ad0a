//! A commit that fails, and one that only seems to.

use rusqlite::ffi;
use zombie_sweeper::{SweepError, rusqlite};

use crate::world::{World, reasons};

#[test]
fn commit_that_fails_leaves_nothing() {
    let said = World::new()
        .running("t1")
        .sql(
            "CREATE TABLE ledger (task TEXT REFERENCES tasks(id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER book AFTER INSERT ON task_events BEGIN INSERT INTO ledger VALUES ('gone'); END;
             PRAGMA foreign_keys = ON",
        )
        .refused();
    assert!(said.starts_with("failed to commit: FOREIGN KEY"), "{said}");
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
