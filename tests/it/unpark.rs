//! A task that a sweep has parked is opened again, and no other.

use serde_json::Value;
use zombie_sweeper::report::UnparkReport;
use zombie_sweeper::{SweepError, SweepOptions, in_full, unpark_task};

use crate::world::{NOW, World, moment, reasons};

/// A task that was parked just now, among others that are alive.
fn parked() -> World {
    let world = ["a", "b", "c"].iter().fold(World::new(), |world, name| {
        world
            .running(format!("alive-{name}"))
            .run(format!("r-{name}"))
            .heartbeat("1m ago")
    });
    let mut world = world
        .running("killer")
        .run("r0")
        .heartbeat("16m ago")
        .options(|options| options.park_after(1.try_into().unwrap()));
    assert_eq!(world.sweep().parked.len(), 1);
    world
}

fn unpark(world: &mut World, task: &str) -> Result<UnparkReport, SweepError> {
    let options = SweepOptions::at(NOW + chrono::TimeDelta::minutes(5)).actor("op");
    unpark_task(&mut world.conn, &options, task)
}

/// What it says where it is refused, and nothing is written.
fn refused(world: &mut World, task: &str) -> String {
    let before = world.dump();
    let error = unpark(world, task).expect_err("it is refused");
    assert!(world.conn.is_autocommit());
    assert_eq!(world.dump(), before);
    in_full(&error)
}

#[test]
fn it_is_open_again_with_its_event() {
    let mut world = parked();
    let report = unpark(&mut world, "killer").unwrap();
    assert_eq!((report.from.as_str(), report.to.as_str()), ("blocked", "open"));
    assert_eq!(report.parked_at.as_deref(), Some("2026-04-11T03:18:00.000000Z"));
    assert_eq!(world.value("tasks.status", "killer"), "open");
    assert_eq!(world.value("tasks.updated_at", "killer"), moment("in 5m"));
    assert_eq!(
        world.query(
            "SELECT concat_ws(' ', event_type, actor, created_at) FROM task_events ORDER BY id DESC LIMIT 1"
        ),
        format!("zombie_unparked op {}", moment("in 5m"))
    );
    let schema: Value = serde_json::from_str(include_str!("../../docs/unparked.schema.json")).unwrap();
    assert!(jsonschema::is_valid(
        &schema,
        &serde_json::to_value(&report).unwrap()
    ));
}

#[test]
fn recurring_one_is_due_at_once_and_a_one_shot_keeps_its_time() {
    for (kind, due) in [("recurring", moment("in 5m")), ("one_shot", moment("2h ago"))] {
        let mut world = parked().sql(&format!(
            "UPDATE tasks SET task_type = '{kind}', next_eligible_at = '{}' WHERE id = 'killer'",
            moment("2h ago")
        ));
        unpark(&mut world, "killer").unwrap();
        assert_eq!(world.value("tasks.next_eligible_at", "killer"), due, "{kind}");
    }
}

#[test]
fn the_count_begins_anew() {
    let mut world = parked();
    unpark(&mut world, "killer").unwrap();
    let beat = moment("16m ago");
    let mut world = world
        .sql(&format!(
            "INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat)
             VALUES ('r1', 'killer', 'running', '{beat}', '{beat}');
             UPDATE tasks SET status = 'running', active_run_id = 'r1' WHERE id = 'killer'"
        ))
        .options(|options| options.park_after(2.try_into().unwrap()));
    let report = world.sweep();
    assert_eq!(reasons(&report), ["killer: stale_heartbeat"]);
    assert!(report.parked.is_empty());
}

#[test]
fn one_that_is_not_parked_is_refused() {
    let mut world = parked();
    let why = refused(&mut world, "alive-a");
    assert!(
        why.contains("expected the status \"blocked\" of a task that is parked, found \"running\""),
        "{why}"
    );
    unpark(&mut world, "killer").unwrap();
    let again = refused(&mut world, "killer");
    assert!(again.contains("found \"open\""), "{again}");
}

#[test]
fn one_that_somebody_else_has_blocked_is_refused() {
    let mut world = parked().task("theirs").status("blocked");
    let why = refused(&mut world, "theirs");
    assert!(why.contains("no sweep has parked it"), "{why}");
    unpark(&mut world, "killer").unwrap();
    let mut world = world.sql("UPDATE tasks SET status = 'blocked' WHERE id = 'killer'");
    let why = refused(&mut world, "killer");
    assert!(why.contains("no sweep has parked it"), "{why}");
}

#[test]
fn unknown_one_is_an_error_that_names_the_nearest() {
    let why = refused(&mut parked(), "kiler");
    assert!(why.contains("no task \"kiler\" in the database"), "{why}");
    assert!(why.contains("\"killer\""), "{why}");
}

#[test]
fn one_of_another_project_is_like_one_that_is_not_there() {
    let mut world = parked()
        .project("Alpha")
        .project("Beta")
        .running("beta")
        .run("r9")
        .heartbeat("16m ago");
    world.sweep();
    let unpark = |world: &mut World, project: &str, task: &str| {
        unpark_task(&mut world.conn, &SweepOptions::at(NOW).project(project), task)
    };
    let before = world.dump();
    let [there, not_there] = ["beta", "beto"].map(|task| {
        let why = in_full(&unpark(&mut world, "Alpha", task).unwrap_err());
        assert!(
            !why.replace(&format!("no task {task:?}"), "").contains("beta"),
            "{why}"
        );
        why.replace(task, "TASK")
    });
    assert_eq!(there, not_there);
    assert_eq!(world.dump(), before);
    assert_eq!(unpark(&mut world, "Beta", "beta").unwrap().to, "open");
}

