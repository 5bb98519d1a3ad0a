//! Columns that SQLite computes.

use super::{assert_digits_are_swept, digits};
use crate::world::{World, moment};

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
fn generated_column_is_not_said_to_be_released() {
    let mut world = World::new().running("t1").redeclare(
        "tasks",
        "assigned_slot TEXT NOT NULL DEFAULT ''",
        "assigned_slot TEXT AS ('slot-3')",
    );
    world.sweep();
    let released = &world.payload()["released"]["task"];
    assert_eq!(released["assigned_worker"], "worker-7");
    assert!(released.get("assigned_slot").is_none(), "{released}");
}

#[test]
fn end_goes_into_the_column_that_can_be_written() {
    let mut world = World::new()
        .add_column("task_runs", "finished_at TEXT")
        .redeclare(
            "task_runs",
            "completed_at TEXT",
            "completed_at TEXT AS (finished_at)",
        )
        .running("t1")
        .run("r1")
        .heartbeat("1h ago");
    assert_eq!(world.sweep().runs_abandoned, 1);
    assert_eq!(world.value("task_runs.completed_at", "r1"), moment("now"));
}
