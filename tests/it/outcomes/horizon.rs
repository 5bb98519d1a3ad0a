//! What had become of a task when the horizon was over, as far as times in the rows tell.

use std::time::Duration;

use zombie_sweeper::zombie::Outcome;

use super::{later, only, reaped};
use crate::world::World;

/// What it was, and whether that is how things stand now.
#[track_caller]
fn became(world: &World) -> (Outcome, bool) {
    let outcomes = world.outcomes(&later());
    let group = only(&outcomes);
    assert_eq!(group.outcomes.values().sum::<usize>(), 1, "{group:#?}");
    let outcome = group.outcomes.keys().next().unwrap();
    (*outcome, group.as_they_stand == 1)
}

/// The next run, as it stands now.
fn next(status: &str, started: &str, ended: Option<&str>) -> World {
    let world = reaped().other_run("r2").started(started).status(status);
    match ended {
        Some(ended) => world.ended(ended),
        None => world,
    }
}

#[test]
fn run_that_ended_before_counts_as_it_ended() {
    assert_eq!(
        became(&next("completed", "in 1h", Some("in 2h"))),
        (Outcome::Completed, false)
    );
    assert_eq!(
        became(&next("failed", "in 1h", Some("in 24h"))),
        (Outcome::Failed, false)
    );
}

#[test]
fn run_that_ended_after_it_was_at_work() {
    assert_eq!(
        became(&next("completed", "in 1h", Some("in 25h"))),
        (Outcome::AtWork, false)
    );
}

#[test]
fn run_that_began_after_it_was_waited_for() {
    assert_eq!(
        became(&next("completed", "in 25h", Some("in 26h"))),
        (Outcome::Waiting, false)
    );
}

#[test]
fn run_that_does_not_say_when_it_ended_is_told_as_it_stands() {
    assert_eq!(
        became(&next("completed", "in 1h", None)),
        (Outcome::Completed, true)
    );
}

/// What had become of a task whose next run was abandoned at one time, and that was reaped again at another.
fn reaped_again(abandoned: &str, again: &str) -> Outcome {
    let world = reaped()
        .other_run("r2")
        .started("in 1h")
        .status("abandoned")
        .ended(abandoned)
        .sql(&format!(
            r#"INSERT INTO task_events (task_id, event_type, payload, created_at)
               VALUES ('t1', 'zombie_reaped', '{{"reason": "run_abandoned", "run_id": "r2"}}', '{}')"#,
            crate::world::moment(again)
        ));
    let outcomes = world.outcomes(&later().reason("stale_heartbeat"));
    let group = only(&outcomes);
    assert_eq!(group.as_they_stand, 0);
    *group.outcomes.keys().next().unwrap()
}

#[test]
fn next_reap_counts_where_it_came_before() {
    assert_eq!(reaped_again("in 2h", "in 2h"), Outcome::Again);
    assert_eq!(reaped_again("in 25h", "in 25h"), Outcome::AtWork);
}

/// The queue itself may abandon a run.
#[test]
fn run_that_was_abandoned_before_the_next_reap_had_failed() {
    assert_eq!(reaped_again("in 2h", "in 25h"), Outcome::Failed);
}

#[test]
fn task_that_was_not_written_since_stands_as_it_stood() {
    assert_eq!(became(&reaped()), (Outcome::Waiting, false));
}

#[test]
fn task_that_was_written_since_is_told_as_it_stands() {
    let done = |when: &str| {
        reaped().sql(&format!(
            "UPDATE tasks SET status = 'done', updated_at = '{}'",
            crate::world::moment(when)
        ))
    };
    assert_eq!(became(&done("in 2h")), (Outcome::Completed, false));
    assert_eq!(became(&done("in 30h")), (Outcome::Completed, true));
    let gone = reaped().sql("PRAGMA foreign_keys = OFF; DELETE FROM tasks");
    assert_eq!(became(&gone), (Outcome::Gone, true));
}

#[test]
fn reap_whose_horizon_is_not_over_is_counted_apart() {
    let world = reaped();
    let at = |horizon: u64| {
        let outcomes = world.outcomes(&later().horizon(Duration::from_secs(horizon)));
        (only(&outcomes).pending, outcomes.sweeps.sweeps)
    };
    assert_eq!(at(2 * 86_400), (0, 1));
    assert_eq!(at(2 * 86_400 + 1), (1, 0));
}
