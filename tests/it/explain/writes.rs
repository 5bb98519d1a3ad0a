//! What a sweep would write, column by column.

use crate::world::World;

#[test]
fn healthy_task_is_not_written_to() {
    let world = World::new().running("t1").run("r1").heartbeat("1m ago");
    let before = world.dump();
    let task = world.explain("t1");
    assert!(task.writes.is_empty() && task.writes_untold.is_none());
    assert_eq!(world.dump(), before);
}

#[test]
fn rows_and_columns_are_told_with_what_they_hold() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .workspace("w1")
        .set("task_id", "t1");
    let before = world.dump();
    let task = world.explain("t1");
    let told = |table: &str, column: &str| {
        let row = task.writes.iter().find(|row| row.table == table).unwrap();
        let change = row.columns.iter().find(|change| change.column == column).unwrap();
        (
            change.before.as_ref().map(ToString::to_string),
            change.after.to_string(),
        )
    };
    assert_eq!(
        told("tasks", "status"),
        (Some("running".to_owned()), "open".to_owned())
    );
    assert_eq!(
        told("tasks", "assigned_slot"),
        (Some("slot-3".to_owned()), String::new())
    );
    assert_eq!(
        told("task_runs", "status"),
        (Some("running".to_owned()), "abandoned".to_owned())
    );
    assert_eq!(
        told("workspaces", "status"),
        (Some("leased".to_owned()), "free".to_owned())
    );
    assert_eq!(
        told("task_events", "event_type"),
        (None, "zombie_reaped".to_owned())
    );
    assert_eq!(task.workspaces[0].workspace_id, "w1".into());
    assert_eq!(world.dump(), before);
}

#[test]
fn refusal_is_foretold() {
    let world = World::new()
        .redeclare(
            "tasks",
            "status TEXT NOT NULL DEFAULT 'open'",
            "status TEXT NOT NULL DEFAULT 'blocked' CHECK (status <> 'open')",
        )
        .running("t1")
        .run("r1");
    let task = world.explain("t1");
    assert!(task.writes.is_empty());
    let untold = task.writes_untold.unwrap();
    assert!(
        untold.contains("the queue would refuse it: CHECK constraint failed"),
        "{untold}"
    );
}

#[test]
fn trigger_that_writes_to_the_same_rows_keeps_it_untold() {
    let world = World::new().running("t1").run("r1").sql(
        "CREATE TRIGGER busy AFTER UPDATE ON tasks BEGIN UPDATE task_runs SET error = 'x' WHERE task_id = new.id; END",
    );
    let task = world.explain("t1");
    assert!(
        task.writes_untold.unwrap().contains("triggers of the queue"),
        "{:?}",
        task.writes
    );
}
