//! Event tables of every shape: with the key they want, the run where they have a column for it, and never half filled.

use crate::world::{NULL, World, reasons};

const KEY: &str = "id INTEGER PRIMARY KEY AUTOINCREMENT";
const KIND: &str = "event_type TEXT NOT NULL";

fn two_zombies() -> World {
    World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .running("t2")
        .names_run("gone")
}

fn with_key(key: &str) -> World {
    two_zombies().redeclare("task_events", KEY, key)
}

/// The events table has one more column.
fn with_column(declared: &str) -> World {
    two_zombies().redeclare("task_events", KIND, &format!("{KIND}, {declared}"))
}

#[test]
fn text_key_gets_a_fresh_uuid() {
    for key in [
        "id TEXT PRIMARY KEY",
        "id TEXT NOT NULL PRIMARY KEY",
        "id VARCHAR(36) PRIMARY KEY",
        "id PRIMARY KEY",
        "id TEXT",
    ] {
        let mut world = with_key(key);
        world.sweep();
        let uuids = "SELECT count(DISTINCT id) FROM task_events \
                     WHERE typeof(id) = 'text' AND id LIKE '________-____-4___-____-____________'";
        assert_eq!(world.query(uuids), 2, "{key}");
    }
}

#[test]
fn text_key_of_another_name_or_without_rowid_gets_one_too() {
    let mut world = with_key("uid TEXT PRIMARY KEY");
    world.sweep();
    assert_eq!(
        world.query("SELECT count(DISTINCT length(uid)) FROM task_events"),
        1
    );
    let mut world = with_key("id TEXT PRIMARY KEY").option("task_events", "STRICT, WITHOUT ROWID");
    world.sweep();
    assert_eq!(
        world.query("SELECT count(*) FROM task_events WHERE length(id) = 36"),
        2
    );
}

#[test]
fn text_key_that_is_not_the_first_column_gets_one_too() {
    let mut world = two_zombies()
        .redeclare("task_events", &format!("{KEY},"), "")
        .redeclare(
            "task_events",
            KIND,
            &format!("{KIND}, uid TEXT PRIMARY KEY NOT NULL"),
        );
    world.sweep();
    assert_eq!(
        world.query("SELECT count(*) FROM task_events WHERE length(uid) = 36"),
        2
    );
}

#[test]
fn key_that_is_the_task_or_the_type_says_so() {
    let mut world = two_zombies()
        .redeclare("task_events", &format!("{KEY},"), "")
        .redeclare("task_events", "task_id TEXT NOT NULL", "task_id TEXT PRIMARY KEY");
    world.sweep();
    let both = "SELECT group_concat(task_id ORDER BY task_id) FROM task_events";
    assert_eq!(world.query(both), "t1,t2");
    let mut world = World::new()
        .running("t1")
        .redeclare("task_events", &format!("{KEY},"), "")
        .redeclare("task_events", KIND, "event_type TEXT PRIMARY KEY");
    world.sweep();
    assert_eq!(world.query("SELECT event_type FROM task_events"), "zombie_reaped");
}

#[test]
fn key_that_fills_itself_is_left_to_do_so() {
    for key in [
        "id INTEGER PRIMARY KEY",
        "id INTEGER PRIMARY KEY AUTOINCREMENT",
        "id INTEGER NOT NULL PRIMARY KEY",
    ] {
        let mut world = with_key(key);
        world.sweep();
        assert_eq!(world.query("SELECT sum(id) FROM task_events"), 3, "{key}");
    }
    let mut world = with_key("id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(4))))");
    world.sweep();
    assert_eq!(
        world.query("SELECT count(*) FROM task_events WHERE length(id) = 8"),
        2
    );
}

#[test]
fn no_key_at_all() {
    let mut world = two_zombies().redeclare("task_events", "id INTEGER PRIMARY KEY AUTOINCREMENT,", "");
    world.sweep();
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 2);
}

#[test]
fn key_that_nobody_can_fill_is_an_error_before_the_first_write() {
    for key in [
        "id BLOB PRIMARY KEY NOT NULL",
        "id INT PRIMARY KEY NOT NULL",
        "id NUMERIC PRIMARY KEY NOT NULL",
    ] {
        let said = with_key(key).refused();
        assert!(said.contains("task_events.id must not be null"), "{key}: {said}");
    }
}

