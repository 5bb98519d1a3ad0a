//! Columns that are declared without a type: numbers and texts of the same value are the same id, and the same word.

use crate::world::{NULL, World, reasons};

/// A queue of which no column has a type, and whose ids are now numbers, now texts.
fn typeless(rows: &str) -> World {
    World::foreign(
        "CREATE TABLE tasks (id, status, active_run_id, last_heartbeat, is_recurring, next_eligible_at);
         CREATE TABLE task_runs (id, task_id, status, started_at, last_heartbeat);
         CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id, event_type);
         CREATE TABLE workspaces (id INTEGER PRIMARY KEY, task_id, run_id, status);",
    )
    .sql(rows)
}

#[test]
fn run_is_found_by_its_value_whatever_its_type() {
    for (task, pointer, of_run, run) in [
        ("7", "10", "7", "10"),
        ("7", "'10'", "'7'", "10"),
        ("'7'", "10", "7", "'10'"),
        ("7.0", "10.0", "'7'", "'10'"),
    ] {
        let story = |beat: &str| {
            typeless(&format!(
                "INSERT INTO tasks (id, status, active_run_id) VALUES ({task}, 'running', {pointer});
                 INSERT INTO task_runs VALUES ({run}, {of_run}, 'running', 1775870000, {beat});
                 INSERT INTO workspaces (task_id, status) VALUES ({of_run}, 'leased'), ('77', 'leased')"
            ))
        };
        let report = story("1775877400").sweep();
        assert_eq!(report.healthy, 1, "{task} {pointer} {of_run} {run}: {report:?}");
        let mut world = story("1775870000");
        let report = world.sweep();
        assert_eq!(reasons(&report), ["7: stale_heartbeat"]);
        assert_eq!((report.runs_abandoned, report.workspaces_freed), (1, 1), "{task}");
        assert_eq!(world.query("SELECT status FROM task_runs"), "abandoned");
        let same = format!("SELECT task_id IS {task} FROM task_events");
        assert_eq!(world.query(&same), 1, "the event has the id as the task does");
    }
}

#[test]
fn live_run_of_another_type_saves_its_task() {
    let mut world = typeless(
        "INSERT INTO tasks (id, status, active_run_id) VALUES (7, 'running', 'r1');
         INSERT INTO task_runs VALUES ('r1', 7, 'failed', NULL, NULL), ('r2', '7', 'running', NULL, 1775877400)",
    );
    assert_eq!(world.sweep().healthy, 1);
}

#[test]
fn zero_names_no_run() {
    for zero in ["0", "'0'", "0.0"] {
        let mut world = typeless(&format!(
            "INSERT INTO tasks (id, status, active_run_id, last_heartbeat)
             VALUES (7, 'running', {zero}, 1775870000)"
        ));
        assert_eq!(reasons(&world.sweep()), ["7: no_active_run"], "{zero}");
    }
}

#[test]
fn word_may_be_a_number() {
    let mut world = typeless(
        "INSERT INTO tasks (id, status, active_run_id, last_heartbeat)
         VALUES ('a', 1, 'ra', 1775870000), ('b', '1', 'rb', 1775870000), ('c', 2, 'rc', 1775870000);
         INSERT INTO task_runs VALUES ('ra', 'a', 5, 1775870000, NULL), ('rb', 'b', '9', 1775870000, NULL)",
    )
    .profile(
        "tasks.words = { running = '1', open = '0' }
         runs.words = { running = '5', finished = ['9'], abandoned = '8' }",
    );
    let report = world.sweep();
    assert_eq!(reasons(&report), ["a: stale_heartbeat", "b: run_9"]);
    assert_eq!(
        world.value("tasks.status", "a"),
        0,
        "a number where there was one"
    );
    assert_eq!(world.value("tasks.status", "b"), "0");
    assert_eq!(world.value("task_runs.status", "ra"), 8);
    assert_eq!(world.value("task_runs.status", "rb"), "9");
    assert!(world.sweep().reaps.is_empty());
}

