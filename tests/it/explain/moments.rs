//! When it becomes a zombie, or since when it has been one: held to dry runs of that moment and the one before.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use zombie_sweeper::Policy;

use crate::world::World;

/// The moment named for a task that is healthy now, in seconds from now.
#[track_caller]
fn becomes_a_zombie_in(mut world: World, seconds: f64) {
    let task = world.explain("t1");
    assert_eq!(task.verdict, Some("healthy"));
    let in_s = task.zombie_in_s.unwrap();
    assert!((in_s - seconds).abs() < 0.001, "{in_s}");
    assert!(
        task.says.contains("If nothing happens, it is a zombie in"),
        "{}",
        task.says
    );
    let at = DateTime::parse_from_rfc3339(&task.zombie_at.unwrap())
        .unwrap()
        .to_utc();
    for (micros, reaped) in [(-1, 0), (0, 1)] {
        let report = world.dry_run_at(at + TimeDelta::microseconds(micros));
        assert_eq!(report.reaps.len(), reaped, "{micros}: {report:?}");
    }
}

#[test]
fn silent_run() {
    becomes_a_zombie_in(World::new().running("t1").run("r1").heartbeat("600s ago"), 300.0);
}

#[test]
fn claim_by_its_own_grace() {
    let world = World::new().running("t1").started("60s ago");
    let grace = Policy {
        claim_grace: Some(Duration::from_secs(90)),
        ..Policy::default()
    };
    becomes_a_zombie_in(world.options(|options| options.policy(grace)), 30.0);
}

#[test]
fn lease() {
    becomes_a_zombie_in(World::new().running("t1").lease("in 70s").run("r1"), 70.0);
}

#[test]
fn finished_run_that_may_settle() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .status("completed")
        .ended("10s ago");
    let settle = Policy {
        settle: Duration::from_secs(60),
        ..Policy::default()
    };
    becomes_a_zombie_in(world.options(|options| options.policy(settle)), 50.0);
}

#[test]
fn task_that_is_its_own_run() {
    let world = World::foreign("CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT, last_heartbeat INTEGER)")
        .profile("events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\ntasks.table = 'jobs'")
        .sql("INSERT INTO jobs VALUES ('t1', 'running', 1775877480 - 600)");
    becomes_a_zombie_in(world, 300.0);
}

#[test]
fn run_beside_the_one_that_is_named() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .other_run("r2")
        .heartbeat("600s ago");
    becomes_a_zombie_in(world, 300.0);
}

#[test]
fn zombie_since() {
    let task = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("20m ago")
        .explain("t1");
    assert!((task.zombie_in_s.unwrap() + 300.0).abs() < 0.001);
    assert!(
        task.says.contains("for 5 min, since 2026-04-11T03:13:00Z"),
        "{}",
        task.says
    );
    let ended = World::new()
        .running("t1")
        .run("r1")
        .status("failed")
        .ended("20m ago")
        .explain("t1");
    assert_eq!(ended.zombie_in_s, Some(-1200.0));
}

#[test]
fn sign_ahead_puts_it_off_until_it_is_believed() {
    let task = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("in 1h")
        .explain("t1");
    assert_eq!(task.verdict, Some("undecided"));
    assert!(
        (task.zombie_in_s.unwrap() - 4500.0).abs() < 0.001,
        "{:?}",
        task.zombie_in_s
    );
}

/// A start that is believed makes it a new claim, which asks for the task's heartbeat: that has to be believed too.
#[test]
fn what_is_asked_for_only_then_is_waited_for_too() {
    let task = World::new()
        .running("t1")
        .started("in 20m")
        .heartbeat("in 1h")
        .run("r1")
        .status("completed")
        .explain("t1");
    assert_eq!(task.verdict, Some("undecided"));
    assert!(
        (task.zombie_in_s.unwrap() - 4500.0).abs() < 0.001,
        "{:?}",
        task.zombie_in_s
    );
}
