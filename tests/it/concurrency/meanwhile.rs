//! What somebody commits after a zombie was found, and before the write lock is had.

use zombie_sweeper::SweepReport;

use super::{JOURNALS, RIVAL, commits_meanwhile, on_disk};
use crate::world::{World, moment, reasons};

/// A silent run `r1` of task `t1`; and what a sweep makes of it when this is committed after it was found to be a
/// zombie, and before the lock is had.
fn swept_after(journal: &str, change: &str) -> (SweepReport, World) {
    let (folder, world) = on_disk(journal);
    let mut world = world
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .workspace("w1")
        .set("task_id", "t1");
    commits_meanwhile(&folder, &mut world, change);
    let report = world.sweep();
    assert!(RIVAL.take().is_none(), "the sweep waited for the lock");
    (report, world)
}

#[test]
fn task_that_finished_meanwhile_has_moved_on() {
    for journal in JOURNALS {
        let (report, world) = swept_after(
            journal,
            "UPDATE tasks SET status = 'done', active_run_id = ''; UPDATE task_runs SET status = 'completed'",
        );
        assert_eq!(
            (report.reaps.len(), report.moved_on, report.transactions),
            (0, 1, 0),
            "{journal}"
        );
        assert_eq!(world.value("tasks.status", "t1"), "done");
        assert_eq!(world.value("task_runs.status", "r1"), "completed");
        assert_eq!(world.value("workspaces.status", "w1"), "leased");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 0);
    }
}

#[test]
fn task_that_is_gone_meanwhile_has_moved_on() {
    for journal in JOURNALS {
        let (report, world) = swept_after(journal, "DELETE FROM task_runs; DELETE FROM tasks");
        assert_eq!((report.reaps.len(), report.moved_on), (0, 1), "{journal}");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 0);
    }
}

#[test]
fn run_that_showed_a_sign_of_life_meanwhile_is_healthy() {
    for journal in JOURNALS {
        let beat = format!("UPDATE task_runs SET last_heartbeat = '{}'", moment("now"));
        let (report, world) = swept_after(journal, &beat);
        assert_eq!(
            (report.reaps.len(), report.healthy, report.moved_on),
            (0, 1, 0),
            "{journal}"
        );
        assert_eq!(world.value("task_runs.status", "r1"), "running");
    }
}

#[test]
fn task_claimed_anew_meanwhile_is_healthy() {
    for journal in JOURNALS {
        let claim = format!(
            "UPDATE task_runs SET status = 'failed';
             INSERT INTO task_runs (id, task_id, started_at) VALUES ('r2', 't1', '{}');
             UPDATE tasks SET active_run_id = 'r2'",
            moment("now")
        );
        let (report, world) = swept_after(journal, &claim);
        assert_eq!((report.reaps.len(), report.healthy), (0, 1), "{journal}");
        assert_eq!(world.value("tasks.active_run_id", "t1"), "r2");
        assert_eq!(world.value("task_runs.status", "r2"), "running");
    }
}

#[test]
fn task_of_which_another_run_started_meanwhile_is_healthy() {
    for journal in JOURNALS {
        let start = format!(
            "INSERT INTO task_runs (id, task_id, started_at) VALUES ('r2', 't1', '{}')",
            moment("now")
        );
        let (report, _) = swept_after(journal, &start);
        assert_eq!((report.reaps.len(), report.healthy), (0, 1), "{journal}");
    }
}

#[test]
fn task_whose_signs_of_life_became_unreadable_meanwhile_is_undecided() {
    for journal in JOURNALS {
        let (report, _) = swept_after(
            journal,
            "UPDATE task_runs SET last_heartbeat = 'soon', started_at = 'soon'",
        );
        assert_eq!((report.reaps.len(), report.undecided.len()), (0, 1), "{journal}");
    }
}

#[test]
fn run_that_failed_meanwhile_is_reaped_for_that() {
    for journal in JOURNALS {
        let (report, world) = swept_after(journal, "UPDATE task_runs SET status = 'failed'");
        assert_eq!(reasons(&report), ["t1: run_failed"], "{journal}");
        assert_eq!(world.value("task_runs.status", "r1"), "failed");
        assert_eq!(world.payload()["run_status"], "failed");
    }
}

