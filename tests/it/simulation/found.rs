//! What the simulation has found, each as small as it gets.

use std::time::Duration;

use crate::world::{World, moment, reasons};

#[test]
fn sign_of_life_further_ahead_than_silence_is_borne_is_not_believed() {
    let undecided = |when, stale_after_s| {
        let world = World::new().running("t1").run("r1").heartbeat(when);
        let bears = Duration::from_secs(stale_after_s);
        let report = world.options(|options| options.stale_after(bears)).sweep();
        assert!(report.reaps.is_empty(), "{report:?}");
        report.undecided.len()
    };
    assert_eq!(undecided("in 29s", 30), 0);
    assert_eq!(undecided("in 32s", 30), 1);
    assert_eq!(undecided("in 17m", 900), 1);
}

#[test]
fn claim_made_after_a_run_that_ended_in_a_word_of_its_own_lives_as_long_as_its_lease() {
    let claimed = |lease| {
        World::new()
            .running("t1")
            .started("20m ago")
            .updated("20m ago")
            .set("lease_expires_at", moment(lease))
            .run("r1")
            .status("succeeded")
            .ended("40m ago")
            .sweep()
    };
    assert_eq!(claimed("in 30m").healthy, 1);
    assert_eq!(reasons(&claimed("1m ago")), ["t1: run_succeeded"]);
}
