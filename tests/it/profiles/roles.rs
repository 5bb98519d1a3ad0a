//! Which column plays which role, and what excludes what.

use zombie_sweeper::Profile;
use zombie_sweeper::store::Schema;

use super::one_zombie;
use crate::world::World;

fn role(world: &World, toml: &str, role: &str) -> String {
    let profile = Profile::from_toml(toml).unwrap();
    let schema = Schema::read(&world.conn, &profile).unwrap();
    let found = schema.roles().iter().find(|found| found.role == role).unwrap();
    found.column.clone().unwrap_or_default()
}

fn with_columns(table: &str, columns: &[&str]) -> World {
    columns.iter().fold(World::new(), |world, column| {
        world.sql(&format!("ALTER TABLE {table} ADD COLUMN \"{column}\""))
    })
}

#[test]
fn every_column_for_a_sign_of_life_a_lease_or_an_end_counts() {
    let world = with_columns(
        "task_runs",
        &[
            "heartbeat_at",
            "claimed_at",
            "ended_at",
            "lease_until",
            "locked_until",
        ],
    );
    for (name, columns) in [
        (
            "runs.heartbeat",
            "task_runs.last_heartbeat, task_runs.heartbeat_at",
        ),
        ("runs.started", "task_runs.started_at, task_runs.claimed_at"),
        ("runs.ended", "task_runs.completed_at, task_runs.ended_at"),
        ("runs.lease", "task_runs.lease_until, task_runs.locked_until"),
    ] {
        assert_eq!(role(&world, "", name), columns);
    }
    let world = with_columns("tasks", &["touched_at", "claimed_at", "locked_until"]);
    let toml = "tasks.columns.updated = ['touched_at', 'updated_at']";
    for (name, columns) in [
        ("tasks.updated", "tasks.touched_at, tasks.updated_at"),
        ("tasks.started", "tasks.started_at, tasks.claimed_at"),
        ("tasks.lease", "tasks.lease_expires_at, tasks.locked_until"),
    ] {
        assert_eq!(role(&world, toml, name), columns);
    }
}

#[test]
fn column_counts_once_however_often_and_however_it_is_named() {
    let toml = "runs.columns.heartbeat = ['LAST_HEARTBEAT', 'last_heartbeat', 'started_at']";
    let found = role(&World::new(), toml, "runs.heartbeat");
    assert_eq!(found, "task_runs.last_heartbeat, task_runs.started_at");
}

#[test]
fn of_any_other_role_the_first_column_is_taken() {
    let world = with_columns("tasks", &["state", "project", "kind"]);
    assert_eq!(role(&world, "", "tasks.status"), "tasks.status");
    assert_eq!(role(&world, "", "tasks.kind"), "tasks.task_type");
    let toml = "tasks.columns.status = ['state', 'status']";
    assert_eq!(role(&world, toml, "tasks.status"), "tasks.state");
}

#[test]
fn moment_of_creation_is_no_start() {
    let world = with_columns("task_runs", &["created_at"]);
    assert_eq!(role(&world, "", "runs.started"), "task_runs.started_at");
    assert_eq!(role(&world, "", "runs.created"), "task_runs.created_at");
}

#[test]
fn one_table_plays_one_role() {
    for (toml, both) in [
        ("runs.table = 'tasks'\nruns.columns.task = 'id'", "tasks and runs"),
        (
            "runs.table = 'TASKS'\nruns.columns = { task = 'id', id = 'active_run_id' }",
            "tasks and runs",
        ),
        (
            "events.table = 'task_runs'\nevents.columns.type = 'status'",
            "runs and events",
        ),
        (
            "workspaces.table = 'tasks'\nworkspaces.columns.task = 'id'",
            "tasks and workspaces",
        ),
        (
            "projects.table = 'tasks'\nprojects.columns.name = 'title'",
            "tasks and projects",
        ),
    ] {
        let said = one_zombie(toml).refused();
        assert!(
            said.contains(&format!("{both}: expected two tables, and both name ")),
            "{toml}: {said}"
        );
    }
}

#[test]
fn one_column_plays_one_of_the_roles_that_exclude_each_other() {
    for (toml, both) in [
        ("tasks.columns.id = 'status'", "tasks.id and tasks.status"),
        ("tasks.columns.active_run = 'id'", "tasks.id and tasks.active_run"),
        (
            "tasks.columns.status = 'ACTIVE_RUN_ID'",
            "tasks.status and tasks.active_run",
        ),
        (
            "tasks.columns.updated = 'status'",
            "tasks.status and tasks.updated",
        ),
        (
            "tasks.columns.next_eligible = 'id'",
            "tasks.id and tasks.next_eligible",
        ),
        ("runs.columns.task = 'id'", "runs.id and runs.task"),
        ("runs.columns.status = 'task_id'", "runs.task and runs.status"),
        ("runs.columns.ended = 'status'", "runs.status and runs.ended"),
        ("events.columns.type = 'task_id'", "events.task and events.type"),
    ] {
        let said = one_zombie(toml).refused();
        assert!(
            said.contains(&format!("{both}: expected two columns, and both are ")),
            "{toml}: {said}"
        );
    }
}

