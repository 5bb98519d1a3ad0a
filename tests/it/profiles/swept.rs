//! What a sweep makes of what a profile asks for: several words, conditions, what is written besides.

use super::one_zombie;
use crate::world::{NULL, World, moment, reasons};

const TWO_WORDS: &str = "
    [tasks.words]
    running = ['queued', 'running']
    open = { queued = 'failed', run_completed = 'done', default = 'ready' }
";

#[test]
fn tasks_of_several_words_are_swept_each_to_its_own() {
    let mut world = World::new()
        .running("at-work")
        .task("in-line")
        .status("queued")
        .running("done")
        .run("r1")
        .status("completed")
        .task("also-done")
        .status("queued")
        .run("r2")
        .status("completed")
        .task("blocked")
        .status("blocked")
        .task("young")
        .status("queued")
        .started("1m ago")
        .profile(TWO_WORDS);
    let report = world.sweep();
    assert_eq!(
        reasons(&report),
        [
            "also-done: run_completed",
            "at-work: no_active_run",
            "done: run_completed",
            "in-line: no_active_run"
        ]
    );
    assert_eq!((report.scanned, report.healthy), (5, 1));
    for (task, status) in [
        ("at-work", "ready"),
        ("in-line", "failed"),
        ("done", "done"),
        ("also-done", "done"),
        ("blocked", "blocked"),
        ("young", "queued"),
    ] {
        assert_eq!(world.value("tasks.status", task), status, "{task}");
    }
    assert!(world.sweep().reaps.is_empty());
}

#[test]
fn runs_of_several_words_are_at_work() {
    let mut world = one_zombie("runs.words.running = ['running', 'starting']")
        .other_run("r2")
        .status("starting");
    let report = world.sweep();
    assert!(report.warnings.is_empty(), "{report:?}");
    assert_eq!(world.value("task_runs.status", "r1"), "abandoned");
    assert_eq!(world.value("task_runs.status", "r2"), "abandoned");
}

#[test]
fn task_of_which_the_condition_is_not_true_is_left_alone() {
    let mut world = World::new()
        .running("t1")
        .running("t2")
        .set("title", "hands off")
        .running("t3")
        .set("completed_at", moment("1h ago"))
        .profile("tasks.where = \"t.title <> 'hands off' AND t.completed_at IS NULL -- and no more\"");
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t1: no_active_run"]);
    assert_eq!(report.scanned, 1, "it is not even looked at");
    assert_eq!(world.value("tasks.status", "t2"), "running");
    assert_eq!(world.value("tasks.status", "t3"), "running");
}

#[test]
fn columns_are_stamped_and_counted() {
    let mut world = one_zombie("tasks.stamp = ['completed_at']\ntasks.increment = ['priority', 'attempts']")
        .sql("ALTER TABLE tasks ADD COLUMN attempts INTEGER");
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 1);
    assert_eq!(world.value("tasks.completed_at", "t1"), moment("now"));
    assert_eq!(world.value("tasks.priority", "t1"), 51);
    assert_eq!(world.value("tasks.attempts", "t1"), 1, "none so far is 0");
}

#[test]
fn last_change_may_be_written_without_being_a_sign_of_life() {
    let story = || World::new().running("t1").started("2h ago").updated("1m ago");
    assert!(story().sweep().reaps.is_empty());
    let mut world = story().profile("tasks.columns.updated = []\ntasks.stamp = ['updated_at']");
    assert_eq!(reasons(&world.sweep()), ["t1: no_active_run"]);
    assert_eq!(world.value("tasks.updated_at", "t1"), moment("now"));
}

#[test]
fn newest_of_several_heartbeats_counts() {
    let story = |old: &str, new: &str| {
        World::new()
            .sql("ALTER TABLE task_runs ADD COLUMN heartbeat_at")
            .running("t1")
            .run("r1")
            .heartbeat(old)
            .set("heartbeat_at", moment(new))
    };
    assert!(story("1h ago", "1m ago").sweep().reaps.is_empty());
    assert!(story("1m ago", "1h ago").sweep().reaps.is_empty());
    assert_eq!(
        reasons(&story("1h ago", "16m ago").sweep()),
        ["t1: stale_heartbeat"]
    );
}

#[test]
fn lease_is_emptied_whatever_clear_says() {
    let mut world = World::new()
        .running("t1")
        .set("lease_expires_at", moment("1h ago"))
        .profile("tasks.clear = []");
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(world.value("tasks.lease_expires_at", "t1"), NULL);
    assert_eq!(world.value("tasks.assigned_slot", "t1"), "slot-3");
}

#[test]
fn column_that_plays_the_pointer_may_be_set_to_a_word() {
    let mut world = World::foreign(
        "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT, error TEXT, created_at TEXT);
         CREATE TABLE task_runs (id TEXT PRIMARY KEY, task_id TEXT, status TEXT);
         CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id TEXT, event_type TEXT);
         INSERT INTO tasks VALUES ('t1', 'running', NULL, '2026-04-11T01:18:00Z');",
    )
    .profile("[tasks.columns]\nactive_run = 'error'\nstarted = 'created_at'\n[tasks.set]\nerror = 'stale'");
    assert_eq!(reasons(&world.sweep()), ["t1: no_active_run"]);
    assert_eq!(world.value("tasks.error", "t1"), "stale");
}
