//! What others commit between the look and the lock, in a queue of every shape.

use super::kinds::{SHAPES, Shape};
use crate::concurrency::{commits_meanwhile, in_file};
use crate::world::{World, reasons};

/// Two dead tasks, of which this is committed when the sweep asks for the lock.
fn swept_after(shape: &Shape, change: &str) -> (zombie_sweeper::SweepReport, World) {
    let (folder, world) = in_file("WAL");
    let mut world = shape.of(world);
    for id in [11, 12] {
        world = shape.running(world, id, "16m ago");
    }
    commits_meanwhile(&folder, &mut world, change);
    (world.sweep(), world)
}

#[test]
fn a_sign_of_life_saves_the_task_it_is_of() {
    for shape in &SHAPES {
        let (report, world) = swept_after(shape, &shape.beats(11, "0m ago"));
        assert_eq!(
            reasons(&report),
            [format!("{}: {}", shape.shown(12), shape.reason)],
            "{}",
            shape.name
        );
        assert_eq!(
            (report.healthy, report.moved_on),
            (1, 0),
            "{}: {report:?}",
            shape.name
        );
        assert!(
            !shape.waits(&world, 11) && shape.waits(&world, 12),
            "{}",
            shape.name
        );
    }
}

#[test]
fn what_is_written_elsewhere_saves_nobody() {
    for shape in &SHAPES {
        let (report, world) = swept_after(shape, "CREATE TABLE other (x); INSERT INTO other VALUES (1)");
        assert_eq!(report.reaps.len(), 2, "{}: {report:?}", shape.name);
        assert!(
            shape.waits(&world, 11) && shape.waits(&world, 12),
            "{}",
            shape.name
        );
    }
}

#[test]
fn few_workers_need_no_index() {
    let workers = SHAPES
        .iter()
        .find(|shape| shape.name.starts_with("one table, and workers"))
        .unwrap();
    let anew =
        "CREATE TABLE anew AS SELECT * FROM workers; DROP TABLE workers; ALTER TABLE anew RENAME TO workers;";
    let (folder, world) = in_file("WAL");
    let mut world = workers.of(world);
    for id in [11, 12] {
        world = workers.running(world, id, "16m ago");
    }
    world = world.sql(anew);
    let beat = workers.beats(11, "0m ago");
    commits_meanwhile(&folder, &mut world, &beat);
    let report = world.sweep();
    assert_eq!(
        (report.healthy, reasons(&report)),
        (1, vec!["12: stale_heartbeat".to_owned()])
    );
}
