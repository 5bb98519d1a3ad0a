//! A queue without an index from tasks to runs, or with ids of another type in one than in the other.

use crate::world::{World, reasons};

fn a_dead_and_a_live_one() -> World {
    World::new()
        .running("t1")
        .run("r1")
        .status("failed")
        .running("t2")
        .run("r2")
        .status("failed")
        .other_run("r3")
        .heartbeat("1m ago")
}

#[test]
fn live_run_is_found_without_an_index() {
    let mut world = a_dead_and_a_live_one().sql("DROP INDEX idx_task_runs_task");
    assert_eq!(reasons(&world.sweep()), ["t1: run_failed"]);
    assert_eq!(world.value("tasks.status", "t2"), "running");
}

#[test]
fn unfinished_runs_are_abandoned_without_an_index() {
    let mut world = a_dead_and_a_live_one()
        .running("t3")
        .run("r4")
        .status("completed")
        .other_run("r5")
        .heartbeat("20m ago")
        .sql("DROP INDEX idx_task_runs_task");
    assert_eq!(world.sweep().runs_abandoned, 1);
    assert_eq!(world.value("task_runs.status", "r5"), "abandoned");
}

#[test]
fn live_run_is_found_where_it_names_its_task_in_another_type() {
    let mut world = World::foreign(
        "CREATE TABLE tasks (id INTEGER PRIMARY KEY, status TEXT, active_run_id TEXT);
         CREATE TABLE task_runs (id TEXT PRIMARY KEY, task_id, status TEXT, last_heartbeat TEXT);
         CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id, event_type TEXT);
         INSERT INTO tasks VALUES (7, 'running', 'r1');
         INSERT INTO task_runs VALUES ('r1', '7', 'failed', NULL), ('r2', '7', 'running', '2100-01-01T00:00:00Z');",
    );
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.healthy), (0, 1));
}
