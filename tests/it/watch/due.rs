//! When the next task can fall silent, as a look tells it: no task is a zombie before.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Story, silent};
use crate::world::{NOW, World};

fn due(world: World) -> Option<DateTime<Utc>> {
    Story::of(world).look().next_due()
}

/// How many seconds from now the next task is due.
#[track_caller]
fn assert_due_in(world: World, seconds: i64) {
    let due = due(world).expect("one is due") - NOW;
    assert!(
        due > TimeDelta::seconds(seconds) && due < TimeDelta::milliseconds(seconds * 1_000 + 2),
        "in {due}, not in {seconds} s"
    );
}

#[test]
fn run_is_due_once_its_heartbeat_is_too_old() {
    assert_due_in(silent("10s ago"), 890);
    assert_due_in(silent("900s ago"), 0);
}

#[test]
fn of_several_tasks_the_one_that_was_silent_for_the_longest_is_due_first() {
    let world = silent("10s ago").running("t2").run("r2").heartbeat("300s ago");
    assert_due_in(world.running("t3").run("r3").heartbeat("20s ago"), 600);
}

#[test]
fn claim_is_due_once_its_grace_is_over() {
    assert_due_in(
        World::new().running("t1").started("1m ago").updated("1m ago"),
        840,
    );
}

#[test]
fn lease_is_due_when_it_ends() {
    assert_due_in(World::new().running("t1").lease("in 2m").run("r1"), 120);
    assert_due_in(World::new().running("t1").started("1m ago").lease("in 2m"), 120);
}

#[test]
fn task_that_is_its_own_run_is_due_when_its_lease_ends() {
    let world = World::new().running("t1").lease("in 2m");
    let no_runs = "runs.table = ''\ntasks.columns.active_run = []";
    let profile = zombie_sweeper::Profile::from_toml(no_runs).unwrap();
    let due = Story::of(world)
        .options(|options| options.profile(profile.clone()))
        .look()
        .next_due()
        .unwrap();
    assert_eq!((due - NOW).num_seconds(), 120);
}

/// Then the lease is not asked for.
#[test]
fn lease_puts_nothing_off_where_a_heartbeat_came_since() {
    let claim = World::new().running("t1").started("1m ago").heartbeat("10s ago");
    assert_due_in(claim.lease("in 1h"), 890);
}

#[test]
fn task_claimed_again_over_a_finished_run_is_due_with_its_claim() {
    let world = World::new()
        .running("t1")
        .started("1m ago")
        .run("r1")
        .status("failed")
        .ended("5m ago");
    assert_due_in(world, 840);
}

/// A claim's patience is its own.
#[test]
fn task_claimed_again_is_due_by_the_grace_of_a_claim() {
    let world = World::new()
        .running("t1")
        .started("1m ago")
        .heartbeat("10s ago")
        .run("r1")
        .status("failed")
        .ended("5m ago");
    let mut story = Story::of(world).options(|options| {
        options.policy(zombie_sweeper::Policy {
            claim_grace: Some(Duration::from_secs(300)),
            ..zombie_sweeper::Policy::default()
        })
    });
    let due = story.look().next_due().unwrap() - NOW;
    assert!(
        due > TimeDelta::seconds(290) && due < TimeDelta::milliseconds(290_002),
        "{due}"
    );
}

#[test]
fn task_that_another_run_keeps_alive_is_due_with_that() {
    let world = World::new().running("t1").run("r1").heartbeat("16m ago");
    assert_due_in(world.other_run("r2").heartbeat("2m ago"), 780);
}

#[test]
fn nothing_is_due_where_nothing_lives() {
    assert_eq!(due(World::new()), None);
    assert_eq!(due(silent("16m ago")), None, "it was reaped");
}

#[test]
fn plain_sweep_does_not_say() {
    assert_eq!(silent("10s ago").sweep().next_due(), None);
}

#[test]
fn settled_run_is_due_after_its_end() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .status("completed")
        .ended("3s ago");
    let mut story = Story::of(world).options(|options| {
        options.policy(zombie_sweeper::Policy {
            settle: Duration::from_secs(10),
            ..zombie_sweeper::Policy::default()
        })
    });
    let due = story.look().next_due().unwrap() - NOW;
    assert!(
        due > TimeDelta::seconds(7) && due < TimeDelta::milliseconds(7_002),
        "{due}"
    );
}
