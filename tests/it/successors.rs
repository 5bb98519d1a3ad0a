//! Another run of the task that shows no life, or none that can be read: it may have come after the active one.

use crate::world::{World, moment, reasons};

fn is_undecided_for(mut world: World, run: &str) {
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.undecided.len()), (0, 1), "{report:?}");
    let why = &report.undecided[0].why;
    assert!(why.contains(&format!("run {run}")), "{why}");
    assert_eq!(world.dump(), before);
}

/// A run that its worker has not begun yet.
fn with_mute(world: World, id: &str) -> World {
    world.other_run(id).set("started_at", "")
}

fn silent(world: World) -> World {
    world.run("r1").heartbeat("16m ago")
}

#[test]
fn mute_run_made_after_the_active_one_may_be_its_successor() {
    is_undecided_for(with_mute(silent(World::new().running("t1")), "r2"), "r2");
    let starting = with_mute(silent(World::new().running("t1")), "r2").status("starting");
    is_undecided_for(starting, "r2");
    let beside_a_finished_one = with_mute(
        World::new()
            .running("t1")
            .run("r1")
            .status("failed")
            .ended("1h ago"),
        "r2",
    );
    is_undecided_for(beside_a_finished_one, "r2");
}

#[test]
fn unreadable_run_made_after_the_active_one_may_be_its_successor() {
    let world = silent(World::new().running("t1"))
        .other_run("r2")
        .started("1h ago")
        .set("last_heartbeat", "soon");
    is_undecided_for(world, "r2");
}

#[test]
fn old_run_without_times_does_not_keep_a_recurring_task() {
    for index in ["", "DROP INDEX idx_task_runs_task"] {
        let old = with_mute(World::new().running("t1").recurring(), "r0");
        let mut world = silent(old).sql(index);
        assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"], "{index}");
        assert_eq!(world.value("task_runs.status", "r0"), "abandoned");
    }
    // A word that nobody told us keeps its run for ever, and its task not.
    let old = with_mute(World::new().running("t1").recurring(), "r0").status("queued");
    let mut world = silent(old);
    assert_eq!(world.sweep().reaps.len(), 1);
    for n in 2..4 {
        world = world
            .sql(&format!(
                "UPDATE tasks SET status = 'running', active_run_id = 'r{n}';
                 INSERT INTO task_runs (id, task_id, started_at) VALUES ('r{n}', 't1', '{}')",
                moment("20m ago")
            ))
            .options(|options| options.batch_size(std::num::NonZeroUsize::MIN));
        assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"], "{n}");
    }
    assert_eq!(world.value("task_runs.status", "r0"), "queued");
}

#[test]
fn start_tells_better_than_the_order_of_rows() {
    for (started, is_reaped) in [("3h ago", true), ("1h ago", false)] {
        let mut world = silent(World::new().running("t1"))
            .other_run("r2")
            .started(started)
            .set("last_heartbeat", "soon");
        assert_eq!(world.sweep().reaps.len(), usize::from(is_reaped), "{started}");
    }
}

#[test]
fn creation_is_compared_with_creation() {
    for (created, is_reaped) in [("4h ago", true), ("2h ago", false)] {
        let mut world = World::new()
            .add_column("task_runs", "created_at TEXT")
            .running("t1")
            .run("r1")
            .set("created_at", moment("3h ago"))
            .started("1h ago")
            .other_run("r2")
            .set("created_at", moment(created))
            .set("started_at", "soon");
        assert_eq!(world.sweep().reaps.len(), usize::from(is_reaped), "{created}");
    }
}

#[test]
fn where_rows_have_no_order_a_mute_run_may_always_be_the_successor() {
    let world = silent(with_mute(World::new().running("t1"), "r0")).option("task_runs", "WITHOUT ROWID");
    is_undecided_for(world, "r0");
}

#[test]
fn claim_may_have_begun_with_the_mute_run_made_last() {
    for index in ["", "DROP INDEX idx_task_runs_task"] {
        let claim = || World::new().running("t1").sql(index);
        is_undecided_for(with_mute(claim(), "r1"), "r1");
        is_undecided_for(with_mute(claim().names_run("gone"), "r1"), "r1");
        let mut world = with_mute(claim(), "r1").other_run("r2").status("completed");
        assert_eq!(reasons(&world.sweep()), ["t1: no_active_run"], "{index}");
        assert_eq!(world.value("task_runs.status", "r1"), "abandoned");
    }
}

#[test]
fn runs_of_other_tasks_have_no_say() {
    let mut world = with_mute(silent(World::new().running("t1")).task("t2"), "r2");
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(world.value("task_runs.status", "r2"), "running");
}