#[test]
fn what_a_row_is_known_by_is_neither_cleared_nor_set() {
    for (toml, role) in [
        ("tasks.clear = ['id']", "tasks.clear: tasks.id is tasks.id"),
        (
            "tasks.clear = ['Status']",
            "tasks.clear: tasks.status is tasks.status",
        ),
        (
            "tasks.columns.lease = 'active_run_id'",
            "tasks.lease: tasks.active_run_id is tasks.active_run",
        ),
        (
            "tasks.stamp = ['status']",
            "tasks.stamp: tasks.status is tasks.status",
        ),
        (
            "tasks.increment = ['id']",
            "tasks.increment: tasks.id is tasks.id",
        ),
        (
            "tasks.set = { STATUS = 'x' }",
            "tasks.set: tasks.status is tasks.status",
        ),
        (
            "runs.clear = ['task_id']",
            "runs.clear: task_runs.task_id is runs.task",
        ),
        ("runs.set = { id = 'x' }", "runs.set: task_runs.id is runs.id"),
        (
            "events.set = { task_id = 'x' }",
            "events.set: task_events.task_id is events.task",
        ),
    ] {
        let said = one_zombie(toml).refused();
        assert!(said.contains(role), "{toml}: {said}");
        assert!(said.contains("leave it out"), "{toml}: {said}");
    }
}

/// A queue whose key is of two columns, one of which the built-in profile would clear.
fn keyed_by_slot() -> World {
    one_zombie("")
        .redeclare("tasks", "id TEXT PRIMARY KEY", "id TEXT NOT NULL")
        .redeclare(
            "tasks",
            "completed_at TEXT",
            "completed_at TEXT, PRIMARY KEY (id, assigned_slot)",
        )
}

#[test]
fn column_of_the_key_is_never_changed() {
    let mut world = keyed_by_slot();
    world.sweep();
    assert_eq!(world.value("tasks.status", "t1"), "open");
    assert_eq!(world.value("tasks.assigned_slot", "t1"), "slot-3");
    assert_eq!(world.value("tasks.assigned_worker", "t1"), "");
    for toml in [
        "tasks.clear = ['assigned_slot']",
        "tasks.stamp = ['assigned_slot']",
        "tasks.increment = ['assigned_slot']",
        "tasks.set = { assigned_slot = 'x' }",
        "tasks.columns.lease = 'assigned_slot'",
    ] {
        let said = keyed_by_slot().profile(toml).refused();
        let named = "tasks.assigned_slot is of the primary key, which a reap never changes";
        assert!(said.contains(named), "{toml}: {said}");
    }
}

#[test]
fn column_is_written_in_one_way() {
    for (toml, said_of) in [
        (
            "tasks.stamp = ['priority']\ntasks.increment = ['priority']",
            "tasks.stamp: tasks.priority stands in increment as well",
        ),
        (
            "tasks.stamp = ['completed_at']\ntasks.clear = ['completed_at']",
            "tasks.stamp: tasks.completed_at stands in clear as well",
        ),
    ] {
        let said = one_zombie(toml).refused();
        assert!(said.contains(said_of), "{toml}: {said}");
    }
    let world = World::new();
    let cleared = role(&world, "tasks.stamp = ['workspace_path']", "tasks.stamp");
    assert_eq!(cleared, "tasks.workspace_path", "a built-in `clear` gives way");
}

#[test]
fn column_that_is_to_be_stamped_or_counted_must_exist() {
    for list in ["stamp", "increment"] {
        let said = one_zombie(&format!("tasks.{list} = ['rack']")).refused();
        assert!(said.contains(&format!("tasks.{list}: expected rack")), "{said}");
    }
}

#[test]
fn view_is_told_from_a_table_that_is_missing() {
    let view = "CREATE VIEW current_tasks AS SELECT * FROM tasks";
    let said = one_zombie("tasks.table = 'Current_Tasks'").sql(view).refused();
    assert!(
        said.contains("tasks: expected a table Current_Tasks; that is a view"),
        "{said}"
    );
    let said = one_zombie("workspaces.table = 'current_tasks'")
        .sql(view)
        .refused();
    assert!(
        said.contains("workspaces: expected a table current_tasks; that is a view"),
        "{said}"
    );
    let said = one_zombie("")
        .sql("DROP TABLE task_events; CREATE VIEW task_events AS SELECT 1 AS task_id, 2 AS event_type")
        .refused();
    assert!(
        said.contains("events: expected a table task_events; that is a view"),
        "{said}"
    );
}

#[test]
fn all_of_it_is_named_at_once() {
    let said = one_zombie(
        "tasks.columns.id = 'status'
         tasks.clear = ['active_run_id', 'rack']
         runs.table = 'tasks'
         runs.columns.task = 'id'
         events.set = { task_id = 1 }",
    )
    .refused();
    for problem in [
        "tasks.id and tasks.status",
        "tasks.clear: tasks.active_run_id",
        "tasks.clear: expected rack",
        "tasks and runs",
        "events.set: task_events.task_id",
    ] {
        assert!(said.contains(problem), "{problem}: {said}");
    }
}
