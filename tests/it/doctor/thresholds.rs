//! How close the living come to the thresholds.

use std::time::Duration;

use chrono::TimeDelta;
use zombie_sweeper::{Policy, SweepOptions};

use crate::world::{NOW, World, codes, reasons, seen};

fn at_work(since: &str) -> World {
    World::healthy().sql(&format!(
        "UPDATE task_runs SET last_heartbeat = '{}' WHERE id = 'r1'",
        crate::world::moment(since)
    ))
}

#[test]
fn half_of_the_patience_is_enough() {
    assert_eq!(codes(&at_work("450s ago").doctor()), Vec::<String>::new());
    let diagnosis = at_work("451s ago").doctor();
    assert_eq!(codes(&diagnosis), ["warning stale_after_tight"]);
    assert_eq!(
        seen(&diagnosis, "stale_after_tight"),
        "task t1 is alive, and has been silent for 7 min 31 s of the 15 min that --stale-after bears"
    );
    let longest = diagnosis.living.longest_of_runs.unwrap();
    assert_eq!((longest.task_id.as_str(), longest.silence_s), ("t1", 451.0));
}

/// What it says is borne is what a sweep bears.
#[test]
fn silence_is_borne_to_its_threshold() {
    let mut world = at_work("451s ago");
    let longest = world.doctor().living.longest_of_runs.unwrap();
    let left = Duration::from_secs_f64(longest.threshold_s - longest.silence_s);
    let left = TimeDelta::from_std(left).unwrap();
    world = world.options(|_| SweepOptions::at(NOW + left));
    assert_eq!(reasons(&world.dry_run()), Vec::<String>::new());
    world = world.options(|_| SweepOptions::at(NOW + left + TimeDelta::milliseconds(1)));
    assert_eq!(reasons(&world.dry_run()), ["t1: stale_heartbeat"]);
}

/// More patience is what it asks for.
#[test]
fn longer_threshold_settles_it() {
    let world = at_work("451s ago").options(|options| options.stale_after(Duration::from_secs(23 * 60)));
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

#[test]
fn beat_of_a_fleet_is_told() {
    let mut world = at_work("500s ago");
    for n in 10..20 {
        world = world
            .bare_task(format!("t{n}"))
            .status("running")
            .run(format!("r{n}"))
            .heartbeat(&format!("{}s ago", n + 5));
    }
    let diagnosis = world.doctor();
    assert!(
        seen(&diagnosis, "stale_after_tight").ends_with("those at work beat every 40 s"),
        "{diagnosis:?}"
    );
}

#[test]
fn claim_has_a_threshold_of_its_own() {
    let policy = Policy {
        claim_grace: Some(Duration::from_secs(100)),
        ..Policy::default()
    };
    let world = World::healthy().options(|options| options.policy(policy));
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["warning claim_grace_tight"]);
    assert!(seen(&diagnosis, "claim_grace_tight").starts_with("task t2 is claimed"));
}

/// Who holds a lease may be silent as long as it says.
#[test]
fn lease_is_no_silence() {
    let world = World::healthy()
        .bare_task("t5")
        .status("running")
        .lease("in 5m")
        .run("r5")
        .started("14m ago");
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

/// It may settle; nobody is at work.
#[test]
fn silence_of_a_run_that_has_ended_is_none() {
    let policy = Policy {
        settle: Duration::from_secs(3600),
        ..Policy::default()
    };
    let ended = "UPDATE task_runs SET status = 'completed', completed_at = last_heartbeat WHERE id = 'r1'";
    let world = at_work("500s ago")
        .sql(ended)
        .options(|options| options.policy(policy));
    let diagnosis = world.doctor();
    assert_eq!(diagnosis.healthy, 2);
    assert!(diagnosis.living.longest_of_runs.is_none(), "{diagnosis:?}");
}
