//! A lease says until when its holder may be silent.

use crate::world::{NULL, World, moment, reasons};

#[test]
fn claim_with_a_lease_ahead_is_at_work_however_long_it_is_silent() {
    let mut world = World::new().running("t1").lease("in 6h");
    let report = world.sweep();
    assert_eq!((report.healthy, report.warnings.len()), (1, 0), "{report:?}");
    assert_eq!(world.value("tasks.lease_expires_at", "t1"), moment("in 6h"));
}

#[test]
fn lease_that_is_over_ends_the_claim_and_is_cleared() {
    let mut world = World::new().running("t1").started("10m ago").lease("1s ago");
    assert_eq!(reasons(&world.sweep()), ["t1: lease_expired"]);
    assert_eq!(world.value("tasks.lease_expires_at", "t1"), NULL);
    let payload = world.payload();
    assert_eq!(
        (&payload["condition"], &payload["threshold_s"]),
        (&"C".into(), &0.0.into())
    );
    assert_eq!(payload["sign_of_life"], "2026-04-11T03:08:00.000000Z");
    assert_eq!(payload["released"]["task"]["lease_expires_at"], moment("1s ago"));
}

#[test]
fn lease_of_the_task_holds_for_its_active_run() {
    let story = |lease: &str| {
        World::new()
            .running("t1")
            .lease(lease)
            .run("r1")
            .started("1h ago")
    };
    assert_eq!(story("in 1s").sweep().healthy, 1);
    assert_eq!(reasons(&story("1s ago").sweep()), ["t1: lease_expired"]);
    // One from before the run is a leftover.
    assert_eq!(reasons(&story("61m ago").sweep()), ["t1: stale_heartbeat"]);
}

#[test]
fn who_beats_is_not_asked_for_a_lease() {
    let story = |beat: &str, lease: &str| {
        World::new()
            .running("t1")
            .lease(lease)
            .run("r1")
            .started("1h ago")
            .heartbeat(beat)
    };
    assert_eq!(story("1m ago", "30m ago").sweep().healthy, 1);
    assert_eq!(
        reasons(&story("16m ago", "in 6h").sweep()),
        ["t1: stale_heartbeat"]
    );
    assert_eq!(
        story("2h ago", "in 6h").sweep().healthy,
        1,
        "the beat is older than the run"
    );
}

/// However fresh it is: it was another attempt's.
#[test]
fn heartbeat_from_before_the_run_does_not_speak_for_it_against_its_lease() {
    let story = |lease: &str| {
        World::new()
            .running("t1")
            .lease(lease)
            .run("r1")
            .started("1m ago")
            .heartbeat("6m ago")
    };
    assert_eq!(reasons(&story("20s ago").sweep()), ["t1: lease_expired"]);
    assert_eq!(story("in 20s").sweep().healthy, 1);
    assert_eq!(story("2m ago").sweep().healthy, 1, "a lease from before the run");
}

#[test]
fn heartbeat_that_the_claim_itself_wrote_does_not_end_its_lease() {
    let story = |start: &str, beat: &str, lease: &str| {
        let mut world = World::new()
            .running("t1")
            .lease(lease)
            .run("r1")
            .started(start)
            .heartbeat(beat);
        world.sweep()
    };
    assert_eq!(story("1h ago", "1h ago", "in 6h").healthy, 1);
    assert_eq!(
        reasons(&story("1h ago", "59m ago", "in 6h")),
        ["t1: stale_heartbeat"]
    );
    // It is a heartbeat all the same: the lease does not say more against it than it does.
    assert_eq!(story("10m ago", "10m ago", "9m ago").healthy, 1);
}

#[test]
fn lease_that_cannot_be_read_is_undecided_where_one_ahead_would_protect() {
    for start in [None, Some(moment("1h ago"))] {
        let mut world = World::new()
            .running("t1")
            .heartbeat("1h ago")
            .set("started_at", start)
            .set("lease_expires_at", "soon");
        assert_eq!(world.sweep().undecided.len(), 1);
    }
}

#[test]
fn run_may_have_a_lease_by_any_of_its_names() {
    for name in [
        "lease_expires_at",
        "lease_expires",
        "lease_expiry",
        "lease_until",
        "leased_until",
        "locked_until",
        "lock_until",
        "lock_expires_at",
        "claimed_until",
        "claim_expires_at",
        "reserved_until",
        "visible_until",
    ] {
        let story = |lease: &str| {
            World::new()
                .add_column("task_runs", name)
                .running("t1")
                .run("r1")
                .set(name, moment(lease))
                .sweep()
        };
        assert_eq!(story("in 1m").healthy, 1, "{name}");
        assert_eq!(reasons(&story("1m ago")), ["t1: lease_expired"], "{name}");
    }
}

#[test]
fn another_run_with_a_lease_ahead_is_at_work() {
    let mut world = World::new()
        .add_column("task_runs", "lease_until")
        .running("t1")
        .run("r1")
        .status("failed")
        .other_run("r2")
        .set("lease_until", moment("in 1m"));
    assert_eq!(world.sweep().healthy, 1);
}

#[test]
fn newest_of_several_leases_counts() {
    let mut world = World::new()
        .add_column("tasks", "locked_until")
        .running("t1")
        .lease("1h ago")
        .set("locked_until", moment("in 1h"));
    assert_eq!(world.sweep().healthy, 1);
}

#[test]
fn lease_in_seconds_since_the_epoch() {
    for (lease, healthy) in [(1_775_877_481, 1), (1_775_877_479, 0)] {
        let mut world = World::new().running("t1").set("lease_expires_at", lease);
        assert_eq!(world.sweep().healthy, healthy, "{lease}");
    }
}

#[test]
fn lease_that_cannot_be_meant_is_undecided() {
    for lease in [
        "soon".to_owned(),
        moment("in 400d"),
        "9999-12-31T23:59:59Z".to_owned(),
    ] {
        let report = World::new().running("t1").set("lease_expires_at", &lease).sweep();
        assert_eq!(report.undecided.len(), 1, "{lease}: {report:?}");
        let why = &report.undecided[0].why;
        assert!(why.contains("tasks.lease_expires_at"), "{why}");
    }
}

#[test]
fn empty_lease_is_none() {
    for empty in ["", "0", "0001-01-01T00:00:00Z"] {
        let mut world = World::new().running("t1").set("lease_expires_at", empty);
        assert_eq!(reasons(&world.sweep()), ["t1: no_active_run"], "{empty:?}");
    }
}
