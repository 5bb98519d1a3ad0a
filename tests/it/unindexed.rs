//! A queue without an index on a status, on a run's id, from tasks to runs, or with ids of another type in one than in
//! the other.

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
         INSERT INTO task_runs VALUES ('r1', '7', 'failed', NULL), ('r2', '7', 'running', '2026-04-11T03:17:00Z');",
    );
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.healthy), (0, 1));
}

/// One task at work among as many ended ones, and no index but those of the primary keys.
fn unindexed(ended: u32) -> World {
    World::foreign(&format!(
        "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT, current_run_id TEXT);
         CREATE TABLE task_runs (run_id TEXT PRIMARY KEY, task_id TEXT, status TEXT, last_heartbeat TEXT);
         CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id TEXT, event_type TEXT);
         INSERT INTO tasks VALUES ('t', 'running', 'r');
         INSERT INTO task_runs VALUES ('r', 't', 'failed', NULL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ended})
         INSERT INTO tasks SELECT 'ended ' || i, 'done', 'of ' || i FROM n;
         INSERT INTO task_runs SELECT 'of ' || rowid, id, 'completed', NULL FROM tasks WHERE status = 'done';"
    ))
}

/// The statements that the warnings name.
fn advice(world: &mut World) -> Vec<String> {
    let create = |warning: &String| warning.find("CREATE INDEX").map(|at| warning[at..].to_owned());
    world.dry_run().warnings.iter().filter_map(create).collect()
}

#[test]
fn index_that_would_spare_a_long_look_is_named() {
    let mut world = unindexed(20_000);
    assert_eq!(
        world.dry_run().warnings,
        [
            "19999 rows of task_runs were read in vain for want of an index, each time; this one spares that: \
             CREATE INDEX task_runs_task_id ON task_runs(task_id)",
            "19999 rows of tasks were read in vain for want of an index, each time; this one spares that: \
             CREATE INDEX tasks_status ON tasks(status)",
        ]
    );
}

#[test]
fn what_the_warnings_say_helps() {
    let mut world = unindexed(20_000);
    let advice = advice(&mut world);
    assert_eq!(advice.len(), 2);
    for create in advice {
        world = world.sql(&create);
    }
    assert_eq!(world.dry_run().warnings, [""; 0]);
}

#[test]
fn index_of_runs_by_their_task_is_enough() {
    let world = unindexed(20_000).sql(
        "CREATE TABLE bare (run_id TEXT, task_id TEXT, status TEXT);
         INSERT INTO bare SELECT run_id, task_id, status FROM task_runs;
         DROP TABLE task_runs;
         ALTER TABLE bare RENAME TO task_runs;
         UPDATE task_runs SET status = 'running';",
    );
    let mut world = world.sql("CREATE INDEX a ON task_runs(task_id); CREATE INDEX b ON tasks(status)");
    assert_eq!(advice(&mut world), [""; 0]);
}

#[test]
fn index_in_another_order_leads_nowhere() {
    let order = "CREATE INDEX b ON tasks(status); CREATE INDEX a ON task_runs(task_id COLLATE NOCASE)";
    assert_eq!(
        advice(&mut unindexed(20_000).sql(order)),
        ["CREATE INDEX task_runs_task_id ON task_runs(task_id)"]
    );
    let key = "CREATE INDEX b ON tasks(status); CREATE INDEX a ON task_runs(task_id);
         CREATE TABLE keyed (run_id TEXT, task_id TEXT, status TEXT, PRIMARY KEY (run_id COLLATE NOCASE));
         INSERT INTO keyed SELECT run_id, task_id, status FROM task_runs;
         DROP TABLE task_runs;
         ALTER TABLE keyed RENAME TO task_runs;
         UPDATE tasks SET status = 'running'";
    let mut world = unindexed(20_000).sql(key);
    // A search for each task through all runs takes hundreds of millions of steps.
    world.conn.progress_handler(50_000_000, Some(|| true)).unwrap();
    assert_eq!(world.dry_run().scanned, 20_001);
}

#[test]
fn index_in_the_order_of_its_column_leads() {
    let world = unindexed(20_000).sql(
        "CREATE TABLE folded (run_id TEXT PRIMARY KEY, task_id TEXT COLLATE NOCASE, status TEXT);
         INSERT INTO folded SELECT run_id, task_id, status FROM task_runs;
         DROP TABLE task_runs;
         ALTER TABLE folded RENAME TO task_runs;
         CREATE INDEX a ON task_runs(task_id); CREATE INDEX b ON tasks(status)",
    );
    assert_eq!(advice(&mut { world }), [""; 0]);
}

#[test]
fn odd_names_are_quoted() {
    let mut world = unindexed(20_000)
        .sql("ALTER TABLE tasks RENAME COLUMN status TO \"the \"\"state\"\"\"")
        .profile("tasks.columns.status = [\"the \\\"state\\\"\"]");
    assert_eq!(
        advice(&mut world)[0],
        "CREATE INDEX \"tasks_the \"\"state\"\"\" ON tasks(\"the \"\"state\"\"\")"
    );
}

#[test]
fn short_look_needs_no_index() {
    assert_eq!(unindexed(10_000).dry_run().warnings, [""; 0]);
}
