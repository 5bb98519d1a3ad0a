//! What a run has become is history: a word that nobody told us is not overwritten, and what is overwritten is kept.

use serde_json::json;

use crate::world::{NULL, World, moment, reasons};

/// A silent active run among runs that ended long ago with words of the queue's own.
fn with_a_past() -> World {
    World::new()
        .running("t1")
        .other_run("won")
        .status("succeeded")
        .ended("3h ago")
        .other_run("lost")
        .status("error")
        .ended("2h ago")
        .other_run("odd")
        .status("queued")
        .run("r1")
        .heartbeat("16m ago")
}

#[test]
fn unknown_words_of_other_runs_are_kept_and_named() {
    for index in ["", "DROP INDEX idx_task_runs_task"] {
        let mut world = with_a_past().sql(index);
        let before = world.dump();
        let report = world.sweep();
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
        assert_eq!(report.runs_abandoned, 1);
        assert_eq!(world.payload()["released"]["runs"], json!(["r1"]));
        for (run, word) in [("won", "succeeded"), ("lost", "error"), ("odd", "queued")] {
            assert_eq!(world.dump()["task_runs"][run], before["task_runs"][run]);
            let named = format!("unknown run status {word:?} in 1 of the runs");
            assert!(
                report.warnings.iter().any(|warning| warning.starts_with(&named)),
                "{report:?}"
            );
        }
    }
}

#[test]
fn run_that_is_finished_by_evidence_ends_its_task_with_a_grace_and_keeps_its_word() {
    let story = |end: &str| {
        World::new()
            .running("t1")
            .updated("3h ago")
            .started("3h ago")
            .run("r1")
            .status("succeeded")
            .ended(end)
    };
    assert_eq!(story("15m ago").sweep().healthy, 1);
    let mut world = story("16m ago");
    let before = world.dump();
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t1: run_succeeded"]);
    assert_eq!(report.runs_abandoned, 0);
    assert_eq!(world.dump()["task_runs"], before["task_runs"]);
    let payload = world.payload();
    assert_eq!(
        (&payload["condition"], &payload["run_status"]),
        (&json!("A"), &json!("succeeded"))
    );
    assert_eq!(payload["threshold_s"], 900.0);
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("succeeded"))
    );
}

#[test]
fn whoever_touches_the_task_of_such_a_run_is_heard() {
    for column in ["last_heartbeat", "started_at", "updated_at"] {
        let story = |value: &str| {
            let mut world = World::new()
                .running("t1")
                .run("r1")
                .status("succeeded")
                .ended("1h ago")
                .sql(&format!("UPDATE tasks SET {column} = '{value}'"));
            world.sweep()
        };
        assert_eq!(story(&moment("1m ago")).healthy, 1, "{column}");
        assert_eq!(story(&moment("16m ago")).reaps.len(), 1, "{column}");
        assert_eq!(story("soon").undecided.len(), 1, "{column}");
    }
}

#[test]
fn end_proves_nothing_that_life_follows_or_that_lies_ahead() {
    for (end, beat, reason) in [
        ("2h ago", "1h ago", "stale_heartbeat"),
        ("1h ago", "2h ago", "run_paused"),
    ] {
        let mut world = World::new()
            .running("t1")
            .run("r1")
            .status("paused")
            .started("3h ago")
            .heartbeat(beat)
            .ended(end);
        let report = world.sweep();
        assert_eq!(reasons(&report), [format!("t1: {reason}")]);
        // It has an end, whatever that proves: nobody overwrites it.
        assert_eq!(report.runs_abandoned, 0);
        assert_eq!(world.value("task_runs.status", "r1"), "paused");
        assert_eq!(world.value("task_runs.completed_at", "r1"), moment(end));
    }
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .status("paused")
        .heartbeat("1m ago")
        .ended("in 5m");
    assert_eq!(world.sweep().healthy, 1);
}

#[test]
fn run_that_is_said_to_be_running_is_abandoned_whatever_its_end() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .ended("1h ago")
        .other_run("r2")
        .heartbeat("20m ago")
        .ended("20m ago");
    assert_eq!(world.sweep().runs_abandoned, 2);
    for (run, end) in [("r1", "1h ago"), ("r2", "20m ago")] {
        assert_eq!(world.value("task_runs.status", run), "abandoned");
        assert_eq!(world.value("task_runs.completed_at", run), moment(end));
    }
}

#[test]
fn active_run_with_an_unknown_word_and_no_end_is_abandoned_and_the_word_kept_in_the_event() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .status("paused")
        .heartbeat("16m ago");
    assert_eq!(world.sweep().runs_abandoned, 1);
    assert_eq!(world.value("task_runs.status", "r1"), "abandoned");
    assert_eq!(
        world.payload()["overwritten"]["runs"],
        json!([{ "id": "r1", "status": "paused" }])
    );
}

#[test]
fn event_keeps_all_that_was_overwritten() {
    let mut world = World::new()
        .running("t1")
        .recurring()
        .set("next_eligible_at", moment("1h ago"))
        .set("completed_at", moment("3h ago"))
        .run("r1")
        .heartbeat("16m ago")
        .set("error", "out of memory")
        .set("slot", "slot-9")
        .profile(
            "tasks = { set = { title = 'again' }, stamp = ['completed_at'], increment = ['priority'] }
             runs = { set = { error = 'worker lost' }, clear = ['slot'] }",
        );
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(
        world.payload()["overwritten"],
        json!({
            "task": {
                "status": "running",
                "updated_at": moment("2h ago"),
                "next_eligible_at": moment("1h ago"),
                "completed_at": moment("3h ago"),
                "title": "a title",
                "priority": "50",
            },
            "runs": [{ "id": "r1", "status": "running", "error": "out of memory", "slot": "slot-9" }],
        })
    );
}

#[test]
fn event_does_not_say_that_a_one_shot_lost_its_next_start() {
    let mut world = World::new()
        .running("t1")
        .set("next_eligible_at", moment("in 5m"));
    world.sweep();
    assert_eq!(
        world.payload()["overwritten"],
        json!({ "task": { "status": "running", "updated_at": moment("2h ago") }, "runs": [] })
    );
    assert_eq!(world.value("tasks.completed_at", "t1"), NULL);
}
