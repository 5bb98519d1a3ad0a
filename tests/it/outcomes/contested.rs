//! A reap for silence is contested where that very run was heard of again.

use super::{CONTESTED, UNCHALLENGED, UNTOLD, later, only, reaped, silence};
use crate::world::{World, moment};

/// Something was written into the row of the run.
fn since(change: &str) -> [usize; 3] {
    silence(&reaped().sql(&format!("UPDATE task_runs SET {change} WHERE id = 'r1'")))
}

#[test]
fn our_own_writes_contest_nothing() {
    assert_eq!(silence(&reaped()), UNCHALLENGED);
}

#[test]
fn beat_that_came_late_does() {
    let beat = |when: &str| since(&format!("last_heartbeat = '{}'", moment(when)));
    assert_eq!(beat("in 5m"), CONTESTED);
    assert_eq!(beat("1m ago"), UNCHALLENGED);
}

#[test]
fn beat_after_the_horizon_does_too() {
    assert_eq!(
        since(&format!("last_heartbeat = '{}'", moment("in 30h"))),
        CONTESTED
    );
}

#[test]
fn end_that_is_not_ours_does() {
    assert_eq!(since(&format!("completed_at = '{}'", moment("in 1h"))), CONTESTED);
}

#[test]
fn status_that_is_not_ours_does() {
    for word in ["completed", "running", "of-their-own"] {
        assert_eq!(since(&format!("status = '{word}'")), CONTESTED, "{word}");
    }
}

#[test]
fn next_run_of_the_task_does_not() {
    let world = reaped()
        .other_run("r2")
        .started("in 5m")
        .heartbeat("in 10m")
        .status("completed")
        .ended("in 15m");
    assert_eq!(silence(&world), UNCHALLENGED);
}

#[test]
fn next_reap_does_not() {
    let world = reaped().other_run("r2").started("in 5m");
    let mut world = world
        .sql("UPDATE tasks SET status = 'running', active_run_id = 'r2'")
        .options(|options| options.moved_to(crate::world::NOW + chrono::TimeDelta::hours(1)));
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(silence(&world), [0, 2, 0]);
}

#[test]
fn run_that_kept_its_end_is_as_it_was_left() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .status("paused")
        .heartbeat("20m ago")
        .ended("30m ago");
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(silence(&world), UNCHALLENGED);
    assert_eq!(
        silence(&world.sql("UPDATE task_runs SET status = 'lost'")),
        CONTESTED
    );
}

#[test]
fn row_that_is_its_successors_tells_nothing() {
    let change = format!("started_at = '{0}', last_heartbeat = '{0}'", moment("in 5m"));
    assert_eq!(since(&change), UNTOLD);
}

#[test]
fn run_that_is_gone_tells_nothing() {
    assert_eq!(silence(&reaped().sql("DELETE FROM task_runs")), UNTOLD);
    assert_eq!(
        silence(&reaped().sql("PRAGMA foreign_keys = OFF; DELETE FROM tasks")),
        UNTOLD
    );
}

#[test]
fn claim_without_a_run_tells_nothing() {
    let mut world = World::new().running("t1");
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(silence(&world), UNTOLD);
}

#[test]
fn value_that_cannot_be_read_tells_nothing() {
    assert_eq!(since("last_heartbeat = 'soon'"), UNTOLD);
    assert_eq!(since("last_heartbeat = 'soon', status = 'completed'"), CONTESTED);
}

#[test]
fn lease_that_was_renewed_does() {
    let lease = |when: &str| {
        let mut world = World::new()
            .add_column("task_runs", "lease_expires_at TEXT")
            .running("t1")
            .run("r1")
            .lease("1m ago");
        assert_eq!(crate::world::reasons(&world.sweep()), ["t1: lease_expired"]);
        silence(&world.sql(&format!(
            "UPDATE task_runs SET lease_expires_at = '{}'",
            moment(when)
        )))
    };
    assert_eq!(lease("1m ago"), UNCHALLENGED);
    assert_eq!(lease("in 15m"), CONTESTED);
}

#[test]
fn reap_of_a_run_that_had_ended_is_never_asked() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .status("failed")
        .ended("1m ago");
    world.sweep();
    assert!(only(&world.outcomes(&later())).silence.is_none());
}

/// A history says it of each reap, whatever its horizon.
#[test]
fn history_says_it_of_each() {
    use zombie_sweeper::inspect::HistoryOptions;
    let contested = |world: &World| world.history(&HistoryOptions::at(crate::world::NOW)).reaps[0].contested;
    assert_eq!(contested(&reaped()), Some(false));
    let late = reaped().sql("UPDATE task_runs SET status = 'completed'");
    assert_eq!(contested(&late), Some(true));
    assert_eq!(contested(&reaped().sql("DELETE FROM task_runs")), None);
}
