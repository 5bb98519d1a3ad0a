//! The twelve cases that the sweeper was made for.

use crate::world::{NULL, World, moment, reasons};

#[test]
fn completed_run_is_reaped_at_once() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .status("completed")
        .ended("1s ago");
    assert_eq!(reasons(&world.sweep()), ["t1: run_completed"]);
    assert_eq!(world.value("tasks.status", "t1"), "open");
    assert_eq!(world.value("task_runs.status", "r1"), "completed");
}

#[test]
fn failed_run_is_reaped_at_once() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .status("failed")
        .ended("1s ago");
    assert_eq!(reasons(&world.sweep()), ["t1: run_failed"]);
    assert_eq!(world.value("tasks.status", "t1"), "open");
    assert_eq!(world.value("task_runs.status", "r1"), "failed");
}

#[test]
fn aborted_run_is_reaped_at_once() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .status("aborted")
        .ended("1s ago");
    assert_eq!(reasons(&world.sweep()), ["t1: run_aborted"]);
    assert_eq!(world.value("tasks.status", "t1"), "open");
    assert_eq!(world.value("task_runs.status", "r1"), "aborted");
}

#[test]
fn claim_without_a_run_is_healthy_while_fresh() {
    let mut world = World::new().running("t1").updated("14m ago");
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.healthy), (0, 1));
    assert_eq!(world.value("tasks.status", "t1"), "running");
}

#[test]
fn claim_without_a_run_is_reaped_once_stale() {
    let mut world = World::new().running("t1").updated("16m ago");
    assert_eq!(reasons(&world.sweep()), ["t1: no_active_run"]);
    assert_eq!(world.value("tasks.status", "t1"), "open");
}

#[test]
fn silent_run_is_abandoned() {
    let mut world = World::new().running("t1").run("r1").heartbeat("16m ago");
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
    assert_eq!(report.runs_abandoned, 1);
    assert_eq!(world.value("tasks.status", "t1"), "open");
    assert_eq!(world.value("tasks.active_run_id", "t1"), "");
    assert_eq!(world.value("tasks.updated_at", "t1"), moment("now"));
    assert_eq!(world.value("task_runs.status", "r1"), "abandoned");
    assert_eq!(world.value("task_runs.completed_at", "r1"), moment("now"));
}

#[test]
fn run_with_a_fresh_heartbeat_is_healthy() {
    let mut world = World::new().running("t1").run("r1").heartbeat("14m ago");
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.healthy), (0, 1));
    assert_eq!(world.dump(), before);
}

#[test]
fn tasks_that_are_not_running_are_ignored() {
    let mut world = World::new();
    for status in ["open", "blocked", "done", "failed", "archived"] {
        world = world.task(status).status(status).run(format!("r-{status}"));
    }
    let before = world.dump();
    assert_eq!(world.sweep().scanned, 0);
    assert_eq!(world.dump(), before);
}

#[test]
fn dry_run_says_it_all_and_writes_nothing() {
    let mut world = World::new().running("t1").run("r1").heartbeat("16m ago");
    let before = world.dump();
    let report = world.dry_run();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
    assert_eq!((report.dry_run, report.transactions), (true, 0));
    assert_eq!(world.dump(), before);
}

#[test]
fn zombies_are_picked_out_among_healthy_tasks() {
    let mut world = World::new();
    for n in 0..20 {
        let heartbeat = if n % 4 == 1 { "1h ago" } else { "1m ago" };
        world = world
            .running(format!("t{n:02}"))
            .run(format!("r{n:02}"))
            .heartbeat(heartbeat);
    }
    let report = world.sweep();
    let zombies = ["t01", "t05", "t09", "t13", "t17"];
    assert_eq!(
        reasons(&report),
        zombies.map(|id| format!("{id}: stale_heartbeat"))
    );
    assert_eq!((report.scanned, report.healthy, report.transactions), (20, 15, 1));
    assert_eq!(
        world.query("SELECT group_concat(id) FROM tasks WHERE status = 'open'"),
        zombies.join(",")
    );
}

#[test]
fn reap_is_logged_as_an_event() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .workspace("w1")
        .set("task_id", "t1")
        .options(|options| options.actor("night-watch"));
    world.sweep();
    assert_eq!(
        world.query("SELECT concat_ws(' ', task_id, event_type, actor, created_at) FROM task_events"),
        format!("t1 zombie_reaped night-watch {}", moment("now"))
    );
    assert_eq!(
        world.payload(),
        serde_json::json!({
            "reason": "stale_heartbeat",
            "condition": "C",
            "run_id": "r1",
            "run_status": "running",
            "sign_of_life": "2026-04-11T03:02:00.000000Z",
            "age_s": 960.0,
            "threshold_s": 900.0,
            "released": {
                "task": {
                    "assigned_slot": "slot-3",
                    "assigned_worker": "worker-7",
                    "workspace_path": "/trees/3",
                },
                "runs": ["r1"],
                "workspaces": 1,
            },
            "overwritten": {
                "task": { "status": "running", "updated_at": moment("2h ago") },
                "runs": [{ "id": "r1", "status": "running" }],
            },
            "actor": "night-watch",
            "sweep": { "running": 1, "zombies": 1 },
            "sweeper": { "name": "zombie-sweeper", "version": env!("CARGO_PKG_VERSION") },
        })
    );
}

#[test]
fn slot_worker_and_workspace_are_released() {
    let mut world = World::new()
        .running("t1")
        .set("lease_expires_at", moment("1h ago"))
        .run("r1")
        .heartbeat("16m ago")
        .workspace("by-task")
        .set("task_id", "t1")
        .workspace("by-run")
        .set("run_id", "r1");
    assert_eq!(world.sweep().workspaces_freed, 2);
    for column in ["assigned_slot", "assigned_worker", "workspace_path"] {
        assert_eq!(world.value(&format!("tasks.{column}"), "t1"), "", "{column}");
    }
    assert_eq!(world.value("tasks.lease_expires_at", "t1"), NULL);
    for workspace in ["by-task", "by-run"] {
        assert_eq!(world.value("workspaces.status", workspace), "free");
        assert_eq!(world.value("workspaces.task_id", workspace), NULL);
        assert_eq!(world.value("workspaces.run_id", workspace), NULL);
        assert_eq!(world.value("workspaces.released_at", workspace), moment("now"));
    }
}
