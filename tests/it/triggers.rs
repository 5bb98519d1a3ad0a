//! Triggers of the queue's own: they run, they may refuse, and a refusal undoes everything.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use zombie_sweeper::rusqlite::config::DbConfig;
use zombie_sweeper::{SweepError, rusqlite};

use crate::world::{World, reasons};

/// The four kinds of write, as triggers see them when they reach the row numbered 17.
const WRITES: [(&str, &str); 4] = [
    ("UPDATE ON tasks", "NEW.id = 't17'"),
    ("UPDATE ON task_runs", "NEW.id = 'r17'"),
    ("UPDATE ON workspaces", "NEW.id = 'w17'"),
    ("INSERT ON task_events", "NEW.task_id = 't17'"),
];

fn twenty_zombies() -> World {
    let mut world = World::new();
    for n in 1..=20 {
        world = world
            .running(format!("t{n:02}"))
            .run(format!("r{n:02}"))
            .heartbeat("16m ago")
            .workspace(&format!("w{n:02}"))
            .set("run_id", format!("r{n:02}"));
    }
    world
}

fn one_zombie() -> World {
    World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .workspace("w1")
        .set("task_id", "t1")
}

#[test]
fn trigger_that_keeps_a_log() {
    let mut world = one_zombie().sql(
        "CREATE TABLE audit (line);
         CREATE TRIGGER a AFTER UPDATE ON tasks
         BEGIN INSERT INTO audit VALUES (OLD.status || ' > ' || NEW.status); END;
         CREATE TRIGGER b AFTER UPDATE OF status ON task_runs BEGIN INSERT INTO audit VALUES (NEW.status); END;
         CREATE TRIGGER c AFTER UPDATE ON workspaces BEGIN INSERT INTO audit VALUES (NEW.status); END;
         CREATE TRIGGER d AFTER INSERT ON task_events BEGIN INSERT INTO audit VALUES (NEW.event_type); END",
    );
    let report = world.sweep();
    assert_eq!(
        (report.reaps.len(), report.runs_abandoned, report.workspaces_freed),
        (1, 1, 1)
    );
    assert_eq!(
        world.query("SELECT group_concat(line, ', ' ORDER BY rowid) FROM audit"),
        "running > open, abandoned, free, zombie_reaped"
    );
}

#[test]
fn trigger_that_touches_the_same_row_again() {
    let mut world = one_zombie().sql(
        "CREATE TRIGGER touch AFTER UPDATE OF status ON tasks
         BEGIN UPDATE tasks SET updated_at = 'touched' WHERE id = NEW.id; END",
    );
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(world.value("tasks.updated_at", "t1"), "touched");
}

#[test]
fn trigger_that_abandons_the_runs_itself() {
    let mut world = one_zombie().sql(
        "CREATE TRIGGER cascade AFTER UPDATE OF status ON tasks WHEN NEW.status = 'open'
         BEGIN UPDATE task_runs SET status = 'aborted' WHERE task_id = NEW.id AND status = 'running'; END",
    );
    assert_eq!(world.sweep().runs_abandoned, 0);
    assert_eq!(world.value("task_runs.status", "r1"), "aborted");
    assert_eq!(world.payload()["released"]["runs"], serde_json::json!([]));
}

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
fn trigger_that_calls_a_function_of_the_orchestrators_process_only() {
    for (write, _) in WRITES {
        let mut world = one_zombie().sql(&format!(
            "CREATE TRIGGER theirs AFTER {write} BEGIN SELECT notify_orchestrator(NEW.rowid); END"
        ));
        let before = world.dump();
        let error = world.try_sweep().unwrap_err();
        assert!(
            matches!(error, SweepError::MissingFunction { .. }),
            "{write}: {error:?}"
        );
        assert!(error.to_string().contains("notify_orchestrator"), "{error}");
        assert_eq!(world.dump(), before);
    }
}

#[test]
fn such_a_trigger_does_not_matter_while_all_is_well() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("1m ago")
        .sql("CREATE TRIGGER theirs AFTER UPDATE ON tasks BEGIN SELECT notify_orchestrator(NEW.id); END");
    assert_eq!(world.sweep().healthy, 1);
}

#[test]
fn reap_whose_event_is_swallowed_is_no_reap() {
    let mut world = twenty_zombies().sql(
        "CREATE TRIGGER swallow BEFORE INSERT ON task_events WHEN NEW.task_id = 't17'
         BEGIN SELECT RAISE(IGNORE); END",
    );
    let before = world.dump();
    let error = world.try_sweep().unwrap_err();
    assert!(
        matches!(&error, SweepError::EventSwallowed { task_id } if task_id == "t17"),
        "{error:?}"
    );
    assert_eq!(world.dump(), before);
}

#[test]
fn task_whose_reset_is_swallowed_counts_as_moved_on() {
    let mut world = twenty_zombies().sql(
        "CREATE TRIGGER swallow BEFORE UPDATE ON tasks WHEN NEW.id = 't17' BEGIN SELECT RAISE(IGNORE); END",
    );
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.moved_on), (19, 1));
    assert_eq!(world.value("tasks.status", "t17"), "running");
    assert_eq!(world.value("task_runs.status", "r17"), "running");
    assert_eq!(world.value("workspaces.status", "w17"), "leased");
    assert_eq!(
        world.query("SELECT count(*) FROM task_events WHERE task_id = 't17'"),
        0
    );
}

#[test]
fn sweep_that_is_left_with_nothing_commits_nothing() {
    let mut world =
        one_zombie().sql("CREATE TRIGGER swallow BEFORE UPDATE ON tasks BEGIN SELECT RAISE(IGNORE); END");
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.moved_on, report.transactions), (1, 0));
    assert_eq!(world.dump(), before);
}

const DOUBLE_QUOTED: &str = "
    CREATE TABLE audit (line);
    CREATE TRIGGER theirs AFTER UPDATE OF status ON tasks WHEN OLD.status = \"running\"
    BEGIN INSERT INTO audit VALUES (\"it was reaped\"); END";

#[test]
fn trigger_with_double_quoted_texts() {
    let mut world = one_zombie().sql(DOUBLE_QUOTED);
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(world.query("SELECT line FROM audit"), "it was reaped");
}

#[test]
fn connection_that_takes_no_double_quoted_texts_sweeps_as_well() {
    let mut world = one_zombie();
    world
        .conn
        .set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)
        .unwrap();
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);

    let mut world = one_zombie().sql(DOUBLE_QUOTED);
    world
        .conn
        .set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)
        .unwrap();
    let said = world.refused();
    assert!(said.contains("no such column"), "{said}");
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
