//! Every column name that the built-in profile knows means the same as Orchestra's own.

use crate::world::{Dump, NULL, World, moment, reasons};

const HEARTBEATS: &[&str] = &[
    "last_heartbeat_at",
    "heartbeat_at",
    "heartbeat",
    "heartbeated_at",
    "last_beat",
    "last_beat_at",
    "last_ping",
    "last_ping_at",
    "last_seen",
    "last_seen_at",
    "last_alive_at",
];

/// Table, Orchestra's name, and the other names for the same role.
const ALIASES: [(&str, &str, &[&str]); 19] = [
    ("tasks", "id", &["task_id"]),
    ("tasks", "status", &["state"]),
    ("tasks", "active_run_id", &["current_run_id", "run_id"]),
    ("tasks", "task_type", &["type", "kind"]),
    ("tasks", "last_heartbeat", HEARTBEATS),
    ("tasks", "started_at", &["claimed_at", "leased_at"]),
    ("tasks", "next_eligible_at", &["next_run_at"]),
    ("task_runs", "id", &["run_id"]),
    ("task_runs", "status", &["state"]),
    ("task_runs", "last_heartbeat", HEARTBEATS),
    (
        "task_runs",
        "started_at",
        &[
            "claimed_at",
            "locked_at",
            "leased_at",
            "created_at",
            "inserted_at",
        ],
    ),
    ("task_runs", "completed_at", &["finished_at", "ended_at"]),
    ("task_events", "event_type", &["type", "event"]),
    ("task_events", "actor", &["created_by"]),
    ("task_events", "payload", &["details", "data", "metadata"]),
    ("task_events", "created_at", &["timestamp", "occurred_at"]),
    ("tasks", "status", &["STATUS"]),
    ("task_runs", "task_id", &["Task_Id"]),
    ("workspaces", "released_at", &["RELEASED_AT"]),
];

/// What a reap empties, and what stands there: a lease and the moment of a lock are read as such.
const CLEARED: [&str; 24] = [
    "assigned_slot",
    "slot",
    "assigned_worker",
    "worker_id",
    "claimed_by",
    "workspace",
    "workspace_id",
    "workspace_path",
    "worktree_path",
    "lease_owner",
    "lease_expires_at",
    "locked_by",
    "locked_at",
    "lease_expires",
    "lease_expiry",
    "lease_until",
    "leased_until",
    "locked_until",
    "lock_until",
    "lock_expires_at",
    "claimed_until",
    "claim_expires_at",
    "reserved_until",
    "visible_until",
];

fn held(column: &str) -> String {
    let is_moment = ["_at", "_until", "_expires", "_expiry"]
        .iter()
        .any(|end| column.ends_with(end));
    if is_moment {
        moment("1h ago")
    } else {
        "held".to_owned()
    }
}

/// A queue in which every role makes a difference to what a sweep leaves behind.
fn telling_queue() -> World {
    World::new()
        .running("alive-by-its-own-heartbeat")
        .heartbeat("1m ago")
        .run("r1")
        .running("alive-by-its-start")
        .started("1m ago")
        .running("alive-by-its-update")
        .updated("1m ago")
        .running("alive-by-its-runs-heartbeat")
        .run("r2")
        .heartbeat("1m ago")
        .running("alive-by-its-runs-start")
        .run("r3")
        .started("1m ago")
        .running("silent")
        .recurring()
        .run("r4")
        .heartbeat("16m ago")
        .running("ended")
        .run("r5")
        .status("failed")
        .workspace("w1")
        .set("run_id", "r5")
}

fn swept(mut world: World) -> (World, Vec<String>) {
    let reasons = reasons(&world.sweep());
    (world, reasons)
}

/// All rows; the payloads call this column of tasks by that name.
fn rows(world: &World, alias: &str, name: &str) -> Dump {
    let mut dump = world.dump();
    dump.remove("sqlite_schema");
    for event in dump.get_mut("task_events").unwrap().values_mut() {
        for payload in ["payload", "details", "data", "metadata"] {
            if let Some(payload) = event.get_mut(payload) {
                *payload = with_renamed(payload, alias, name);
            }
        }
    }
    dump
}

fn with_renamed(payload: &str, alias: &str, name: &str) -> String {
    let mut payload: serde_json::Value = serde_json::from_str(payload).unwrap();
    let overwritten = payload["overwritten"]["task"].as_object_mut().unwrap();
    if let Some(value) = overwritten.remove(alias) {
        overwritten.insert(name.to_owned(), value);
    }
    payload.to_string()
}

