//! Ids, keys and kinds of table other than Orchestra's.

mod generated;
mod ids;
mod tables;

use crate::world::World;

/// A run that is silent and one that has ended, with ids that are digits.
fn digits() -> World {
    World::new()
        .running("9")
        .run("90")
        .heartbeat("16m ago")
        .running("10")
        .run("100")
        .status("failed")
        .running("11")
        .run("110")
        .heartbeat("1m ago")
}

fn assert_digits_are_swept(mut world: World) {
    let report = world.sweep();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["reasons"]["9"], "stale_heartbeat", "{json:#}");
    assert_eq!(json["reasons"]["10"], "run_failed");
    assert_eq!((report.reaps.len(), report.healthy), (2, 1));
    assert_eq!(
        world.query("SELECT group_concat(id || ' ' || status, ', ' ORDER BY id + 0) FROM tasks"),
        "9 open, 10 open, 11 running"
    );
    assert_eq!(
        world.query("SELECT status FROM task_runs WHERE id = '90'"),
        "abandoned"
    );
    assert_eq!(
        world.query("SELECT count(*) FROM task_events AS e JOIN tasks AS t ON t.id = e.task_id"),
        2
    );
    assert!(world.sweep().reaps.is_empty());
}

fn with_integer_ids(world: World) -> World {
    world
        .redeclare("tasks", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY")
        .redeclare(
            "tasks",
            "active_run_id TEXT NOT NULL DEFAULT ''",
            "active_run_id INTEGER",
        )
        .redeclare("task_runs", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY")
        .redeclare("task_runs", "task_id TEXT", "task_id INTEGER")
        .redeclare("task_events", "task_id TEXT", "task_id INTEGER")
        .redeclare("workspaces", "task_id TEXT", "task_id INTEGER")
        .redeclare("workspaces", "run_id TEXT", "run_id INTEGER")
}
