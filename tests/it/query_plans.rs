//! How SQLite goes about each statement of a sweep: by an index wherever the queue has one.

use crate::world::World;

/// A zombie of each condition beside a live task, with all that a reap touches.
fn queue() -> World {
    World::new()
        .running("a")
        .run("ra")
        .status("failed")
        .workspace("w")
        .running("b")
        .running("c")
        .run("rc")
        .heartbeat("16m ago")
        .other_run("rd")
        .heartbeat("20m ago")
        .running("d")
        .run("re")
        .heartbeat("1m ago")
}

/// What is asked of SQLite while a sweep reaps so many.
fn statements(world: &mut World, reaped: usize) -> Vec<String> {
    world.statements(|world| assert_eq!(world.sweep().reaps.len(), reaped))
}

/// What a sweep reads from end to end, of tasks, runs and events.
fn scans(mut world: World) -> Vec<String> {
    let statements = statements(&mut world, 3);
    assert!(
        statements.iter().any(|sql| sql.starts_with("UPDATE")),
        "{statements:?}"
    );
    statements
        .iter()
        // One look at the newest rows of each table is bounded.
        .filter(|sql| !sql.contains("LIMIT 64"))
        .filter(|sql| {
            ["SELECT", "UPDATE", "INSERT"]
                .iter()
                .any(|verb| sql.starts_with(verb))
        })
        .flat_map(|sql| world.plan(sql))
        .filter(|step| is_scan(step))
        .collect()
}

/// Whether all of a table is read, but for the few workspaces and the schema.
fn is_scan(step: &str) -> bool {
    let (verb, rest) = step.split_once(' ').unwrap_or_default();
    let small = [
        "w",
        "CONSTANT",
        "main.sqlite_schema",
        "temp.sqlite_schema",
        "sqlite_schema",
        "pragma_table_list",
        "pragma_table_xinfo",
    ];
    let table = rest.split(' ').next().unwrap_or_default();
    step.contains("AUTOMATIC") || verb == "SCAN" && !small.contains(&table)
}

#[test]
fn nothing_is_read_from_end_to_end_where_indexes_lead() {
    assert_eq!(scans(queue()), [""; 0]);
}

#[test]
fn indexes_of_any_name_and_order_serve() {
    let queue = queue().sql(
        "DROP INDEX idx_tasks_status;
         DROP INDEX idx_task_runs_task;
         CREATE INDEX a ON tasks(status, title DESC);
         CREATE INDEX b ON task_runs(task_id DESC, status);",
    );
    assert_eq!(scans(queue), [""; 0]);
}

#[test]
fn index_of_the_running_alone_serves() {
    let queue = queue().sql(
        "DROP INDEX idx_tasks_status;
         CREATE INDEX a ON tasks(status) WHERE status = 'running';",
    );
    assert_eq!(scans(queue), [""; 0]);
}

#[test]
fn index_that_starts_with_the_project_serves_its_sweep() {
    let queue = queue()
        .sql("DROP INDEX idx_tasks_status; CREATE INDEX a ON tasks(project_id, status);")
        .options(|options| options.project("SciDEX"));
    assert_eq!(scans(queue), [""; 0]);
}

#[test]
fn without_them_the_tasks_are_read_once() {
    let queue = queue().sql("DROP INDEX idx_tasks_status");
    assert_eq!(scans(queue), ["SCAN t"]);
}

#[test]
fn live_tasks_cost_one_look_at_the_runs() {
    let mut world = World::new()
        .running("a")
        .run("ra")
        .heartbeat("1m ago")
        .running("b")
        .run("rb")
        .heartbeat("1m ago");
    let statements = statements(&mut world, 0);
    let of_runs = statements.iter().filter(|sql| sql.contains("main.\"task_runs\""));
    assert_eq!(of_runs.count(), 1, "{statements:?}");
}

#[test]
fn verdicts_are_not_taken_again_where_nobody_else_wrote() {
    let statements = statements(&mut queue(), 3);
    let of_running = statements.iter().filter(|sql| sql.contains("LEFT JOIN"));
    assert_eq!(of_running.count(), 1, "{statements:?}");
}
