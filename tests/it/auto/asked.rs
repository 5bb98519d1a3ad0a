//! What the doctor takes for close to its threshold, where thresholds differ.

use super::{ENOUGH, QUICK, SLOW};
use crate::world::{World, codes, seen};

#[test]
fn silence_is_held_against_what_is_in_force_for_its_kind() {
    let queue = || World::new().past_runs(SLOW, ENOUGH, 20);
    let bearing = |world: World| {
        let learned = world.learned();
        world.options(|options| options.learned(learned.into()))
    };
    let slow = queue().at_work("slow", SLOW, "14m ago");
    let is_tight = |world: &World| codes(&world.doctor()).contains(&"warning stale_after_tight".to_owned());
    assert!(is_tight(&slow), "by the default");
    assert!(!is_tight(&bearing(slow)));
    // The longest silence is not the one that comes closest to its own threshold.
    let both = queue()
        .at_work("slow", SLOW, "14m ago")
        .at_work("quick", QUICK, "10m ago");
    let diagnosis = bearing(both).doctor();
    assert_eq!(
        seen(&diagnosis, "stale_after_tight"),
        "task quick is alive, and has been silent for 10 min of the 15 min that --stale-after bears"
    );
    let longest = diagnosis.living.longest_of_runs.unwrap();
    assert_eq!(longest.task_id, "quick");
}

#[test]
fn zombies_are_those_of_a_sweep() {
    let world = World::new()
        .past_runs(SLOW, ENOUGH, 20)
        .at_work("slow", SLOW, "25m ago")
        .at_work("quick", QUICK, "25m ago");
    assert_eq!(world.doctor().zombies, 2);
    let learned = world.learned();
    let world = world.options(|options| options.learned(learned.into()));
    assert_eq!((world.doctor().zombies, world.doctor().healthy), (1, 1));
}
