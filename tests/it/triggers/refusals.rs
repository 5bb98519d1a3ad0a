//! A refusal of one write, by a trigger or by a constraint, undoes that reap and no other. What the database itself
//! cannot do undoes them all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use zombie_sweeper::store::StoreError;

use zombie_sweeper::{SweepError, rusqlite};

use super::{WRITES, one_zombie, twenty_zombies};
use crate::world::World;

#[test]
fn refusal_of_any_write_undoes_that_reap_alone() {
    for (write, at_the_17th) in WRITES {
        for (when, how) in [
            ("BEFORE", "ABORT"),
            ("AFTER", "ABORT"),
            ("AFTER", "FAIL"),
            ("AFTER", "ROLLBACK"),
        ] {
            let mut world = twenty_zombies().sql(&format!(
                "CREATE TRIGGER no {when} {write} WHEN {at_the_17th}
                 BEGIN SELECT RAISE({how}, 'not this one'); END"
            ));
            let before = world.dump();
            let report = world.sweep();
            assert_eq!(report.reaps.len(), 19, "{when} {write} {how}");
            let failed: Vec<_> = report
                .failed
                .iter()
                .map(|task| (&*task.task_id, &*task.why))
                .collect();
            assert_eq!(failed, [("t17", "not this one")], "{when} {write} {how}");
            let after = world.dump();
            for (table, key) in [("tasks", "t17"), ("task_runs", "r17"), ("workspaces", "w17")] {
                assert_eq!(after[table][key], before[table][key], "{when} {write} {how}");
            }
            assert_eq!(world.query("SELECT count(*) FROM task_events"), 19);
            assert_eq!(world.sweep().reaps.len(), 0, "the next sweep leaves no other");
        }
    }
}

#[test]
fn several_refusals_keep_nobody_else_from_being_reaped() {
    for how in ["ABORT", "ROLLBACK"] {
        let mut world = twenty_zombies().sql(&format!(
            "CREATE TRIGGER no AFTER UPDATE ON task_runs WHEN NEW.id IN ('r01', 'r02', 'r10', 'r20')
             BEGIN SELECT RAISE({how}, 'no'); END"
        ));
        let report = world.sweep();
        assert_eq!(report.reaps.len(), 16, "{how}");
        assert_eq!(report.failed.len(), 4, "{how}");
        let reset = "SELECT count(*) FROM tasks WHERE status = 'open' AND assigned_slot = ''";
        assert_eq!(world.query(reset), 16, "{how}");
    }
}

#[test]
fn constraint_that_is_looked_at_with_the_commit_is_found_by_halves() {
    let mut world = twenty_zombies().sql(
        "PRAGMA foreign_keys = ON;
         CREATE TABLE parents (id TEXT PRIMARY KEY);
         CREATE TABLE children (parent TEXT REFERENCES parents(id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER orphan AFTER UPDATE ON task_runs WHEN NEW.id = 'r13'
         BEGIN INSERT INTO children VALUES ('nobody'); END",
    );
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 19);
    assert_eq!(report.failed.len(), 1, "{report:?}");
    assert_eq!(report.failed[0].task_id, "t13");
    assert_eq!(world.value("tasks.status", "t13"), "running");
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 19);
}

#[test]
fn constraint_that_refuses_the_word_leaves_each_as_it_was() {
    let mut world = twenty_zombies().redeclare(
        "task_runs",
        "status TEXT NOT NULL DEFAULT 'running'",
        "status TEXT NOT NULL CHECK (status <> 'abandoned')",
    );
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.transactions), (0, 0));
    assert_eq!(report.failed.len(), 20);
    assert!(
        report.failed.iter().all(|task| task.why.contains("CHECK")),
        "{report:?}"
    );
    assert_eq!(world.dump(), before);
}

#[test]
fn full_disk_undoes_everything() {
    // Events of a page each: the disk is full after a few, long before a slow machine would begin another batch.
    let mut world = World::new().options(|options| options.actor("a".repeat(4_000)));
    for n in 0..12 {
        world = world.running(n);
    }
    let mut world = world.sql("VACUUM");
    let pages: i64 = world
        .conn
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    world = world.sql(&format!("PRAGMA max_page_count = {}", pages + 6));
    let said = world.refused();
    assert!(said.contains("full"), "{said}");
}

#[test]
fn interrupted_sweep_writes_nothing() {
    let mut world = one_zombie().sql(
        "CREATE TRIGGER endless AFTER INSERT ON task_events
         BEGIN SELECT count(*) FROM (WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c) SELECT x FROM c);
         END",
    );
    let before = world.dump();
    let (handle, done) = (world.conn.get_interrupt_handle(), AtomicBool::new(false));
    let error = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(5));
                handle.interrupt();
            }
        });
        let swept = world.try_sweep();
        done.store(true, Ordering::Relaxed);
        swept.unwrap_err()
    });
    assert!(
        matches!(
                    &error,
                    SweepError::Store(StoreError::Reap { source, .. } | StoreError::Sqlite {
        source, .. })
                        if source.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted)
                )
            || matches!(error, SweepError::Store(StoreError::Schema(_))),
        "{error:?}"
    );
    assert!(world.conn.is_autocommit());
    assert_eq!(world.dump(), before);
}
