//! What else may stand in a database, or beside it, without confusing the sweep.

use crate::world::{World, reasons};

fn one_zombie() -> World {
    World::new().running("t1").run("r1").heartbeat("16m ago")
}

fn assert_reaped(mut world: World) {
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(world.query("SELECT status FROM main.tasks"), "open");
    assert_eq!(world.query("SELECT status FROM main.task_runs"), "abandoned");
    assert_eq!(world.query("SELECT count(*) FROM main.task_events"), 1);
}

#[test]
fn views_and_broken_views() {
    assert_reaped(one_zombie().sql("CREATE VIEW running AS SELECT * FROM tasks WHERE status = 'running'"));
    assert_reaped(one_zombie().sql("CREATE VIEW broken AS SELECT * FROM table_that_is_gone"));
    assert_reaped(
        one_zombie().sql("DROP TABLE workspaces; CREATE VIEW workspaces AS SELECT id AS task_id FROM tasks"),
    );
}

#[test]
fn view_in_the_place_of_a_table_is_named() {
    let mut world = one_zombie().sql(
        "DROP TABLE task_events; CREATE VIEW task_events AS SELECT id AS task_id, title AS event_type FROM tasks",
    );
    let said = world.refused();
    assert!(said.contains("expected a table task_events"), "{said}");
}

#[test]
fn temporary_tables_of_the_same_names() {
    assert_reaped(one_zombie().sql(
        "CREATE TEMP TABLE tasks (empty); CREATE TEMP TABLE task_runs (empty);
         CREATE TEMP TABLE task_events (empty); CREATE TEMP TABLE workspaces (empty);
         CREATE TEMP TABLE projects (empty)",
    ));
}

#[test]
fn attached_database_with_the_same_tables() {
    let world = one_zombie().sql(
        "ATTACH ':memory:' AS other;
         CREATE TABLE other.tasks AS SELECT * FROM main.tasks;
         CREATE TABLE other.task_runs AS SELECT * FROM main.task_runs;
         CREATE TABLE other.task_events AS SELECT * FROM main.task_events;
         CREATE TABLE other.workspaces AS SELECT * FROM main.workspaces",
    );
    let mut world = world;
    world.sweep();
    assert_eq!(world.query("SELECT status FROM main.tasks"), "open");
    assert_eq!(world.query("SELECT status FROM other.tasks"), "running");
    assert_eq!(world.query("SELECT count(*) FROM other.task_events"), 0);
}

#[test]
fn attached_database_is_not_taken_for_a_missing_table() {
    let mut world = one_zombie().sql(
        "ATTACH ':memory:' AS other;
         CREATE TABLE other.task_events AS SELECT * FROM main.task_events;
         DROP TABLE main.task_events",
    );
    let said = world.refused();
    assert!(said.contains("expected a table task_events"), "{said}");
}

#[test]
fn table_names_are_found_in_any_case() {
    assert_reaped(one_zombie().sql("ALTER TABLE tasks RENAME TO x; ALTER TABLE x RENAME TO TASKS"));
}

#[test]
fn connection_with_a_transaction_open_is_refused() {
    let mut world = one_zombie().sql("BEGIN");
    let error = world.try_sweep().unwrap_err();
    assert!(
        matches!(error, zombie_sweeper::SweepError::TransactionOpen),
        "{error:?}"
    );
    let world = world.sql("ROLLBACK");
    assert_eq!(world.query("SELECT status FROM tasks"), "running");
}

#[test]
fn connection_keeps_its_settings() {
    let settings = |world: &World| {
        [
            "foreign_keys",
            "busy_timeout",
            "journal_mode",
            "synchronous",
            "recursive_triggers",
            "query_only",
        ]
        .map(|pragma| format!("{:?}", world.query(&format!("SELECT * FROM pragma_{pragma}"))))
    };
    let mut world =
        one_zombie().sql("PRAGMA busy_timeout = 1234; PRAGMA foreign_keys = ON; PRAGMA synchronous = 1");
    let before = settings(&world);
    world.sweep();
    assert_eq!(settings(&world), before);
}

#[test]
fn empty_database_is_told_what_it_lacks() {
    let mut world = World::foreign("");
    let said = world.refused();
    for table in ["tasks", "task_runs", "task_events", "no table"] {
        assert!(said.contains(table), "{table} in {said}");
    }
}

#[test]
fn generated_column_that_had_to_be_written_is_named() {
    let mut world = one_zombie().redeclare(
        "tasks",
        "active_run_id TEXT NOT NULL DEFAULT ''",
        "active_run_id TEXT AS (assigned_slot)",
    );
    let said = world.refused();
    assert!(
        said.contains("tasks.active_run_id is a generated column"),
        "{said}"
    );
}
