//! Signs of life: what cannot be read proves no silence, and every column of a role counts.

use zombie_sweeper::SweepReport;

use crate::world::{NULL, World, moment, reasons};

fn silent() -> World {
    World::new().running("t1").run("r1").heartbeat("16m ago")
}

fn stands_in_the_way(mut world: World, said: &str) -> SweepReport {
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.undecided.len()), (0, 1), "{said}");
    let why = &report.undecided[0].why;
    assert!(why.contains(said), "{said}: {why}");
    assert_eq!(world.dump(), before, "{said}");
    report
}

#[test]
fn unreadable_value_beside_readable_old_ones_is_undecided_and_named() {
    for value in [
        "soon",
        "2026-04-11",
        "20260411",
        "0.5",
        "Sat Apr 11 03:17:00 2026",
    ] {
        for (table, column) in [
            ("task_runs", "last_heartbeat"),
            ("task_runs", "started_at"),
            ("tasks", "last_heartbeat"),
        ] {
            let world = silent().sql(&format!("UPDATE {table} SET {column} = '{value}'"));
            let report = stands_in_the_way(world, &format!("{table}.{column} is \"{value}\""));
            assert!(report.undecided[0].why.starts_with("run r1: "), "{report:?}");
            let warned = |warning: &String| warning.starts_with(&format!("{table}.{column}: 1 not readable"));
            assert!(report.warnings.iter().any(warned), "{report:?}");
        }
    }
}

#[test]
fn every_sign_of_a_claim_is_asked() {
    for column in ["last_heartbeat", "started_at", "updated_at"] {
        let world = World::new()
            .running("t1")
            .sql(&format!("UPDATE tasks SET {column} = 'soon'"));
        stands_in_the_way(world, &format!("tasks.{column} is \"soon\""));
    }
}

#[test]
fn sign_ahead_by_more_than_the_threshold_is_no_sign() {
    for (when, healthy, undecided) in [("in 15m", 1, 0), ("in 20m", 0, 1), ("in 30d", 0, 1)] {
        let report = World::new().running("t1").run("r1").heartbeat(when).sweep();
        let found = (report.healthy, report.undecided.len());
        assert_eq!(found, (healthy, undecided), "{when}");
        let named = |warning: &String| warning.starts_with("task_runs.last_heartbeat: 1 more than a minute");
        assert!(report.warnings.iter().any(named), "{report:?}");
    }
}

#[test]
fn fresh_sign_makes_up_for_an_unreadable_one() {
    for world in [
        silent().started("1m ago").set("last_heartbeat", "soon"),
        silent().heartbeat("1m ago").set("started_at", "soon"),
        silent().sql(&format!(
            "UPDATE tasks SET last_heartbeat = '{}'; UPDATE task_runs SET last_heartbeat = 'soon'",
            moment("1m ago")
        )),
    ] {
        let mut world = world;
        assert_eq!(world.sweep().healthy, 1);
    }
}

#[test]
fn what_nobody_asks_for_stands_in_no_way() {
    for change in [
        "UPDATE tasks SET started_at = 'soon', updated_at = 'soon'",
        "UPDATE tasks SET completed_at = 'soon', created_at = 'soon', next_eligible_at = 'soon'",
        "UPDATE task_runs SET completed_at = 'soon'",
        "UPDATE tasks SET lease_expires_at = 'soon'",
    ] {
        let mut world = silent().sql(change);
        assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"], "{change}");
    }
    let mut world = silent().status("failed").set("last_heartbeat", "soon");
    assert_eq!(reasons(&world.sweep()), ["t1: run_failed"]);
}

#[test]
fn zero_times_are_no_value_beside_old_ones() {
    for zero in ["", "0", "0001-01-01T00:00:00Z", "1970-01-01 00:00:00", "-1"] {
        let mut world = silent().sql(&format!("UPDATE tasks SET last_heartbeat = '{zero}'"));
        let report = world.sweep();
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{zero}");
        assert!(report.warnings.is_empty(), "{report:?}");
    }
}

/// A silent task, or a claim, with a second column for a role; what stands in it.
fn with_second(table: &str, column: &str, value: &str) -> World {
    let story = World::new().add_column(table, column).running("t1");
    let story = if table == "task_runs" {
        story.run("r1").heartbeat("16m ago")
    } else {
        story.updated("16m ago")
    };
    story.set(column, value)
}

#[test]
fn every_column_of_a_role_counts() {
    for (table, column) in [
        ("task_runs", "heartbeat_at"),
        ("task_runs", "last_seen"),
        ("task_runs", "claimed_at"),
        ("task_runs", "locked_at"),
        ("tasks", "heartbeat"),
        ("tasks", "last_ping_at"),
        ("tasks", "claimed_at"),
        ("tasks", "leased_at"),
    ] {
        let swept = |value: &str| with_second(table, column, value).sweep();
        assert_eq!(swept(&moment("1m ago")).healthy, 1, "{table}.{column}");
        assert_eq!(swept(&moment("17m ago")).reaps.len(), 1, "{table}.{column}");
        let report = swept("soon");
        assert_eq!(report.undecided.len(), 1, "{table}.{column}: {report:?}");
        let named = format!("{table}.{column} is \"soon\"");
        assert!(report.undecided[0].why.contains(&named), "{report:?}");
    }
}

#[test]
fn heartbeat_that_the_task_keeps_counts_for_its_active_run() {
    let mut world = silent()
        .add_column("tasks", "heartbeat_at")
        .sql(&format!("UPDATE tasks SET heartbeat_at = '{}'", moment("1m ago")));
    assert_eq!(world.sweep().healthy, 1);
}

#[test]
fn creation_stands_in_for_a_start_only_where_no_run_column_has_one() {
    let story = |started: &str| {
        World::new()
            .add_column("task_runs", "created_at")
            .running("t1")
            .run("r1")
            .set("started_at", started)
            .set("created_at", moment("1m ago"))
    };
    assert_eq!(story("").sweep().healthy, 1);
    assert_eq!(
        reasons(&story(&moment("16m ago")).sweep()),
        ["t1: stale_heartbeat"]
    );
}

#[test]
fn newest_of_several_ends_tells_whether_a_run_has_settled() {
    let story = |finished: &str| {
        World::new()
            .add_column("task_runs", "finished_at")
            .running("t1")
            .run("r1")
            .status("completed")
            .ended("1h ago")
            .set("finished_at", moment(finished))
            .options(|options| {
                options.policy(zombie_sweeper::Policy {
                    settle: std::time::Duration::from_secs(60),
                    ..zombie_sweeper::Policy::default()
                })
            })
    };
    assert_eq!(story("59s ago").sweep().healthy, 1);
    assert_eq!(reasons(&story("61s ago").sweep()), ["t1: run_completed"]);
}

#[test]
fn several_columns_of_updates_are_all_written() {
    let mut world = World::new()
        .add_column("tasks", "changed_at")
        .running("t1")
        .set("changed_at", moment("1h ago"))
        .profile("tasks.columns.updated = ['updated_at', 'changed_at']");
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(world.value("tasks.updated_at", "t1"), moment("now"));
    assert_eq!(world.value("tasks.changed_at", "t1"), moment("now"));
    assert_eq!(world.value("tasks.completed_at", "t1"), NULL);
}
