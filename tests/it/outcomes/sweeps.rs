//! Twenty reaps of one dead host are one trial.

use chrono::TimeDelta;
use zombie_sweeper::inspect::OutcomesOptions;

use super::later;
use crate::world::{NOW, World, zombies};

#[test]
fn one_sweep_is_one_trial_however_many_it_reaped() {
    let mut world = zombies(20);
    world.sweep();
    let sweeps = world.outcomes(&later()).sweeps;
    assert_eq!((sweeps.sweeps, sweeps.contested), (1, 0));
    // No contested one in a single trial: 1 − 0.025, whatever it reaped.
    assert_eq!(sweeps.share_from, Some(0.0));
    assert!((sweeps.share_to.unwrap() - 0.975).abs() < 1e-9, "{sweeps:?}");
}

#[test]
fn sweep_with_a_contested_one_is_one_however_many_there_are() {
    let mut world = zombies(20);
    world.sweep();
    let world = world.sql("UPDATE task_runs SET status = 'completed' WHERE id IN ('r1', 'r2', 'r3')");
    let outcomes = world.outcomes(&later());
    let sweeps = &outcomes.sweeps;
    assert_eq!((sweeps.sweeps, sweeps.contested), (1, 1));
    assert!((sweeps.share_from.unwrap() - 0.025).abs() < 1e-9, "{sweeps:?}");
    assert_eq!(outcomes.groups[0].silence.as_ref().unwrap().contested, 3);
}

#[test]
fn each_moment_and_each_actor_is_a_sweep_of_its_own() {
    let mut world = World::new().running("t1").run("r1").heartbeat("16m ago");
    world.sweep();
    let mut world = world
        .running("t2")
        .run("r2")
        .heartbeat("16m ago")
        .options(|options| options.actor("other"));
    world.sweep();
    let mut world = world
        .running("t3")
        .run("r3")
        .heartbeat("16m ago")
        .options(|options| options.moved_to(NOW + TimeDelta::minutes(1)));
    world.sweep();
    assert_eq!(world.outcomes(&later()).sweeps.sweeps, 3);
}

#[test]
fn what_nothing_tells_of_is_no_trial() {
    let mut world = World::new().running("t1");
    world.sweep();
    let sweeps = world.outcomes(&later()).sweeps;
    assert_eq!(
        (sweeps.sweeps, sweeps.share_from, sweeps.share_to),
        (0, None, None)
    );
}

#[test]
fn words_never_call_a_reap_right_or_false() {
    let says = |world: &World| world.outcomes(&later()).sweeps.says;
    let mut world = zombies(2);
    world.sweep();
    assert!(says(&world).contains("0 of 1 sweep"), "{}", says(&world));
    assert!(says(&world).contains("not false ones"), "{}", says(&world));
}

/// A young database: nothing can be told of yet, and a shorter horizon is over sooner.
#[test]
fn reaps_that_are_pending_are_said_with_a_horizon_that_is_over() {
    let mut world = zombies(2);
    world.sweep();
    let asked = |minutes| OutcomesOptions::at(NOW + TimeDelta::minutes(minutes));
    let says = |minutes| world.outcomes(&asked(minutes)).sweeps.says;
    for (minutes, horizon) in [(120, "1h"), (20, "15m"), (2, "1m")] {
        let says = says(minutes);
        assert!(says.contains("of 2 reaps for silence"), "{says}");
        assert!(says.ends_with(&format!("try --horizon {horizon}")), "{says}");
    }
    assert!(says(0).ends_with("ask again later"), "{}", says(0));
    let hour = asked(120).horizon(std::time::Duration::from_secs(3600));
    assert_eq!(world.outcomes(&hour).sweeps.sweeps, 1, "as it says");
}
