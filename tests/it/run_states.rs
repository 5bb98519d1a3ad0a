//! Which words and ids of the database stand for which state of a run.

use crate::world::{World, reasons};

fn says(report: &zombie_sweeper::SweepReport, word: &str) -> bool {
    report.warnings.iter().any(|warning| warning.contains(word))
}

#[test]
fn null_empty_and_blank_all_name_no_run() {
    for blank in [None, Some(""), Some("   "), Some("\t\n")] {
        let mut world = World::new()
            .redeclare(
                "tasks",
                "active_run_id TEXT NOT NULL DEFAULT ''",
                "active_run_id TEXT",
            )
            .running("t1")
            .set("active_run_id", blank);
        assert_eq!(reasons(&world.sweep()), ["t1: no_active_run"], "{blank:?}");
    }
}

#[test]
fn run_that_does_not_exist_is_missing() {
    let mut world = World::new().running("t1").names_run("gone");
    assert_eq!(reasons(&world.sweep()), ["t1: missing_run"]);
    let payload = world.payload();
    assert_eq!(
        (&payload["run_id"], &payload["condition"]),
        (&"gone".into(), &"B".into())
    );
    assert!(payload["run_status"].is_null());
}

#[test]
fn run_of_another_task_is_missing_and_left_alone() {
    let mut world = World::new()
        .task("other")
        .other_run("r1")
        .running("t1")
        .names_run("r1");
    assert_eq!(reasons(&world.sweep()), ["t1: missing_run"]);
    assert_eq!(world.value("task_runs.status", "r1"), "running");
}

#[test]
fn missing_run_is_healthy_within_the_grace() {
    let mut world = World::new().running("t1").names_run("gone").updated("14m ago");
    assert_eq!(world.sweep().healthy, 1);
}

#[test]
fn task_abandoned_before_but_still_running_is_reaped() {
    let mut world = World::new().running("t1").run("r1").status("abandoned");
    assert_eq!(reasons(&world.sweep()), ["t1: run_abandoned"]);
}

#[test]
fn word_never_seen_before_is_unfinished_and_named() {
    for word in ["paused", "Completed", "COMPLETED", "completed ", ""] {
        let mut fresh = World::new()
            .running("t1")
            .run("r1")
            .status(word)
            .heartbeat("1m ago");
        let report = fresh.sweep();
        assert_eq!(report.healthy, 1, "{word:?}");
        let shown = if word.is_empty() { "null" } else { word };
        assert!(says(&report, &format!("{shown:?}")), "{report:?}");

        let mut stale = World::new()
            .running("t1")
            .run("r1")
            .status(word)
            .heartbeat("16m ago");
        assert_eq!(reasons(&stale.sweep()), ["t1: stale_heartbeat"], "{word:?}");
        assert_eq!(stale.value("task_runs.status", "r1"), "abandoned");
        assert_eq!(stale.payload()["run_status"], word);
    }
}

#[test]
fn status_that_is_no_word_is_unfinished_and_named() {
    for (status, shown) in [("NULL", "null"), ("0.5", "0.5"), ("x'646f6e65'", "646f6e65")] {
        let mut world = World::new()
            .redeclare("task_runs", "status TEXT NOT NULL DEFAULT 'running'", "status")
            .running("t1")
            .run("r1")
            .sql(&format!("UPDATE task_runs SET status = {status}"));
        let report = world.sweep();
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{status}");
        assert!(says(&report, &format!("{shown:?}")), "{report:?}");
        assert_eq!(world.value("task_runs.status", "r1"), "abandoned");
    }
}

#[test]
fn warnings_stay_few_however_many_words_there_are() {
    let mut world = World::new();
    for n in 0..100 {
        world = world
            .running(n)
            .run(n)
            .status(&format!("odd-{n}"))
            .heartbeat("16m ago");
    }
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 100);
    assert_eq!(report.warnings.len(), 20, "{report:?}");
}

#[test]
fn running_is_no_word_to_warn_of() {
    let report = World::new().running("t1").run("r1").heartbeat("16m ago").sweep();
    assert_eq!(report.reaps.len(), 1);
    assert!(report.warnings.is_empty(), "{report:?}");
}

#[test]
fn every_running_run_is_abandoned_and_no_other() {
    let mut world = World::new()
        .running("t1")
        .run("active")
        .status("failed")
        .ended("1h ago")
        .other_run("silent")
        .other_run("queued")
        .status("queued")
        .other_run("done")
        .status("completed");
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t1: run_failed"]);
    assert!(says(&report, "\"queued\""), "{report:?}");
    assert_eq!(world.payload()["released"]["runs"], serde_json::json!(["silent"]));
    for (run, status) in [
        ("active", "failed"),
        ("silent", "abandoned"),
        ("queued", "queued"),
        ("done", "completed"),
    ] {
        assert_eq!(world.value("task_runs.status", run), status, "{run}");
    }
}

#[test]
fn end_that_is_already_set_is_kept() {
    let mut world = World::new().running("t1").run("r1").ended("1h ago");
    let before = world.value("task_runs.completed_at", "r1");
    world.sweep();
    assert_eq!(world.value("task_runs.completed_at", "r1"), before);
}

#[test]
fn task_without_a_readable_sign_of_life_is_reported_and_left_alone() {
    let mut world = World::new().running("t1").run("r1").set("started_at", "soon");
    let before = world.dump();
    let report = world.sweep();
    assert_eq!(report.undecided.len(), 1);
    assert_eq!(report.undecided[0].task_id, "t1");
    let why = "run r1: task_runs.started_at is \"soon\", which is not understood as a time";
    assert_eq!(report.undecided[0].why, why);
    assert!(
        says(&report, "task_runs.started_at") && says(&report, "soon"),
        "{report:?}"
    );
    assert_eq!(world.dump(), before);
}

#[test]
fn sign_of_life_far_in_the_future_counts_and_is_named() {
    let report = World::new().running("t1").run("r1").heartbeat("in 5m").sweep();
    assert_eq!(report.healthy, 1);
    assert!(says(&report, "task_runs.last_heartbeat"), "{report:?}");
    for (when, warnings) in [("in 59s", 0), ("in 2m", 1)] {
        let report = World::new().running("t1").run("r1").heartbeat(when).sweep();
        assert_eq!(report.warnings.len(), warnings, "{report:?}");
    }
}

#[test]
fn recurring_task_is_eligible_now_and_a_one_shot_keeps_its_own() {
    let mut world = World::new()
        .running("recurring")
        .recurring()
        .set("next_eligible_at", "2030-01-01T00:00:00.000Z")
        .running("recurring-null")
        .recurring()
        .running("one-shot")
        .set("next_eligible_at", "2030-01-01T00:00:00.000Z")
        .running("one-shot-null");
    assert_eq!(world.sweep().reaps.len(), 4);
    let now = crate::world::moment("now");
    assert_eq!(world.value("tasks.next_eligible_at", "recurring"), now);
    assert_eq!(world.value("tasks.next_eligible_at", "recurring-null"), now);
    assert_eq!(
        world.value("tasks.next_eligible_at", "one-shot"),
        "2030-01-01T00:00:00.000Z"
    );
    assert_eq!(
        world.value("tasks.next_eligible_at", "one-shot-null"),
        crate::world::NULL
    );
}

#[test]
fn other_runs_of_a_live_task_are_not_even_read() {
    let report = World::new()
        .running("t1")
        .run("r1")
        .started("1m ago")
        .other_run("r0")
        .status("odd")
        .sweep();
    assert_eq!(report.healthy, 1);
    assert!(report.warnings.is_empty(), "{report:?}");
}
