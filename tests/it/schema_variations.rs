//! Ids, keys and kinds of table other than Orchestra's.

use crate::world::{World, reasons};

/// A run that is silent and one that has ended, with ids that are digits.
fn digits() -> World {
    World::new()
        .running("9")
        .run("90")
        .heartbeat("16m ago")
        .running("10")
        .run("100")
        .status("failed")
        .running("11")
        .run("110")
        .heartbeat("1m ago")
}

fn assert_digits_are_swept(mut world: World) {
    let report = world.sweep();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["reasons"]["9"], "stale_heartbeat", "{json:#}");
    assert_eq!(json["reasons"]["10"], "run_failed");
    assert_eq!((report.reaps.len(), report.healthy), (2, 1));
    assert_eq!(
        world.query("SELECT group_concat(id || ' ' || status, ', ' ORDER BY id + 0) FROM tasks"),
        "9 open, 10 open, 11 running"
    );
    assert_eq!(
        world.query("SELECT status FROM task_runs WHERE id = '90'"),
        "abandoned"
    );
    assert_eq!(
        world.query("SELECT count(*) FROM task_events AS e JOIN tasks AS t ON t.id = e.task_id"),
        2
    );
    assert!(world.sweep().reaps.is_empty());
}

fn with_integer_ids(world: World) -> World {
    world
        .redeclare("tasks", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY")
        .redeclare(
            "tasks",
            "active_run_id TEXT NOT NULL DEFAULT ''",
            "active_run_id INTEGER",
        )
        .redeclare("task_runs", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY")
        .redeclare("task_runs", "task_id TEXT", "task_id INTEGER")
        .redeclare("task_events", "task_id TEXT", "task_id INTEGER")
        .redeclare("workspaces", "task_id TEXT", "task_id INTEGER")
        .redeclare("workspaces", "run_id TEXT", "run_id INTEGER")
}

#[test]
fn text_ids_ascend_as_texts() {
    let report = digits().sweep();
    assert_eq!(reasons(&report), ["10: run_failed", "9: stale_heartbeat"]);
    assert_digits_are_swept(digits());
}

#[test]
fn integer_ids_ascend_as_numbers_and_are_shown_as_strings() {
    let report = with_integer_ids(digits()).sweep();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["task_ids"], serde_json::json!(["9", "10"]));
    assert_digits_are_swept(with_integer_ids(digits()));
}

#[test]
fn integer_ids_of_tasks_may_be_kept_as_text_elsewhere() {
    assert_digits_are_swept(digits().redeclare("tasks", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY"));
    assert_digits_are_swept(digits().redeclare("task_runs", "task_id TEXT", "task_id INTEGER"));
    assert_digits_are_swept(digits().redeclare("tasks", "active_run_id TEXT", "active_run_id INTEGER"));
}

#[test]
fn ids_may_be_of_no_declared_type_or_not_be_the_key() {
    assert_digits_are_swept(digits().redeclare("tasks", "id TEXT PRIMARY KEY", "id PRIMARY KEY"));
    assert_digits_are_swept(digits().redeclare("tasks", "id TEXT PRIMARY KEY", "id TEXT NOT NULL UNIQUE"));
    let world = digits().redeclare(
        "tasks",
        "id TEXT PRIMARY KEY",
        "serial INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE",
    );
    assert_digits_are_swept(world);
}

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
fn generated_columns() {
    let world = digits()
        .sql("ALTER TABLE tasks ADD COLUMN title_and_status TEXT AS (title || ' ' || status) VIRTUAL")
        .redeclare(
            "task_runs",
            "error TEXT",
            "error TEXT, span TEXT GENERATED ALWAYS AS (started_at || '/' || completed_at) STORED",
        );
    assert_digits_are_swept(world);
}

#[test]
fn generated_columns_in_a_role_are_read_and_not_written() {
    for (table, old, new) in [
        (
            "tasks",
            "assigned_slot TEXT NOT NULL DEFAULT ''",
            "assigned_slot TEXT AS (status)",
        ),
        (
            "tasks",
            "updated_at TEXT NOT NULL",
            "updated_at TEXT AS (started_at)",
        ),
        (
            "tasks",
            "next_eligible_at TEXT",
            "next_eligible_at TEXT AS (started_at)",
        ),
        (
            "task_runs",
            "completed_at TEXT",
            "completed_at TEXT AS (iif(status = 'running', NULL, started_at))",
        ),
        (
            "task_events",
            "actor TEXT NOT NULL DEFAULT ''",
            "actor TEXT AS ('a ' || task_id)",
        ),
        (
            "task_events",
            "created_at TEXT NOT NULL",
            "created_at TEXT AS ('2026-01-01T00:00:00Z')",
        ),
        (
            "workspaces",
            "released_at TEXT",
            "released_at TEXT AS (leased_at)",
        ),
        (
            "workspaces",
            "status TEXT NOT NULL DEFAULT 'free'",
            "status TEXT AS (iif(task_id IS NULL, 'free', 'leased'))",
        ),
    ] {
        let world = digits().workspace("w1").set("task_id", "10");
        assert_digits_are_swept(world.redeclare(table, old, new));
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
