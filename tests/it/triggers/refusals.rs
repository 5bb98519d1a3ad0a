//! A refusal of one write, by a trigger or by the database itself, undoes them all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use zombie_sweeper::{SweepError, rusqlite};

use super::{WRITES, one_zombie, twenty_zombies};
use crate::world::World;

#[test]
fn refusal_of_any_write_undoes_all_of_them() {
    for (write, at_the_17th) in WRITES {
        for (when, how) in [
            ("BEFORE", "ABORT"),
            ("AFTER", "ABORT"),
            ("AFTER", "FAIL"),
            ("AFTER", "ROLLBACK"),
        ] {
            let said = twenty_zombies()
                .sql(&format!(
                    "CREATE TRIGGER no {when} {write} WHEN {at_the_17th}
                     BEGIN SELECT RAISE({how}, 'not this one'); END"
                ))
                .refused();
            assert!(
                said.contains("t17") && said.contains("not this one"),
                "{write}: {said}"
            );
        }
    }
}

#[test]
fn constraint_that_refuses_the_word_undoes_everything() {
    let said = twenty_zombies()
        .redeclare(
            "task_runs",
            "status TEXT NOT NULL DEFAULT 'running'",
            "status TEXT NOT NULL CHECK (status <> 'abandoned')",
        )
        .refused();
    assert!(said.contains("t01") && said.contains("CHECK"), "{said}");
}

#[test]
fn full_disk_undoes_everything() {
    let mut world = World::new();
    for n in 0..500 {
        world = world.running(n);
    }
    let mut world = world.sql("VACUUM");
    let pages: i64 = world
        .conn
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    world = world.sql(&format!("PRAGMA max_page_count = {}", pages + 5));
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
            SweepError::Reap { source, .. } | SweepError::Sqlite { source, .. }
                if source.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted)
        ) || matches!(error, SweepError::Schema(_)),
        "{error:?}"
    );
    assert!(world.conn.is_autocommit());
    assert_eq!(world.dump(), before);
}
