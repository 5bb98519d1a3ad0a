//! What is wrong with a queue: each finding, made to appear, and a queue with none.

mod clocks;
mod files;
mod holdings;
mod schedule;
mod schema;
mod tasks;
mod thresholds;

use crate::world::{World, codes};

#[test]
fn healthy_queue_has_nothing() {
    let diagnosis = World::healthy().doctor();
    assert_eq!(codes(&diagnosis), Vec::<String>::new());
    assert_eq!(diagnosis.worst, None);
    let figures = (
        diagnosis.scanned,
        diagnosis.healthy,
        diagnosis.zombies,
        diagnosis.undecided,
    );
    assert_eq!(figures, (2, 2, 0, 0));
}

/// What a sweep leaves behind is nothing that is wrong.
#[test]
fn swept_queue_has_nothing() {
    let mut world = World::healthy()
        .running("t5")
        .run("r5")
        .heartbeat("16m ago")
        .workspace("w5")
        .set("task_id", "t5");
    assert_eq!(
        codes(&world.doctor()),
        ["error held_twice", "error held_twice", "notice zombies"]
    );
    world.sweep();
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

#[test]
fn worst_comes_first() {
    let world = World::healthy()
        .running("t5")
        .run("r5")
        .set("last_heartbeat", "soon")
        .set("started_at", "soon");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis).first().unwrap(), "error held_twice");
    assert!(diagnosis.findings.is_sorted_by(|a, b| a.severity >= b.severity));
}
