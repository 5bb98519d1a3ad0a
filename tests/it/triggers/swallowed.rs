//! They may swallow a write without a word.

use zombie_sweeper::SweepError;

use super::{one_zombie, twenty_zombies};

#[test]
fn reap_whose_event_is_swallowed_is_no_reap() {
    let mut world = twenty_zombies().sql(
        "CREATE TRIGGER swallow BEFORE INSERT ON task_events WHEN NEW.task_id = 't17'
         BEGIN SELECT RAISE(IGNORE); END",
    );
    let before = world.dump();
    let error = world.try_sweep().unwrap_err();
    assert!(
        matches!(&error, SweepError::Swallowed { task_id } if task_id == "t17"),
        "{error:?}"
    );
    assert_eq!(world.dump(), before);
}

#[test]
fn task_whose_reset_is_swallowed_counts_as_moved_on() {
    let mut world = twenty_zombies().sql(
        "CREATE TRIGGER swallow BEFORE UPDATE ON tasks WHEN NEW.id = 't17' BEGIN SELECT RAISE(IGNORE); END",
    );
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.moved_on), (19, 1));
    assert_eq!(world.value("tasks.status", "t17"), "running");
    assert_eq!(world.value("task_runs.status", "r17"), "running");
    assert_eq!(world.value("workspaces.status", "w17"), "leased");
    assert_eq!(
        world.query("SELECT count(*) FROM task_events WHERE task_id = 't17'"),
        0
    );
}

#[test]
fn sweep_that_is_left_with_nothing_commits_nothing() {
    let mut world =
        one_zombie().sql("CREATE TRIGGER swallow BEFORE UPDATE ON tasks BEGIN SELECT RAISE(IGNORE); END");
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.moved_on, report.transactions), (1, 0));
    assert_eq!(world.dump(), before);
}

#[test]
fn reap_that_leaves_a_run_unfinished_is_no_reap() {
    let mut world = twenty_zombies().sql(
        "CREATE TRIGGER swallow BEFORE UPDATE ON task_runs WHEN NEW.id = 'r17' BEGIN SELECT RAISE(IGNORE); END",
    );
    let before = world.dump();
    let error = world.try_sweep().unwrap_err();
    assert!(
        matches!(&error, SweepError::Swallowed { task_id } if task_id == "t17"),
        "{error:?}"
    );
    assert_eq!(world.dump(), before);
}

#[test]
fn run_that_a_trigger_has_ended_itself_is_no_error() {
    let mut world = one_zombie().sql(
        "CREATE TRIGGER finish AFTER UPDATE OF status ON tasks BEGIN
             UPDATE task_runs SET status = 'aborted' WHERE task_id = NEW.id; END",
    );
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.runs_abandoned), (1, 0));
}
