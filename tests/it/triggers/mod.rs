//! Triggers of the queue's own.

mod effects;
mod functions;
mod refusals;
mod swallowed;

use crate::world::World;

/// The four kinds of write, as triggers see them when they reach the row numbered 17.
const WRITES: [(&str, &str); 4] = [
    ("UPDATE ON tasks", "NEW.id = 't17'"),
    ("UPDATE ON task_runs", "NEW.id = 'r17'"),
    ("UPDATE ON workspaces", "NEW.id = 'w17'"),
    ("INSERT ON task_events", "NEW.task_id = 't17'"),
];

fn twenty_zombies() -> World {
    let mut world = World::new();
    for n in 1..=20 {
        world = world
            .running(format!("t{n:02}"))
            .run(format!("r{n:02}"))
            .heartbeat("16m ago")
            .workspace(&format!("w{n:02}"))
            .set("run_id", format!("r{n:02}"));
    }
    world
}

fn one_zombie() -> World {
    World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .workspace("w1")
        .set("task_id", "t1")
}
