//! Moments are held against each other as far as both are exact.

use super::{CONTESTED, UNCHALLENGED, silence};
use crate::world::World;

/// A reap on record at one moment, and what its run shows.
fn reaped(at: &str, run: &str) -> [usize; 3] {
    silence(
        &World::new()
            .task("t1")
            .other_run("r1")
            .status("abandoned")
            .sql(&format!(
                r#"UPDATE task_runs SET {run};
                   INSERT INTO task_events (task_id, event_type, payload, created_at) VALUES ('t1', 'zombie_reaped',
                   '{{"reason": "stale_heartbeat", "run_id": "r1", "released": {{"runs": ["r1"]}}}}', '{at}')"#
            )),
    )
}

#[test]
fn end_of_the_second_of_the_reap_is_ours() {
    for (at, end) in [
        ("2026-04-11T12:00:00.3Z", "2026-04-11T12:00:00Z"),
        ("2026-04-11T12:00:00Z", "2026-04-11T12:00:00.3Z"),
        ("2026-04-11T12:00:00.3Z", "2026-04-11T12:00:00.300Z"),
    ] {
        let end = format!("completed_at = '{end}'");
        assert_eq!(reaped(at, &end), UNCHALLENGED, "{at} {end}");
    }
}

#[test]
fn end_of_the_next_is_not() {
    for (at, end) in [
        ("2026-04-11T12:00:00.3Z", "2026-04-11T12:00:01Z"),
        ("2026-04-11T12:00:00Z", "2026-04-11T12:00:01.1Z"),
        ("2026-04-11T12:00:00.300Z", "2026-04-11T12:00:00.301Z"),
    ] {
        let end = format!("completed_at = '{end}'");
        assert_eq!(reaped(at, &end), CONTESTED, "{at} {end}");
    }
}

/// What a queue of whole seconds writes within the second of the reap may have come before it.
#[test]
fn beat_of_the_second_of_the_reap_may_have_come_before() {
    assert_eq!(
        reaped(
            "2026-04-11T12:00:00Z",
            "last_heartbeat = '2026-04-11T12:00:00.900Z'"
        ),
        UNCHALLENGED
    );
}

#[test]
fn numbers_are_compared_with_texts() {
    // 2026-04-11T12:00:00Z
    assert_eq!(
        reaped("2026-04-11T12:00:00.3Z", "last_heartbeat = 1775908800"),
        UNCHALLENGED
    );
    assert_eq!(
        reaped("2026-04-11T12:00:00.3Z", "last_heartbeat = 1775908801"),
        CONTESTED
    );
}
