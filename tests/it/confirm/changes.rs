//! What counts as a change.

use super::{A_MINUTE_LATER, confirmed, queue, with_change};
use crate::world::{World, moment, reasons};

/// A silent run `r1` of task `t1`, and a silent claim `t2`.
fn silent(world: World) -> World {
    world
        .running("t1")
        .lease("90m ago")
        .run("r1")
        .heartbeat("1h ago")
        .other_run("r0")
        .heartbeat("1h ago")
        .running("t2")
}

fn swept_after(change: &str) -> (zombie_sweeper::SweepReport, World) {
    let (folder, world) = queue();
    let (_, mut world) = with_change(&folder, confirmed(silent(world)), change, A_MINUTE_LATER);
    let report = world.sweep();
    (report, world)
}

#[test]
fn nothing_changed_and_both_are_reaped() {
    for change in [
        "UPDATE projects SET name = 'Renamed'",
        "UPDATE tasks SET title = 'another', priority = 99",
        "UPDATE task_runs SET error = 'none'",
        "INSERT INTO task_runs (id, task_id, started_at) VALUES ('x', 'elsewhere', '')",
    ] {
        let (report, world) = swept_after(change);
        assert_eq!(
            reasons(&report),
            ["t1: stale_heartbeat", "t2: no_active_run"],
            "{change}"
        );
        assert_eq!((report.runs_abandoned, report.healthy), (2, 0), "{change}");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 2);
    }
}

#[test]
fn change_of_a_sign_lease_status_or_pointer_saves_the_run() {
    for change in [
        // Whatever it says: a clock that is off, a zone that is another.
        &*format!(
            "UPDATE task_runs SET last_heartbeat = '{}' WHERE id = 'r1'",
            moment("50m ago")
        ),
        &format!(
            "UPDATE task_runs SET last_heartbeat = '{}' WHERE id = 'r1'",
            moment("2h ago")
        ),
        &format!(
            "UPDATE task_runs SET last_heartbeat = '{}' WHERE id = 'r1'",
            moment("now")
        ),
        "UPDATE task_runs SET last_heartbeat = 'beep' WHERE id = 'r1'",
        &format!(
            "UPDATE task_runs SET last_heartbeat = '{}' WHERE id = 'r0'",
            moment("50m ago")
        ),
        &format!(
            "UPDATE task_runs SET started_at = '{}' WHERE id = 'r1'",
            moment("55m ago")
        ),
        "UPDATE task_runs SET status = 'paused' WHERE id = 'r1'",
        "UPDATE task_runs SET status = 'failed' WHERE id = 'r1'",
        "UPDATE task_runs SET completed_at = started_at WHERE id = 'r1'",
        &format!(
            "UPDATE tasks SET last_heartbeat = '{}' WHERE id = 't1'",
            moment("50m ago")
        ),
        &format!(
            "UPDATE tasks SET lease_expires_at = '{}' WHERE id = 't1'",
            moment("80m ago")
        ),
        "UPDATE tasks SET active_run_id = 'r0' WHERE id = 't1'",
        "UPDATE tasks SET updated_at = started_at || ' ' WHERE id = 't1'",
        "UPDATE tasks SET status = 'done' WHERE id = 't1'",
        "DELETE FROM tasks WHERE id = 't1'",
    ] {
        let (report, world) = swept_after(change);
        assert_eq!(reasons(&report), ["t2: no_active_run"], "{change}: {report:?}");
        assert_eq!(
            world.query("SELECT count(*) FROM task_events WHERE task_id = 't1'"),
            0,
            "{change}"
        );
        let open = "SELECT count(*) FROM tasks WHERE id = 't1' AND status = 'open'";
        assert_eq!(world.query(open), 0, "{change}");
        assert_eq!(
            world.query("SELECT count(*) FROM task_runs WHERE status = 'abandoned'"),
            0
        );
    }
}

#[test]
fn change_of_a_claim_saves_it() {
    for change in [
        "UPDATE tasks SET updated_at = datetime(updated_at, '-1 second')",
        "UPDATE tasks SET started_at = datetime(started_at, '+1 second')",
        "UPDATE tasks SET last_heartbeat = started_at",
        "UPDATE tasks SET active_run_id = 'gone'",
        "INSERT INTO task_runs (id, task_id, started_at) VALUES ('r2', 't2', '')",
    ] {
        let change = if change.starts_with("UPDATE") {
            format!("{change} WHERE id = 't2'")
        } else {
            change.to_owned()
        };
        let (report, _) = swept_after(&change);
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{change}: {report:?}");
    }
}

#[test]
fn run_that_began_meanwhile_saves_the_task() {
    for started in [moment("now"), String::new(), moment("20m ago")] {
        let start =
            format!("INSERT INTO task_runs (id, task_id, started_at) VALUES ('r2', 't1', '{started}')");
        let (report, _) = swept_after(&start);
        assert_eq!(reasons(&report), ["t2: no_active_run"], "{started:?}");
    }
}