#[test]
fn queue_tells_every_role_apart() {
    let (_, reasons) = swept(telling_queue());
    assert_eq!(reasons, ["ended: run_failed", "silent: stale_heartbeat"]);
}

#[test]
fn every_alias_leaves_the_same_rows_behind() {
    let (orchestra, expected) = swept(telling_queue());
    for (table, name, aliases) in ALIASES {
        for alias in aliases {
            let (world, found) = swept(telling_queue().rename_column(table, name, alias));
            assert_eq!(found, expected, "{table}.{alias}");
            let world = world.rename_column(table, alias, name);
            assert_eq!(
                rows(&world, alias, name),
                rows(&orchestra, alias, name),
                "{table}.{alias}"
            );
        }
    }
}

#[test]
fn event_id_may_be_called_so() {
    let (world, _) = swept(telling_queue().rename_column("task_events", "id", "event_id"));
    assert_eq!(
        world.query("SELECT count(*) FROM task_events WHERE event_id IN (1, 2)"),
        2
    );
}

#[test]
fn every_lease_column_is_cleared() {
    let mut world = World::new().running("t1");
    for column in CLEARED {
        if world.query(&format!(
            "SELECT count(*) FROM pragma_table_info('tasks') WHERE name = '{column}'"
        )) == 0
        {
            world = world.sql(&format!("ALTER TABLE tasks ADD COLUMN {column}"));
        }
        world = world.set(column, held(column));
    }
    assert_eq!(reasons(&world.sweep()).len(), 1);
    for column in CLEARED {
        let empty = ["assigned_slot", "assigned_worker", "workspace_path"].contains(&column);
        let value = world.value(&format!("tasks.{column}"), "t1");
        assert!(
            if empty { value == "" } else { value == NULL },
            "{column}: {value:?}"
        );
        assert_eq!(world.payload()["released"]["task"][column], held(column));
    }
}

#[test]
fn recurring_may_be_a_flag() {
    let mut world = World::new()
        .sql("ALTER TABLE tasks ADD COLUMN is_recurring INTEGER NOT NULL DEFAULT 0")
        .drop_column("tasks", "task_type")
        .running("one-shot")
        .running("recurring")
        .set("is_recurring", 1)
        .running("recurring-2")
        .set("is_recurring", 2);
    world.sweep();
    assert_eq!(world.value("tasks.next_eligible_at", "one-shot"), NULL);
    assert_eq!(world.value("tasks.next_eligible_at", "recurring"), moment("now"));
    assert_eq!(
        world.value("tasks.next_eligible_at", "recurring-2"),
        moment("now")
    );
}

#[test]
fn without_a_kind_or_a_flag_no_task_is_recurring() {
    let mut world = World::new()
        .drop_column("tasks", "task_type")
        .running("t1")
        .set("next_eligible_at", moment("in 5m"));
    world.sweep();
    assert_eq!(world.value("tasks.next_eligible_at", "t1"), moment("in 5m"));
}

#[test]
fn kind_has_the_say_where_there_is_a_flag_too() {
    let mut world = World::new()
        .sql("ALTER TABLE tasks ADD COLUMN is_recurring INTEGER NOT NULL DEFAULT 1")
        .running("t1");
    world.sweep();
    assert_eq!(world.value("tasks.next_eligible_at", "t1"), NULL);
}

#[test]
fn optional_columns_may_all_be_missing() {
    let mut world = World::foreign(
        "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT, active_run_id TEXT);
         CREATE TABLE task_runs (id TEXT PRIMARY KEY, task_id TEXT, status TEXT);
         CREATE TABLE task_events (task_id TEXT, event_type TEXT);
         INSERT INTO tasks VALUES ('ended', 'running', 'r1'), ('mute', 'running', 'r2'), ('claimed', 'running', '');
         INSERT INTO task_runs VALUES ('r1', 'ended', 'failed'), ('r2', 'mute', 'running');",
    );
    let report = world.sweep();
    assert_eq!(reasons(&report), ["ended: run_failed"]);
    assert_eq!(report.undecided.len(), 2);
    assert_eq!(
        world.query("SELECT group_concat(task_id || ' ' || event_type) FROM task_events"),
        "ended zombie_reaped"
    );
}