#[test]
fn number_is_a_word_for_the_workspaces_and_beside_triggers_too() {
    let mut world = typeless(
        "INSERT INTO tasks (id, status, active_run_id) VALUES ('a', 1, 'ra');
         INSERT INTO task_runs VALUES ('ra', 'a', 1, 1775870000, NULL), ('rb', 'a', 9, 1775870000, NULL);
         INSERT INTO workspaces (task_id, status) VALUES ('a', 1), ('a', 0);
         CREATE TRIGGER watch AFTER UPDATE ON task_runs BEGIN SELECT 1; END",
    )
    .profile(
        "tasks.words = { running = '1', open = '0' }
         runs.words = { running = '1', finished = ['9'], abandoned = '8' }
         workspaces.words = { free = '0' }",
    );
    let report = world.sweep();
    assert_eq!(reasons(&report), ["a: stale_heartbeat"], "{report:?}");
    assert_eq!((report.runs_abandoned, report.workspaces_freed), (1, 1));
    assert_eq!(world.query("SELECT group_concat(status) FROM task_runs"), "8,9");
}

#[test]
fn texts_are_told_apart_by_their_digits() {
    for (dead, living) in [("7", "07"), ("1000", "1e3"), ("7", " 7"), ("7", "7.0")] {
        let mut world = typeless(&format!(
            "INSERT INTO tasks (id, status, active_run_id, last_heartbeat)
             VALUES ('{dead}', 'running', '', 1775870000), ('{living}', 'running', 'r', 1775877400);
             INSERT INTO task_runs VALUES ('r', '{living}', 'running', 1775870000, NULL)"
        ));
        assert_eq!(reasons(&world.sweep()), [format!("{dead}: no_active_run")]);
        assert_eq!(
            world.query("SELECT status FROM task_runs"),
            "running",
            "{dead} {living}"
        );
    }
}

#[test]
fn flag_of_a_recurring_task_may_be_a_text() {
    for (flag, is_recurring) in [
        ("1", true),
        ("'1'", true),
        ("'true'", true),
        ("'TRUE'", true),
        ("2.5", true),
        ("0", false),
        ("'0'", false),
        ("'0.0'", false),
        ("'false'", false),
        ("'no'", false),
        ("''", false),
        ("NULL", false),
    ] {
        let mut world = typeless(&format!(
            "INSERT INTO tasks (id, status, last_heartbeat, is_recurring)
             VALUES ('t1', 'running', 1775870000, {flag})"
        ));
        assert_eq!(world.sweep().reaps.len(), 1);
        let next = world.value("tasks.next_eligible_at", "t1");
        assert_eq!(next != NULL, is_recurring, "{flag}: {next:?}");
    }
}

#[test]
fn tasks_whose_ids_are_of_the_same_value_are_undecided() {
    let mut world = typeless(
        "INSERT INTO tasks (id, status, last_heartbeat)
         VALUES (7, 'running', 1775870000), ('7', 'running', 1775870000), (8, 'running', 1775870000)",
    );
    let report = world.sweep();
    assert_eq!(reasons(&report), ["8: no_active_run"]);
    let ids: Vec<_> = report.undecided.iter().map(|task| &*task.task_id).collect();
    assert_eq!(ids, ["7", "7"]);
}

#[test]
fn ids_of_one_text_column_are_told_apart_by_their_digits() {
    let mut world = World::new().running("1").running("01").running("1.0");
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 3, "{report:?}");
}

#[test]
fn each_of_several_runs_of_one_id_is_counted_once() {
    let mut world = typeless(
        "INSERT INTO tasks (id, status, active_run_id) VALUES ('t1', 'running', 'r1');
         INSERT INTO task_runs VALUES
             ('r1', 't1', 'running', 1775870000, NULL), ('r1', 't1', 'running', 1775870000, NULL),
             ('r1', 'elsewhere', 'running', 1775877400, 1775877400)",
    );
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
    assert_eq!((report.scanned, report.runs_abandoned), (1, 2));
    assert_eq!(
        world.query("SELECT status FROM task_runs WHERE task_id = 'elsewhere'"),
        "running"
    );
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 1);
}
