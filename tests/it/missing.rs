//! What is missing is named, all of it at once, along with what was found instead.

use crate::world::World;

fn one_zombie() -> World {
    World::new().running("t1").run("r1").heartbeat("16m ago")
}

#[test]
fn each_needed_column() {
    for (table, column, role) in [
        ("tasks", "id", "tasks.id"),
        ("tasks", "status", "tasks.status"),
        ("tasks", "active_run_id", "tasks.active_run"),
        ("task_runs", "id", "runs.id"),
        ("task_runs", "task_id", "runs.task"),
        ("task_runs", "status", "runs.status"),
        ("task_events", "task_id", "events.task"),
        ("task_events", "event_type", "events.type"),
    ] {
        let said = one_zombie().rename_column(table, column, "elsewhere").refused();
        assert!(
            said.contains(&format!("{role}: expected {column}")),
            "{role}: {said}"
        );
        assert!(said.contains(&format!("table {table} has")), "{role}: {said}");
        assert!(said.contains("elsewhere"), "{role}: {said}");
    }
}

#[test]
fn each_needed_table() {
    for table in ["tasks", "task_runs", "task_events"] {
        let said = one_zombie()
            .sql(&format!(
                "PRAGMA foreign_keys = OFF; ALTER TABLE {table} RENAME TO elsewhere"
            ))
            .refused();
        assert!(said.contains(&format!("expected a table {table}")), "{said}");
        assert!(said.contains("elsewhere") && said.contains("projects"), "{said}");
    }
}

#[test]
fn everything_at_once() {
    let said = one_zombie()
        .rename_column("tasks", "active_run_id", "x")
        .rename_column("task_runs", "task_id", "y")
        .sql("DROP TABLE task_events")
        .refused();
    for missing in ["tasks.active_run", "runs.task", "task_events"] {
        assert!(said.contains(missing), "{missing} in {said}");
    }
}

#[test]
fn dry_run_finds_it_too() {
    let said = one_zombie()
        .rename_column("tasks", "status", "x")
        .options(|options| options.dry_run(true))
        .refused();
    assert!(said.contains("tasks.status"), "{said}");
}

#[test]
fn id_that_does_not_address_one_row_is_found_by_the_key() {
    for (table, last, other) in [
        ("tasks", "completed_at TEXT", "project_id"),
        ("task_runs", "error TEXT", "task_id"),
    ] {
        let mut world = one_zombie()
            .running("t2")
            .run("r2")
            .heartbeat("1m ago")
            .redeclare(table, "TEXT PRIMARY KEY", "TEXT NOT NULL")
            .redeclare(table, last, &format!("{last}, PRIMARY KEY ({other}, id)"))
            .option(table, "WITHOUT ROWID");
        let report = world.sweep();
        assert_eq!(
            (report.reaps.len(), report.runs_abandoned, report.healthy),
            (1, 1, 1)
        );
        assert_eq!(world.value("task_runs.status", "r2"), "running");
    }
}
