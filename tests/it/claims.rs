//! A task claimed again, while it still names the last, finished run.

use crate::world::{World, moment, reasons};

fn kept_pointer(started: &str) -> World {
    World::new()
        .running("t1")
        .started(started)
        .run("r1")
        .status("completed")
        .ended("1h ago")
}

#[test]
fn claim_over_a_kept_pointer_has_its_grace() {
    for (started, is_reaped) in [
        ("2h ago", true),
        ("61m ago", true),
        ("1m ago", false),
        ("15m ago", false),
        ("16m ago", true),
    ] {
        let mut world = kept_pointer(started);
        let report = world.sweep();
        assert_eq!(
            (report.reaps.len(), report.healthy),
            (usize::from(is_reaped), usize::from(!is_reaped)),
            "{started}"
        );
        assert_eq!(world.value("task_runs.status", "r1"), "completed");
        assert_eq!(world.value("task_runs.completed_at", "r1"), moment("1h ago"));
    }
    assert_eq!(reasons(&kept_pointer("16m ago").sweep()), ["t1: run_completed"]);
}

#[test]
fn claim_whose_start_cannot_be_read_is_undecided() {
    let mut world = kept_pointer("2h ago").sql("UPDATE tasks SET started_at = 'soon'");
    let report = world.sweep();
    assert_eq!(report.undecided.len(), 1);
    let why = &report.undecided[0].why;
    assert!(why.contains("tasks.started_at is \"soon\""), "{why}");
}

#[test]
fn run_that_has_no_end_ended_with_its_last_sign() {
    let story = |started: &str| {
        World::new()
            .running("t1")
            .started(started)
            .run("r1")
            .status("failed")
            .heartbeat("10m ago")
    };
    assert_eq!(reasons(&story("11m ago").sweep()), ["t1: run_failed"]);
    assert_eq!(story("9m ago").sweep().healthy, 1);
}

#[test]
fn neither_an_update_nor_a_heartbeat_of_the_task_shields_from_a_finished_run() {
    for column in ["updated_at", "last_heartbeat"] {
        let mut world =
            kept_pointer("2h ago").sql(&format!("UPDATE tasks SET {column} = '{}'", moment("1s ago")));
        assert_eq!(reasons(&world.sweep()), ["t1: run_completed"], "{column}");
    }
}

#[test]
fn moments_of_the_same_second_are_the_same() {
    let mut world = World::new()
        .running("t1")
        .set("started_at", "2026-04-11T03:17:00.300Z")
        .run("r1")
        .status("completed")
        .set("completed_at", "2026-04-11T03:17:00Z");
    assert_eq!(reasons(&world.sweep()), ["t1: run_completed"]);
}
