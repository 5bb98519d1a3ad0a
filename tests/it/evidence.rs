//! The evidence on each zombie: in every dry run, and wherever it is asked for.

use serde_json::{Value, json};

use crate::world::{World, moment};

/// One zombie of each sort, the last named first.
fn zombies() -> World {
    World::new()
        .running("silent")
        .run("r2")
        .heartbeat("16m ago")
        .running("missing")
        .names_run("gone")
        .running("leased")
        .lease("1m ago")
        .bare_task("ended")
        .status("running")
        .run("r1")
        .status("failed")
        .ended("1h ago")
        .bare_task("claimed")
        .status("running")
        .updated("20m ago")
}

fn evidence(report: &zombie_sweeper::SweepReport) -> Value {
    serde_json::to_value(report).unwrap()["zombies"].take()
}

#[test]
fn everything_that_was_found_is_shown() {
    let held =
        json!({ "assigned_slot": "slot-3", "assigned_worker": "worker-7", "workspace_path": "/trees/3" });
    let mut with_a_lease = held.clone();
    with_a_lease["lease_expires_at"] = moment("1m ago").into();
    assert_eq!(
        evidence(&zombies().dry_run()),
        json!([
            {
                "task_id": "claimed", "reason": "no_active_run", "condition": "B", "run_id": null,
                "sign_of_life": "2026-04-11T02:58:00.000000Z", "age_s": 1200.0, "threshold_s": 900.0, "held": {},
            },
            {
                "task_id": "ended", "reason": "run_failed", "condition": "A", "run_id": "r1",
                "sign_of_life": "2026-04-11T02:18:00.000000Z", "age_s": 3600.0, "threshold_s": 0.0, "held": {},
            },
            {
                "task_id": "leased", "reason": "lease_expired", "condition": "C", "run_id": null,
                "sign_of_life": "2026-04-11T01:18:00.000000Z", "age_s": 7200.0, "threshold_s": 0.0,
                "held": with_a_lease,
            },
            {
                "task_id": "missing", "reason": "missing_run", "condition": "B", "run_id": "gone",
                "sign_of_life": "2026-04-11T01:18:00.000000Z", "age_s": 7200.0, "threshold_s": 900.0, "held": held,
            },
            {
                "task_id": "silent", "reason": "stale_heartbeat", "condition": "C", "run_id": "r2",
                "sign_of_life": "2026-04-11T03:02:00.000000Z", "age_s": 960.0, "threshold_s": 900.0, "held": held,
            },
        ])
    );
}

#[test]
fn sweep_shows_the_same_where_it_is_asked_for() {
    let foretold = evidence(&zombies().dry_run());
    let mut world = zombies().options(|options| options.evidence(true));
    assert_eq!(evidence(&world.sweep()), foretold);
    assert_eq!(evidence(&world.sweep()), json!([]), "and nothing of what is gone");
    assert_eq!(evidence(&zombies().sweep()), Value::Null);
}

#[test]
fn zombie_that_could_not_be_written_is_not_among_them() {
    let mut world = zombies().options(|options| options.evidence(true)).sql(
        "CREATE TRIGGER no BEFORE UPDATE ON tasks WHEN NEW.id = 'silent'
             BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    let report = world.sweep();
    assert_eq!(report.failed.len(), 1);
    let evidence = evidence(&report);
    let ids: Vec<_> = evidence
        .as_array()
        .unwrap()
        .iter()
        .map(|zombie| &zombie["task_id"])
        .collect();
    assert_eq!(ids, ["claimed", "ended", "leased", "missing"]);
}

#[test]
fn dry_run_of_more_than_a_thousand_shows_them_only_if_it_is_asked() {
    for (count, is_shown) in [(1_000, true), (1_001, false)] {
        let mut world = World::new().running(0).sql(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
             INSERT INTO tasks (id, project_id, title, status, created_at, updated_at)
             SELECT i, project_id, title, status, created_at, updated_at FROM tasks, n"
        ));
        let report = world.dry_run();
        assert_eq!(report.reaps.len(), count);
        assert_eq!(report.zombies.is_some(), is_shown, "{count}");
        let mut world = world.options(|options| options.evidence(true));
        assert_eq!(world.dry_run().zombies.map(|zombies| zombies.len()), Some(count));
    }
}
