//! What was asked for and is not there is told apart from innocence.

use std::time::Duration;

use super::all;
use crate::world::{World, moment};

#[test]
fn unknown_task() {
    let world = World::new().task("t1").reaped("gone", "1h ago");
    let warnings = |task: &str| world.history(&all().task(task)).warnings;
    assert!(
        warnings("nope")[0].contains("no task \"nope\" in the database"),
        "{:?}",
        warnings("nope")
    );
    assert_eq!(
        warnings("t1"),
        [] as [&str; 0],
        "it is there, and was never reaped"
    );
    assert_eq!(warnings("gone"), [] as [&str; 0], "it was there");
}

#[test]
fn unknown_reason_names_those_of_the_time_asked_for() {
    let world = World::new()
        .reaped("t1", "1h ago")
        .event(
            "t2",
            "zombie_reaped",
            r#"{"reason": "run_failed"}"#,
            &moment("3d ago"),
        )
        .event("t3", "zombie_reaped", "{half", &moment("1h ago"));
    let day = all().since(Duration::from_secs(86_400));
    let warnings = world.history(&day.reason("stale")).warnings;
    assert!(
        warnings[0].contains("no reap for the reason \"stale\""),
        "{warnings:?}"
    );
    assert!(warnings[0].ends_with("are stale_heartbeat"), "{warnings:?}");
    let warnings = world.history(&all().reason("stale")).warnings;
    assert!(
        warnings[0].ends_with("are run_failed, stale_heartbeat"),
        "{warnings:?}"
    );
}

#[test]
fn unknown_reason_names_the_codes_where_nothing_is_on_record() {
    let warnings = |reason: &str| World::new().history(&all().reason(reason)).warnings;
    assert!(
        warnings("stale")[0].contains("worker_gone"),
        "{:?}",
        warnings("stale")
    );
    for known in ["stale_heartbeat", "run_lost"] {
        assert_eq!(warnings(known), [] as [&str; 0]);
    }
}

#[test]
fn nothing_is_missed_where_a_reap_is_found() {
    let history = World::new()
        .reaped("t1", "1h ago")
        .history(&all().reason("stale_heartbeat"));
    assert_eq!(history.warnings, [] as [&str; 0]);
}
