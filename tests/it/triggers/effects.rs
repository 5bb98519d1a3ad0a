//! They see every write, and may write themselves.

use zombie_sweeper::rusqlite::config::DbConfig;

use super::one_zombie;
use crate::world::reasons;

#[test]
fn trigger_that_keeps_a_log() {
    let mut world = one_zombie().sql(
        "CREATE TABLE audit (line);
         CREATE TRIGGER a AFTER UPDATE ON tasks
         BEGIN INSERT INTO audit VALUES (OLD.status || ' > ' || NEW.status); END;
         CREATE TRIGGER b AFTER UPDATE OF status ON task_runs BEGIN INSERT INTO audit VALUES (NEW.status); END;
         CREATE TRIGGER c AFTER UPDATE ON workspaces BEGIN INSERT INTO audit VALUES (NEW.status); END;
         CREATE TRIGGER d AFTER INSERT ON task_events BEGIN INSERT INTO audit VALUES (NEW.event_type); END",
    );
    let report = world.sweep();
    assert_eq!(
        (report.reaps.len(), report.runs_abandoned, report.workspaces_freed),
        (1, 1, 1)
    );
    assert_eq!(
        world.query("SELECT group_concat(line, ', ' ORDER BY rowid) FROM audit"),
        "running > open, abandoned, free, zombie_reaped"
    );
}

#[test]
fn trigger_that_touches_the_same_row_again() {
    let mut world = one_zombie().sql(
        "CREATE TRIGGER touch AFTER UPDATE OF status ON tasks
         BEGIN UPDATE tasks SET updated_at = 'touched' WHERE id = NEW.id; END",
    );
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(world.value("tasks.updated_at", "t1"), "touched");
}

#[test]
fn trigger_that_abandons_the_runs_itself() {
    let mut world = one_zombie().sql(
        "CREATE TRIGGER cascade AFTER UPDATE OF status ON tasks WHEN NEW.status = 'open'
         BEGIN UPDATE task_runs SET status = 'aborted' WHERE task_id = NEW.id AND status = 'running'; END",
    );
    assert_eq!(world.sweep().runs_abandoned, 0);
    assert_eq!(world.value("task_runs.status", "r1"), "aborted");
    assert_eq!(world.payload()["released"]["runs"], serde_json::json!([]));
}

const DOUBLE_QUOTED: &str = "
    CREATE TABLE audit (line);
    CREATE TRIGGER theirs AFTER UPDATE OF status ON tasks WHEN OLD.status = \"running\"
    BEGIN INSERT INTO audit VALUES (\"it was reaped\"); END";

#[test]
fn trigger_with_double_quoted_texts() {
    let mut world = one_zombie().sql(DOUBLE_QUOTED);
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);
    assert_eq!(world.query("SELECT line FROM audit"), "it was reaped");
}

#[test]
fn connection_that_takes_no_double_quoted_texts_sweeps_as_well() {
    let mut world = one_zombie();
    world
        .conn
        .set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)
        .unwrap();
    assert_eq!(reasons(&world.sweep()), ["t1: stale_heartbeat"]);

    let mut world = one_zombie().sql(DOUBLE_QUOTED);
    world
        .conn
        .set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)
        .unwrap();
    let said = world.refused();
    assert!(said.contains("no such column"), "{said}");
}

#[test]
fn task_that_a_trigger_finishes_has_moved_on() {
    for change in ["status = 'done'", "active_run_id = 'another'"] {
        let mut world = one_zombie()
            .running("t2")
            .run("r2")
            .heartbeat("16m ago")
            .sql(&format!(
                "CREATE TRIGGER finish AFTER UPDATE OF status ON tasks WHEN NEW.id = 't1'
                 BEGIN UPDATE tasks SET {change} WHERE id = 't2'; END"
            ));
        let report = world.sweep();
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{change}");
        assert_eq!(report.moved_on, 1);
        assert_eq!(world.value("task_runs.status", "r2"), "running");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 1);
    }
}

#[test]
fn workspace_that_a_trigger_gives_away_is_left_alone() {
    let mut world = one_zombie().sql(
        "CREATE TRIGGER give AFTER UPDATE OF status ON tasks
         BEGIN UPDATE workspaces SET task_id = 'somebody' WHERE task_id = NEW.id; END",
    );
    assert_eq!(world.sweep().workspaces_freed, 0);
    assert_eq!(world.value("workspaces.task_id", "w1"), "somebody");
    assert_eq!(world.value("workspaces.status", "w1"), "leased");
    assert_eq!(world.payload()["released"]["workspaces"], 0);
}