#[test]
fn column_that_must_be_filled_and_cannot_is_an_error_before_the_first_write() {
    for declared in [
        "severity TEXT NOT NULL",
        "severity INTEGER NOT NULL",
        "severity NOT NULL DEFAULT NULL",
    ] {
        let said = with_column(declared).refused();
        assert!(
            said.contains("task_events.severity must not be null"),
            "{declared}: {said}"
        );
        assert!(said.contains("[events.set]"), "{said}");
    }
}

#[test]
fn dry_run_finds_that_too() {
    let mut world = with_column("severity TEXT NOT NULL").options(|options| options.dry_run(true));
    assert!(world.refused().contains("task_events.severity must not be null"));
}

#[test]
fn column_that_fills_itself_is_left_to_do_so() {
    for declared in [
        "severity TEXT",
        "severity TEXT NOT NULL DEFAULT 'info'",
        "severity TEXT NOT NULL DEFAULT \"info\"",
        "severity TEXT NOT NULL AS ('info')",
        "at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP",
    ] {
        let mut world = with_column(declared);
        assert_eq!(world.sweep().reaps.len(), 2, "{declared}");
    }
}

#[test]
fn column_without_a_default_is_filled_by_the_profile() {
    let mut world = with_column("severity TEXT NOT NULL").profile("events.set = { severity = 'warning' }");
    world.sweep();
    assert_eq!(
        world.query("SELECT count(*) FROM task_events WHERE severity = 'warning'"),
        2
    );
}

#[test]
fn run_is_recorded_where_there_is_a_column_for_it() {
    let mut world = with_column("run_id TEXT REFERENCES task_runs(id)").sql("PRAGMA foreign_keys = ON");
    world.sweep();
    assert_eq!(
        world.query("SELECT run_id FROM task_events WHERE task_id = 't1'"),
        "r1"
    );
    assert_eq!(
        world.query("SELECT run_id FROM task_events WHERE task_id = 't2'"),
        NULL
    );
}

#[test]
fn run_that_may_not_be_null_and_is_not_there_gets_the_default() {
    let mut world = with_column("run_id TEXT NOT NULL DEFAULT 'none'");
    world.sweep();
    assert_eq!(
        world.query("SELECT run_id FROM task_events WHERE task_id = 't1'"),
        "r1"
    );
    assert_eq!(
        world.query("SELECT run_id FROM task_events WHERE task_id = 't2'"),
        "none"
    );
}

#[test]
fn run_that_may_not_be_null_and_has_no_default_is_empty_where_there_is_none() {
    let mut world = with_column("run_id TEXT NOT NULL");
    world.sweep();
    assert_eq!(
        world.query("SELECT quote(run_id) FROM task_events WHERE task_id = 't1'"),
        "'r1'"
    );
    assert_eq!(
        world.query("SELECT quote(run_id) FROM task_events WHERE task_id = 't2'"),
        "''"
    );
}

#[test]
fn payload_and_actor_may_be_missing() {
    let mut world = two_zombies()
        .drop_column("task_events", "payload")
        .drop_column("task_events", "actor");
    assert_eq!(reasons(&world.sweep()).len(), 2);
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 2);
}

#[test]
fn payload_meets_a_json_check() {
    let mut world = two_zombies().redeclare(
        "task_events",
        "payload TEXT NOT NULL DEFAULT '{}'",
        "payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload))",
    );
    assert_eq!(world.sweep().reaps.len(), 2);
}

#[test]
fn row_ids_that_are_used_up_are_no_full_disk() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .sql("INSERT INTO sqlite_sequence VALUES ('task_events', 9223372036854775807)");
    let said = world.refused();
    assert!(said.contains("task_events has used up its row ids"), "{said}");
}

#[test]
fn payload_tells_no_value_from_the_word_for_it() {
    let overwritten = |world: World| {
        let mut world = world.recurring();
        world.sweep();
        world.payload()["overwritten"]["task"]["next_eligible_at"].clone()
    };
    let world = || World::new().running("t1");
    assert_eq!(overwritten(world().set("next_eligible_at", "null")), "null");
    assert!(overwritten(world()).is_null());
}
