//! What holds for a queue of every shape.

use super::kinds::{SHAPES, Shape};
use crate::world::{World, reasons};

/// One live task, two dead ones.
fn queue(shape: &Shape) -> World {
    let world = shape.running(shape.world(), 10, "14m ago");
    let world = shape.running(world, 11, "16m ago");
    shape.running(world, 12, "90m ago")
}

#[test]
fn the_dead_are_reaped_and_the_living_are_not_touched() {
    for shape in &SHAPES {
        let alone = shape.running(shape.world(), 10, "14m ago");
        let mut world = queue(shape);
        let report = world.sweep();
        let expected = [11, 12].map(|id| format!("{}: {}", shape.shown(id), shape.reason));
        assert_eq!(reasons(&report), expected, "{}: {report:?}", shape.name);
        assert_eq!(report.healthy, 1, "{}", shape.name);
        assert!(
            shape.waits(&world, 11) && shape.waits(&world, 12),
            "{}: {:?}",
            shape.name,
            world.dump()
        );
        for (table, rows) in alone.dump() {
            let now = &world.dump()[&table];
            for (key, row) in rows {
                assert_eq!(now.get(&key), Some(&row), "{}: {table}", shape.name);
            }
        }
    }
}

#[test]
fn a_dry_run_foretells_it_and_writes_nothing() {
    for shape in &SHAPES {
        let mut world = queue(shape);
        let before = world.dump();
        let foretold = world.dry_run();
        assert_eq!(world.dump(), before, "{}", shape.name);
        assert_eq!(reasons(&foretold), reasons(&world.sweep()), "{}", shape.name);
    }
}

#[test]
fn what_is_said_of_each_is_what_a_sweep_does() {
    for shape in &SHAPES {
        let mut world = queue(shape);
        for (id, verdict) in [(10, "healthy"), (11, "zombie"), (12, "zombie")] {
            let task = world.explain(&shape.shown(id));
            assert_eq!(task.verdict, Some(verdict), "{}: {}", shape.name, task.says);
            assert_eq!(
                task.writes.is_empty(),
                verdict == "healthy",
                "{}: {:?}",
                shape.name,
                task.writes_untold
            );
        }
        let at = world.explain(&shape.shown(10)).zombie_at.unwrap();
        let at = chrono::DateTime::parse_from_rfc3339(&at).unwrap().to_utc();
        let before = at - chrono::TimeDelta::microseconds(1);
        let reaped = [before, at].map(|at| world.dry_run_at(at).reaps.len());
        assert_eq!(reaped, [2, 3], "{}", shape.name);
    }
}

#[test]
fn a_second_sweep_finds_nothing() {
    for shape in &SHAPES {
        let mut world = queue(shape);
        world.sweep();
        let before = world.dump();
        let report = world.sweep();
        assert_eq!(
            (report.reaps.len(), report.transactions),
            (0, 0),
            "{}",
            shape.name
        );
        assert_eq!(world.dump(), before, "{}", shape.name);
    }
}

#[test]
fn a_longer_patience_finds_fewer() {
    for shape in SHAPES.iter().filter(|shape| shape.reason == "stale_heartbeat") {
        let hour = std::time::Duration::from_secs(3600);
        let mut world = queue(shape).options(|options| {
            options.policy(zombie_sweeper::Policy {
                stale_after: hour,
                ..zombie_sweeper::Policy::default()
            })
        });
        assert_eq!(
            reasons(&world.sweep()),
            [format!("{}: {}", shape.shown(12), shape.reason)]
        );
    }
}

#[test]
fn where_nothing_is_dead_nothing_is_written() {
    for shape in &SHAPES {
        let mut world = shape.running(shape.world(), 10, "1m ago");
        let report = world.sweep();
        assert_eq!((report.healthy, report.transactions), (1, 0), "{}", shape.name);
    }
}
