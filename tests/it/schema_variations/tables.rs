//! Kinds of table, their indexes and their constraints.

use super::{assert_digits_are_swept, digits, with_integer_ids};
use crate::world::{World, reasons};

#[test]
fn tables_without_rowid() {
    for table in ["tasks", "task_runs", "workspaces"] {
        assert_digits_are_swept(digits().option(table, "WITHOUT ROWID"));
    }
    let world = with_integer_ids(digits())
        .option("tasks", "WITHOUT ROWID")
        .option("task_runs", "WITHOUT ROWID");
    assert_digits_are_swept(world);
}

#[test]
fn strict_tables() {
    for table in ["tasks", "task_runs", "task_events", "workspaces"] {
        assert_digits_are_swept(digits().option(table, "STRICT"));
        assert_digits_are_swept(with_integer_ids(digits()).option(table, "STRICT"));
    }
}

#[test]
fn strict_table_without_rowid() {
    assert_digits_are_swept(digits().option("tasks", "STRICT, WITHOUT ROWID"));
}

#[test]
fn columns_called_like_the_rowid() {
    for aliases in [
        "rowid",
        "rowid TEXT, _rowid_",
        "rowid TEXT, oid",
        "rowid TEXT, _rowid_ TEXT, oid",
    ] {
        let mut world = digits().workspace("w1").set("task_id", "10");
        for (table, column) in [
            ("tasks", "title TEXT NOT NULL"),
            ("task_runs", "error TEXT"),
            ("task_events", "event_type TEXT NOT NULL"),
            ("workspaces", "path TEXT NOT NULL"),
        ] {
            world = world.redeclare(table, column, &format!("{column}, {aliases} TEXT"));
        }
        assert_digits_are_swept(world);
    }
}

#[test]
fn foreign_keys_switched_on_or_off() {
    for switch in ["ON", "OFF"] {
        let world = digits()
            .redeclare(
                "task_events",
                "task_id TEXT NOT NULL",
                "task_id TEXT NOT NULL REFERENCES tasks(id)",
            )
            .sql(&format!("PRAGMA foreign_keys = {switch}"));
        assert_digits_are_swept(world);
    }
}

#[test]
fn indexes_of_every_kind() {
    let world = digits().sql(
        "CREATE INDEX by_expression ON tasks(lower(status), updated_at);
         CREATE INDEX partial ON tasks(active_run_id) WHERE status = 'running';
         CREATE UNIQUE INDEX one_active ON task_runs(task_id) WHERE status = 'running';
         CREATE INDEX nocase ON tasks(status COLLATE NOCASE)",
    );
    assert_digits_are_swept(world);
}

#[test]
fn columns_that_compare_without_case() {
    let world = digits()
        .redeclare("tasks", "status TEXT", "status TEXT COLLATE NOCASE")
        .redeclare("task_runs", "status TEXT", "status TEXT COLLATE NOCASE");
    assert_digits_are_swept(world);
}

#[test]
fn ids_that_compare_without_case_are_the_same() {
    let story = || {
        World::new()
            .running("a")
            .run("R")
            .heartbeat("1m ago")
            .running("b")
            .run("S")
            .heartbeat("16m ago")
    };
    let redeclared = |world: World, tasks: &str, runs: &str| {
        world
            .redeclare(
                "tasks",
                "id TEXT PRIMARY KEY",
                &format!("id TEXT PRIMARY KEY COLLATE {tasks}"),
            )
            .redeclare(
                "tasks",
                "active_run_id TEXT",
                &format!("active_run_id TEXT COLLATE {tasks}"),
            )
            .redeclare(
                "task_runs",
                "id TEXT PRIMARY KEY",
                &format!("id TEXT PRIMARY KEY COLLATE {runs}"),
            )
            .redeclare(
                "task_runs",
                "task_id TEXT NOT NULL",
                &format!("task_id TEXT NOT NULL COLLATE {runs}"),
            )
    };
    for (tasks, runs) in [("NOCASE", "NOCASE"), ("NOCASE", "BINARY"), ("BINARY", "NOCASE")] {
        for index in ["", "CREATE INDEX of_task ON task_runs(task_id)"] {
            for profile in ["", "tasks.columns.active_run = []"] {
                let mut world = redeclared(story(), tasks, runs)
                    .sql("UPDATE tasks SET id = upper(id), active_run_id = lower(active_run_id)")
                    .sql(index)
                    .profile(profile);
                let report = world.sweep();
                let told = format!("{tasks} {runs} {index} {profile}: {report:?}");
                assert_eq!(reasons(&report), ["B: stale_heartbeat"], "{told}");
                assert_eq!((report.healthy, report.runs_abandoned), (1, 1), "{told}");
            }
        }
    }
}
