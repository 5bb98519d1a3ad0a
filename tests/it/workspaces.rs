//! Workspaces are optional, and held by the task, by one of its runs, or by both.

use crate::world::{NULL, World, moment, reasons};

fn one_zombie() -> World {
    World::new().running("t1").run("r1").heartbeat("16m ago")
}

#[test]
fn no_such_table_is_no_error() {
    let mut world = one_zombie().sql("DROP TABLE workspaces");
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.workspaces_freed), (1, 0));
}

#[test]
fn table_without_a_holder_is_left_alone() {
    let mut world = one_zombie()
        .workspace("w1")
        .drop_column("workspaces", "task_id")
        .drop_column("workspaces", "run_id");
    assert_eq!(world.sweep().workspaces_freed, 0);
    assert_eq!(world.value("workspaces.status", "w1"), "leased");
}

#[test]
fn held_by_the_task_only() {
    let mut world = one_zombie()
        .workspace("w1")
        .set("task_id", "t1")
        .drop_column("workspaces", "run_id");
    assert_eq!(world.sweep().workspaces_freed, 1);
    assert_eq!(world.value("workspaces.task_id", "w1"), NULL);
    assert_eq!(world.value("workspaces.status", "w1"), "free");
}

#[test]
fn held_by_any_of_its_runs_only() {
    let mut world = one_zombie()
        .other_run("finished")
        .status("completed")
        .workspace("w1")
        .set("run_id", "r1")
        .workspace("w2")
        .set("run_id", "finished")
        .drop_column("workspaces", "task_id");
    assert_eq!(world.sweep().workspaces_freed, 2);
    assert_eq!(world.value("workspaces.run_id", "w1"), NULL);
    assert_eq!(world.value("workspaces.status", "w2"), "free");
}

#[test]
fn held_by_both_is_freed_once() {
    let mut world = one_zombie()
        .workspace("w1")
        .set("task_id", "t1")
        .set("run_id", "r1");
    assert_eq!(world.sweep().workspaces_freed, 1);
    assert_eq!(world.value("workspaces.released_at", "w1"), moment("now"));
}

#[test]
fn wherever_indexes_lead() {
    let by_task = "CREATE INDEX workspaces_by_task ON workspaces(task_id)";
    let by_run = "CREATE INDEX workspaces_by_run ON workspaces(run_id)";
    for indexes in [&[][..], &[by_task], &[by_run], &[by_task, by_run]] {
        for run_ids_are_keys in [true, false] {
            let mut world = one_zombie()
                .workspace("task")
                .set("task_id", "t1")
                .workspace("both")
                .set("task_id", "t1")
                .set("run_id", "r1")
                .workspace("run")
                .set("run_id", "r1")
                .running("t2")
                .run("r2")
                .heartbeat("1m ago")
                .workspace("live")
                .set("task_id", "t2")
                .workspace("of-a-live-run")
                .set("run_id", "r2");
            if !run_ids_are_keys {
                world = world.redeclare("task_runs", "id TEXT PRIMARY KEY", "id TEXT");
            }
            for index in indexes {
                world = world.sql(index);
            }
            let shown = format!("{indexes:?}, {run_ids_are_keys}");
            assert_eq!(world.sweep().workspaces_freed, 3, "{shown}");
            for (id, status) in [
                ("task", "free"),
                ("both", "free"),
                ("run", "free"),
                ("live", "leased"),
                ("of-a-live-run", "leased"),
            ] {
                assert_eq!(world.value("workspaces.status", id), status, "{id}: {shown}");
            }
        }
    }
}

#[test]
fn those_of_others_stay_as_they_are() {
    let mut world = one_zombie()
        .running("t2")
        .run("r2")
        .heartbeat("1m ago")
        .task("t3")
        .other_run("r3")
        .workspace("of-a-healthy-task")
        .set("task_id", "t2")
        .workspace("of-a-healthy-run")
        .set("run_id", "r2")
        .workspace("of-an-open-task")
        .set("task_id", "t3")
        .workspace("of-nobody");
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((reasons(&report).len(), report.workspaces_freed), (1, 0));
    assert_eq!(world.dump()["workspaces"], before["workspaces"]);
}

#[test]
fn table_needs_no_key() {
    for key in [
        "id TEXT",
        "id TEXT, rowid TEXT",
        "id TEXT PRIMARY KEY, rowid TEXT",
    ] {
        let mut world = one_zombie()
            .workspace("w1")
            .set("task_id", "t1")
            .workspace("w2")
            .set("run_id", "r1")
            .redeclare("workspaces", "id TEXT PRIMARY KEY", key);
        assert_eq!(world.sweep().workspaces_freed, 2, "{key}");
    }
}

#[test]
fn key_that_is_not_the_first_column_without_rowid() {
    let mut world = one_zombie()
        .workspace("w1")
        .set("task_id", "t1")
        .redeclare(
            "workspaces",
            "id TEXT PRIMARY KEY",
            "note TEXT, id TEXT PRIMARY KEY",
        )
        .option("workspaces", "WITHOUT ROWID");
    assert_eq!(world.sweep().workspaces_freed, 1);
}

#[test]
fn key_of_several_columns_without_rowid() {
    let mut world = one_zombie()
        .workspace("w1")
        .set("task_id", "t1")
        .workspace("w2")
        .set("run_id", "r1")
        .workspace("w3")
        .redeclare("workspaces", "id TEXT PRIMARY KEY", "id TEXT")
        .redeclare(
            "workspaces",
            "released_at TEXT",
            "released_at TEXT, PRIMARY KEY (slot, id)",
        )
        .option("workspaces", "WITHOUT ROWID");
    assert_eq!(world.sweep().workspaces_freed, 2);
    assert_eq!(world.value("workspaces.status", "w3"), "leased");
}

#[test]
fn holder_that_may_not_be_null_gets_the_empty_text() {
    let mut world = one_zombie()
        .workspace("w1")
        .set("task_id", "t1")
        .set("run_id", "r1")
        .redeclare("workspaces", "task_id TEXT,", "task_id TEXT NOT NULL DEFAULT '',")
        .redeclare("workspaces", "run_id TEXT,", "run_id TEXT NOT NULL,");
    assert_eq!(world.sweep().workspaces_freed, 1);
    assert_eq!(world.value("workspaces.task_id", "w1"), "");
    assert_eq!(world.value("workspaces.run_id", "w1"), "");
}

#[test]
fn that_of_a_live_task_stays_its_own_whatever_run_it_names() {
    let mut world = one_zombie()
        .running("t2")
        .run("r2")
        .heartbeat("1m ago")
        .workspace("w1")
        .set("task_id", "t2")
        .set("run_id", "r1");
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(world.value("workspaces.task_id", "w1"), "t2");
    assert_eq!(world.value("workspaces.status", "w1"), "leased");
}

#[test]
fn run_is_named_by_its_digits() {
    let mut world = World::new()
        .running("t1")
        .run("7")
        .heartbeat("1h ago")
        .running("t2")
        .run("07")
        .heartbeat("1m ago");
    for (workspace, run) in [("w1", "7"), ("w2", "07"), ("w3", "7.0")] {
        world = world.workspace(workspace).set("run_id", run);
    }
    assert_eq!(world.sweep().workspaces_freed, 1);
    assert_eq!(world.value("workspaces.status", "w1"), "free");
}