#[test]
fn trigger_that_keeps_a_part_from_being_written_undoes_it() {
    for trigger in [
        "CREATE TRIGGER lost BEFORE INSERT ON task_events WHEN NEW.event_type = 'zombie_unparked'
         BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER back AFTER UPDATE OF status ON tasks WHEN OLD.status = 'blocked'
         BEGIN UPDATE tasks SET status = 'blocked' WHERE id = NEW.id; END",
        "CREATE TRIGGER no BEFORE UPDATE OF status ON tasks WHEN OLD.status = 'blocked'
         BEGIN SELECT RAISE(ABORT, 'it stays'); END",
    ] {
        refused(&mut parked().sql(trigger), "killer");
    }
}

#[test]
fn queue_that_cannot_park_cannot_unpark() {
    let mut world = parked();
    let options =
        SweepOptions::at(NOW).profile(zombie_sweeper::Profile::from_toml("events.table = ''").unwrap());
    let error = unpark_task(&mut world.conn, &options, "killer").unwrap_err();
    assert!(in_full(&error).contains("events.table"), "{error}");
}

/// So long after it was parked that its events are no longer among the latest.
#[test]
fn many_events_since_do_not_hide_that_it_was_parked() {
    let mut world = parked().sql(&format!(
        "WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT 150)
         INSERT INTO task_events (task_id, event_type, created_at) SELECT 'killer', 'note', '{}' FROM n",
        moment("in 1m")
    ));
    assert_eq!(unpark(&mut world, "killer").unwrap().to, "open");
}

#[test]
fn one_that_was_at_work_again_since_and_is_blocked_now_is_refused() {
    for (status, end) in [("completed", "in 2m"), ("failed", "in 2m")] {
        let mut world = parked().sql(&format!(
            "INSERT INTO task_runs (id, task_id, status, started_at, completed_at)
             VALUES ('r1', 'killer', '{status}', '{}', '{}')",
            moment("in 1m"),
            moment(end)
        ));
        let why = refused(&mut world, "killer");
        assert!(
            why.contains("but it was at work again at 2026-04-11T03:19:00.000000Z"),
            "{why}"
        );
    }
}

#[test]
fn one_that_is_not_shown_so_is_unknown() {
    let mut world = parked().sql(
        "PRAGMA foreign_keys = OFF; UPDATE tasks SET id = '1' WHERE id = 'killer'; UPDATE task_events SET task_id = '1';
         UPDATE task_runs SET task_id = '1' WHERE task_id = 'killer'",
    );
    let why = refused(&mut world, "31");
    assert!(why.contains("no task \"31\" in the database"), "{why}");
    let mut world = world.task("31").status("blocked");
    assert!(refused(&mut world, "31").contains("no sweep has parked it"));
    assert_eq!(unpark(&mut world, "1").unwrap().to, "open");
}

#[test]
fn it_gets_the_word_of_the_status_that_was_overwritten() {
    let profile = "tasks.words.running = ['running', 'building']
                   tasks.words.open = { running = 'open', building = 'build_queued' }";
    let mut world = World::new()
        .running("killer")
        .status("building")
        .run("r0")
        .heartbeat("16m ago")
        .running("alive")
        .run("r1")
        .heartbeat("1m ago")
        .running("too")
        .run("r2")
        .heartbeat("1m ago")
        .profile(profile)
        .options(|options| options.park_after(1.try_into().unwrap()));
    assert_eq!(world.sweep().parked.len(), 1);
    let options = SweepOptions::at(NOW).profile(zombie_sweeper::Profile::from_toml(profile).unwrap());
    let report = unpark_task(&mut world.conn, &options, "killer").unwrap();
    assert_eq!(report.to, "build_queued");
    assert_eq!(world.value("tasks.status", "killer"), "build_queued");
}

#[test]
fn what_a_trigger_refuses_is_said_in_words_of_unpark() {
    let said = |trigger: &str| refused(&mut parked().sql(trigger), "killer");
    let ignored = said(
        "CREATE TRIGGER no BEFORE UPDATE OF status ON tasks WHEN OLD.status = 'blocked'
         BEGIN SELECT RAISE(IGNORE); END",
    );
    assert!(ignored.contains("a trigger of the queue"), "{ignored}");
    let lost = said(
        "CREATE TRIGGER lost BEFORE INSERT ON task_events WHEN NEW.event_type = 'zombie_unparked'
         BEGIN SELECT RAISE(IGNORE); END",
    );
    assert!(lost.contains("a trigger of the queue"), "{lost}");
    let aborted = said(
        "CREATE TRIGGER no BEFORE UPDATE OF status ON tasks WHEN OLD.status = 'blocked'
         BEGIN SELECT RAISE(ABORT, 'it stays'); END",
    );
    assert!(
        aborted.contains("failed to unpark task killer: it stays"),
        "{aborted}"
    );
}

/// Where the queue takes `X` and `x` for the same.
#[test]
fn another_task_that_is_called_alike_was_not_parked() {
    let mut world = parked()
        .redeclare("task_events", "task_id TEXT", "task_id TEXT COLLATE NOCASE")
        .running("KILLER")
        .status("blocked");
    let said = refused(&mut world, "KILLER");
    assert!(said.contains("no sweep has parked it"), "{said}");
    unpark(&mut world, "killer").unwrap();
}
