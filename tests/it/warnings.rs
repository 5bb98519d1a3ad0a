//! What a sweep tells its operator unasked: of the rows that it reads anyway, and nothing of a queue that is well.

use zombie_sweeper::SweepReport;

use crate::world::{World, moment};

fn warns(report: &SweepReport, start: &str) {
    let found = report.warnings.iter().any(|warning| warning.starts_with(start));
    assert!(found, "{start}: {report:?}");
}

fn warns_of_nothing(report: &SweepReport) {
    assert!(report.warnings.is_empty(), "{report:?}");
}

/// Three tasks at work, each in its own way, one that is claimed, and what others have become.
fn healthy() -> World {
    World::new()
        .running("beating")
        .other_run("past")
        .status("failed")
        .ended("3h ago")
        .run("r1")
        .heartbeat("1m ago")
        .running("begun")
        .run("r2")
        .started("1m ago")
        .running("leased")
        .lease("in 1h")
        .running("claimed")
        .started("1m ago")
        .task("done")
        .status("done")
        .run("r3")
        .status("completed")
        .ended("1h ago")
}

#[test]
fn none_where_all_is_well() {
    for change in [
        "",
        "DROP INDEX idx_task_runs_task; DROP INDEX idx_tasks_status",
        "ALTER TABLE task_runs ADD COLUMN keepalive; ALTER TABLE tasks ADD COLUMN last_active",
    ] {
        let mut world = healthy().sql(change);
        let report = world.sweep();
        assert_eq!((report.healthy, report.reaps.len()), (4, 0), "{change}");
        warns_of_nothing(&report);
        warns_of_nothing(&world.dry_run());
    }
}

#[test]
fn none_of_what_is_plainly_dead_either() {
    let mut world = healthy()
        .running("silent")
        .run("r4")
        .heartbeat("16m ago")
        .running("ended")
        .run("r5")
        .status("failed")
        .running("dropped");
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 3);
    warns_of_nothing(&report);
}

#[test]
fn unknown_word_of_a_run_that_was_read() {
    let report = healthy()
        .running("t1")
        .run("r4")
        .status("paused")
        .heartbeat("1m ago")
        .sweep();
    warns(
        &report,
        "unknown run status \"paused\" in 1 of the runs looked at, such as \"r4\"",
    );
    assert_eq!(report.warnings.len(), 1);
}

#[test]
fn word_is_counted_once_for_each_run_however_it_is_found() {
    for index in ["", "DROP INDEX idx_task_runs_task"] {
        let report = World::new()
            .running("t1")
            .other_run("r1")
            .status("paused")
            .run("r2")
            .status("paused")
            .heartbeat("16m ago")
            .sql(index)
            .sweep();
        warns(
            &report,
            "unknown run status \"paused\" in 2 of the runs looked at",
        );
    }
}

#[test]
fn claims_that_live_by_their_update_alone() {
    let report = healthy()
        .running("t1")
        .set("started_at", "")
        .updated("1m ago")
        .running("t2")
        .set("started_at", "")
        .updated("1m ago")
        .sweep();
    warns(
        &report,
        "claims without a run that show nothing but when they were last updated: 2, such as task \"t1\"",
    );
    assert_eq!((report.healthy, report.warnings.len()), (6, 1));
}

#[test]
fn silence_in_a_queue_without_heartbeats_or_leases() {
    let no_heartbeat = "no heartbeat and no lease was found in this queue";
    let claim = || World::new().running("t1");
    warns(&claim().sweep(), no_heartbeat);
    warns(&claim().dry_run(), no_heartbeat);
    warns(&claim().run("r1").sweep(), no_heartbeat);
    warns_of_nothing(&claim().run("r1").status("failed").sweep());
    warns_of_nothing(&claim().lease("1m ago").sweep());
    // Somebody else's heartbeat shows that the queue has them.
    warns_of_nothing(&claim().running("t2").run("r2").heartbeat("1m ago").sweep());
}

#[test]
fn column_that_is_called_like_a_heartbeat_and_plays_no_role() {
    for (table, column) in [
        ("task_runs", "keepalive"),
        ("task_runs", "worker_ping"),
        ("task_runs", "WorkerHeartbeatTime"),
        ("tasks", "last_active"),
        ("tasks", "checked_in_on"),
    ] {
        let mut world = World::new()
            .add_column(table, column)
            .running("t1")
            .run("r1")
            .heartbeat("16m ago");
        let report = world.sweep();
        warns(
            &report,
            &format!("{table}.{column} is called like a heartbeat, but plays no role"),
        );
        assert_eq!(report.warnings.len(), 1, "{report:?}");
    }
    for column in ["shipping", "upbeat", "mapping_id", "note"] {
        let mut world = World::new()
            .add_column("task_runs", column)
            .running("t1")
            .run("r1")
            .heartbeat("16m ago");
        warns_of_nothing(&world.sweep());
    }
}

#[test]
fn column_that_is_fresher_than_every_known_sign_of_a_zombie() {
    let story = |value: &str| {
        World::new()
            .add_column("task_runs", "touched")
            .running("t1")
            .run("r1")
            .heartbeat("16m ago")
            .set("touched", value)
            .sweep()
    };
    let report = story(&moment("1m ago"));
    warns(
        &report,
        "task_runs.touched is fresher than every sign of life of a zombie",
    );
    for value in [
        moment("17m ago"),
        moment("in 1h"),
        "soon".to_owned(),
        String::new(),
    ] {
        warns_of_nothing(&story(&value));
    }
    let of_the_task = World::new()
        .add_column("tasks", "progress")
        .running("t1")
        .set("progress", 1_775_877_420)
        .run("r1")
        .heartbeat("16m ago")
        .sweep();
    warns(&of_the_task, "tasks.progress is fresher");
}

#[test]
fn columns_that_could_be_heartbeats_are_of_no_concern_where_no_silence_is_at_stake() {
    let mut world = World::new()
        .add_column("task_runs", "keepalive")
        .running("t1")
        .run("r1")
        .status("failed");
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 1);
    warns_of_nothing(&report);
}

#[test]
fn clocks_that_disagree() {
    let report = World::new().running("t1").run("r1").heartbeat("in 2m").sweep();
    warns(
        &report,
        "task_runs.last_heartbeat: 1 more than a minute in the future",
    );
    // A lease is meant to be ahead.
    warns_of_nothing(&World::new().running("t1").lease("in 2h").sweep());
}
