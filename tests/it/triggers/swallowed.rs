//! They may swallow a write without a word, or undo it behind our back. Half a reap is none.

use super::{one_zombie, twenty_zombies};

/// The seventeenth is as it was, the others are reaped, and the report says so.
fn is_undone_alone(trigger: &str) {
    let mut world = twenty_zombies().sql(trigger);
    let before = world.dump();
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 19, "{trigger}");
    let [failed] = report.failed.as_slice() else {
        panic!("{trigger}: {report:?}");
    };
    assert_eq!(failed.task_id, "t17", "{trigger}");
    assert!(failed.why.contains("a trigger of the queue"), "{failed:?}");
    let after = world.dump();
    for (table, key) in [("tasks", "t17"), ("task_runs", "r17"), ("workspaces", "w17")] {
        assert_eq!(after[table][key], before[table][key], "{trigger}");
    }
    let events = "SELECT count(*) FROM task_events WHERE task_id = 't17'";
    assert_eq!(world.query(events), 0, "{trigger}");
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 19, "{trigger}");
}

#[test]
fn whatever_is_swallowed_or_undone_undoes_that_reap() {
    for trigger in [
        "BEFORE INSERT ON task_events WHEN NEW.task_id = 't17' BEGIN SELECT RAISE(IGNORE); END",
        "AFTER INSERT ON task_events WHEN NEW.task_id = 't17'
         BEGIN DELETE FROM task_events WHERE id = NEW.id; END",
        "BEFORE UPDATE ON tasks WHEN NEW.id = 't17' BEGIN SELECT RAISE(IGNORE); END",
        "AFTER UPDATE ON tasks WHEN NEW.id = 't17' AND NEW.status = 'open'
         BEGIN UPDATE tasks SET status = 'running' WHERE id = NEW.id; END",
        "AFTER UPDATE ON tasks WHEN NEW.id = 't17' AND NEW.assigned_slot = ''
         BEGIN UPDATE tasks SET assigned_slot = OLD.assigned_slot WHERE id = NEW.id; END",
        "AFTER UPDATE ON tasks WHEN NEW.id = 't17' AND NEW.active_run_id = ''
         BEGIN UPDATE tasks SET active_run_id = OLD.active_run_id WHERE id = NEW.id; END",
        "BEFORE UPDATE ON task_runs WHEN NEW.id = 'r17' BEGIN SELECT RAISE(IGNORE); END",
        "AFTER UPDATE ON task_runs WHEN NEW.id = 'r17' AND NEW.status = 'abandoned'
         BEGIN UPDATE task_runs SET status = 'running' WHERE id = NEW.id; END",
        "BEFORE UPDATE ON workspaces WHEN NEW.id = 'w17' BEGIN SELECT RAISE(IGNORE); END",
        "AFTER UPDATE ON workspaces WHEN NEW.id = 'w17' AND NEW.status = 'free'
         BEGIN UPDATE workspaces SET task_id = OLD.task_id, run_id = OLD.run_id WHERE id = NEW.id; END",
    ] {
        is_undone_alone(&format!("CREATE TRIGGER swallow {trigger}"));
    }
}

#[test]
fn sweep_that_is_left_with_nothing_commits_nothing() {
    let mut world =
        one_zombie().sql("CREATE TRIGGER swallow BEFORE UPDATE ON tasks BEGIN SELECT RAISE(IGNORE); END");
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.failed.len(), report.transactions), (1, 0));
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
