//! Ids of either type, the key or not.

use zombie_sweeper::zombie::Id;

use super::{assert_digits_are_swept, digits, with_integer_ids};
use crate::world::{World, reasons};

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
    let ids = report.reaps.iter().map(|reap| &reap.task_id);
    assert!(ids.eq(&[Id::from(9), Id::from(10)]));
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
fn ids_may_be_fractions() {
    let mut world = World::new()
        .redeclare("tasks", "id TEXT PRIMARY KEY", "id REAL PRIMARY KEY")
        .redeclare("task_events", "task_id TEXT", "task_id REAL")
        .running(1.5);
    assert_eq!(reasons(&world.sweep()), ["1.5: no_active_run"]);
    assert_eq!(world.query("SELECT task_id FROM task_events"), 1.5);
}
