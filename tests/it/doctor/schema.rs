//! The schema, the words and the indexes.

use zombie_sweeper::Profile;

use crate::world::{World, codes, seen};

const NAMED_ODDLY: &str = "[tasks.columns]\nheartbeat = []\nstarted = []\nupdated = []\nlease = []\n[runs.columns]\nheartbeat = []\n\
                           started = []\ncreated = []\nlease = []\n";

#[test]
fn schema_that_does_not_fit_is_a_finding() {
    let world = World::foreign("CREATE TABLE notes (id INTEGER PRIMARY KEY, text)");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["error schema_misfit"]);
    assert!(seen(&diagnosis, "schema_misfit").contains("tasks"));
    assert!(!diagnosis.can_be_tried());
}

#[test]
fn database_without_a_table_is_a_finding() {
    let world = World::foreign("PRAGMA user_version = 1");
    assert_eq!(codes(&world.doctor()), ["error schema_misfit"]);
}

#[test]
fn nothing_that_shows_life() {
    let world = World::healthy().profile(NAMED_ODDLY);
    assert!(codes(&world.doctor()).contains(&"warning no_sign_of_life".to_owned()));
}

#[test]
fn starts_alone() {
    let profile = "[tasks.columns]\nheartbeat = []\nlease = []\n[runs.columns]\nheartbeat = []\nlease = []\n";
    let world = World::healthy().profile(profile);
    assert!(codes(&world.doctor()).contains(&"warning starts_alone".to_owned()));
}

/// Each with the statement that makes it.
#[test]
fn indexes_that_a_large_table_lacks() {
    let world = World::healthy()
        .sql("DROP INDEX idx_tasks_status; DROP INDEX idx_task_runs_task")
        .sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10010)
             INSERT INTO tasks (id, project_id, title, status, created_at, updated_at)
             SELECT 'old-' || i, 'p-SciDEX', '', 'done', '2026-04-01T00:00:00Z', '2026-04-01T00:00:00Z' FROM n;
             INSERT INTO task_runs (id, task_id, status, started_at, completed_at)
             SELECT 'r-' || id, id, 'completed', created_at, created_at FROM tasks WHERE id LIKE 'old-%'",
        );
    let diagnosis = world.doctor();
    assert_eq!(
        codes(&diagnosis),
        ["warning missing_index", "warning missing_index"]
    );
    for finding in &diagnosis.findings {
        world.conn.execute_batch(finding.sql.as_ref().unwrap()).unwrap();
    }
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

#[test]
fn index_that_many_workspaces_lack() {
    let world = World::healthy().sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10010)
         INSERT INTO workspaces (id, path) SELECT 'free-' || i, '' FROM n",
    );
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["warning missing_index"]);
    assert_eq!(
        diagnosis.findings[0].sql.as_deref(),
        Some("CREATE INDEX workspaces_task_id ON workspaces(task_id)")
    );
}

/// What has its name already may be of another table, or lead elsewhere.
#[test]
fn index_whose_name_is_taken() {
    let world = World::healthy().sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10010)
         INSERT INTO workspaces (id, path) SELECT 'free-' || i, '' FROM n;
         CREATE INDEX Workspaces_Task_Id ON workspaces(path); CREATE TABLE workspaces_task_id_2 (n)",
    );
    let finding = world.doctor().findings.remove(0);
    world.conn.execute_batch(finding.sql.as_ref().unwrap()).unwrap();
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

#[test]
fn word_that_no_task_has() {
    let world = World::healthy().sql("UPDATE tasks SET status = 'waiting' WHERE status = 'open'");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["notice word_of_no_task"]);
    assert!(seen(&diagnosis, "word_of_no_task").contains("\"open\""));
}

#[test]
fn status_of_runs_that_is_not_known() {
    let world = World::healthy().sql("UPDATE task_runs SET status = 'done' WHERE id = 'r4'");
    assert_eq!(codes(&world.doctor()), ["warning unknown_run_status"]);
}

#[test]
fn column_that_is_called_like_a_heartbeat() {
    let world = World::healthy().add_column("task_runs", "pinged_by_worker TEXT");
    assert_eq!(codes(&world.doctor()), ["warning look_alike"]);
}

/// By what stands there, whatever it is called.
#[test]
fn column_that_is_fresher_than_a_silence() {
    let world = World::healthy()
        .add_column("task_runs", "progress TEXT")
        .running("t5")
        .set("assigned_slot", "slot-5")
        .set("workspace_path", "/trees/5")
        .run("r5")
        .heartbeat("16m ago")
        .set("progress", crate::world::moment("1m ago"));
    let diagnosis = world.doctor();
    assert!(
        seen(&diagnosis, "look_alike").starts_with("task_runs.progress"),
        "{diagnosis:?}"
    );
}

/// The name of the profile that was taken is for whoever chose it to say.
#[test]
fn profile_in_force_is_named() {
    let world = World::healthy().options(|options| options.profile(Profile::default().called("ours")));
    assert_eq!(world.doctor().profile, "ours");
}