#[test]
fn what_is_written_elsewhere_meanwhile_does_not_matter() {
    for journal in JOURNALS {
        let (report, world) = swept_after(journal, "UPDATE projects SET name = 'Renamed'");
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{journal}");
        assert_eq!((report.runs_abandoned, report.workspaces_freed), (1, 1));
        assert_eq!(world.value("workspaces.status", "w1"), "free");
    }
}

#[test]
fn workspace_given_to_another_meanwhile_is_left_alone() {
    for journal in JOURNALS {
        let (report, world) = swept_after(journal, "UPDATE workspaces SET task_id = 'somebody'");
        assert_eq!((report.reaps.len(), report.workspaces_freed), (1, 0), "{journal}");
        assert_eq!(world.value("workspaces.task_id", "w1"), "somebody");
    }
}

#[test]
fn rival_that_rolls_back_changes_nothing() {
    for journal in JOURNALS {
        let (report, _) = swept_after(
            journal,
            "UPDATE tasks SET status = 'done'; ROLLBACK; BEGIN IMMEDIATE",
        );
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{journal}");
    }
}

#[test]
fn task_of_whose_id_another_came_meanwhile_is_undecided() {
    for journal in JOURNALS {
        let (folder, world) = on_disk(journal);
        let mut world = world
            .redeclare("tasks", "id TEXT PRIMARY KEY", "id TEXT")
            .running("twin")
            .run("r1")
            .heartbeat("16m ago");
        let twin = "INSERT INTO tasks SELECT * FROM tasks;
                    INSERT INTO task_runs (id, task_id, started_at) SELECT 'r2', task_id, started_at FROM task_runs";
        commits_meanwhile(&folder, &mut world, twin);
        let report = world.sweep();
        assert!(RIVAL.take().is_none(), "the sweep waited for the lock");
        assert_eq!((report.reaps.len(), report.undecided.len()), (0, 1), "{journal}");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 0);
    }
}

#[test]
fn task_that_another_project_took_over_meanwhile_has_moved_on() {
    let (folder, world) = on_disk("WAL");
    let mut world = world
        .running("t1")
        .project("Other")
        .running("t2")
        .options(|options| options.project("SciDEX"));
    commits_meanwhile(&folder, &mut world, "UPDATE tasks SET project_id = 'p-Other'");
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.moved_on), (0, 1), "{report:?}");
    assert_eq!(world.value("tasks.status", "t1"), "running");
}

/// SQLite gives the row id of a task that is gone to the next one that is made.
#[test]
fn task_that_took_the_row_of_the_one_named_is_left_alone() {
    for journal in JOURNALS {
        let (folder, world) = on_disk(journal);
        let mut world = world
            .running("t1")
            .run("r1")
            .heartbeat("16m ago")
            .options(|options| options.task("t1"));
        let change = "UPDATE tasks SET id = 't2'; UPDATE task_runs SET task_id = 't2'";
        commits_meanwhile(&folder, &mut world, change);
        let report = world.sweep();
        assert_eq!((report.reaps.len(), report.moved_on), (0, 1), "{journal}");
        assert_eq!(world.value("tasks.status", "t2"), "running");
    }
}

#[test]
fn task_that_took_the_row_of_the_one_to_unpark_is_left_alone() {
    for journal in JOURNALS {
        let (folder, world) = on_disk(journal);
        let mut world = ["a", "b"].iter().fold(world, |world, id| {
            world.running(format!("alive-{id}")).run(*id).heartbeat("1m ago")
        });
        world = world
            .running("t1")
            .run("r1")
            .heartbeat("16m ago")
            .options(|options| options.park_after(1.try_into().unwrap()));
        assert_eq!(world.sweep().parked.len(), 1);
        commits_meanwhile(&folder, &mut world, "UPDATE tasks SET id = 't2' WHERE id = 't1'");
        let options = zombie_sweeper::SweepOptions::at(crate::world::NOW);
        let error = zombie_sweeper::unpark_task(&mut world.conn, &options, "t1").unwrap_err();
        assert!(RIVAL.take().is_none(), "it waited for the lock");
        let said = zombie_sweeper::in_full(&error);
        assert!(said.contains("somebody has changed it just now"), "{said}");
        assert_eq!(world.value("tasks.status", "t2"), "blocked");
    }
}
