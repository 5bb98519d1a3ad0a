//! One queue of each shape: its draft is understood, and a dry run with it finds the dead and no other.

use zombie_sweeper::Profile;
use zombie_sweeper::store::Schema;

use super::{Drafted, reaped};
use crate::world::ORCHESTRA;

#[test]
fn one_table_with_heartbeats() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (job_no INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'ready', alive_at TEXT, taken_at TEXT,
            host TEXT, finished_at TEXT, body BLOB);
         INSERT INTO jobs VALUES
            (1, 'working', '2026-04-11T01:00:00Z', '2026-04-11T00:00:00Z', 'h1', NULL, x'01'),
            (2, 'working', '2026-04-11T03:17:50Z', '2026-04-11T00:00:00Z', 'h2', NULL, x'01'),
            (3, 'ready', NULL, NULL, NULL, NULL, x'01'),
            (4, 'done', '2026-04-11T02:00:00Z', '2026-04-11T01:00:00Z', 'h2', '2026-04-11T02:00:00Z', x'01');",
    );
    drafted
        .says("tasks.table", &["jobs"])
        .says("tasks.columns.id", &["job_no"])
        .says("tasks.columns.status", &["state"])
        .says("tasks.columns.heartbeat", &["alive_at"])
        .says("tasks.columns.started", &["taken_at"])
        .says("tasks.columns.ended", &["finished_at"])
        .says("tasks.words.running", &["working"])
        .says("tasks.words.open", &["ready"])
        .says("tasks.clear", &["taken_at", "host"])
        .says("runs.table", &[])
        .says("events.table", &[])
        .comments("alive_at: 2 of 2 running rows have a time; the newest is 10 s old")
        .comments("CREATE TABLE task_events");
    drafted.reaps(&["1"]);
}

#[test]
fn one_table_with_leases() {
    let mut drafted = Drafted::of(
        "CREATE TABLE messages (id TEXT PRIMARY KEY, status TEXT NOT NULL, expires INTEGER, payload TEXT);
         INSERT INTO messages VALUES ('a', 'processing', 1775870280, '{}'), ('b', 'processing', 1775877520, '{}'),
            ('c', 'pending', NULL, '{}');",
    );
    drafted.says("tasks.columns.lease", &["expires"]).comments(
        "expires: 2 of 2 running rows have a time, 1 of them ahead of now; the newest lies 40 s ahead",
    );
    drafted.reaps(&["a"]);
}

#[test]
fn a_deadline_of_the_work_is_no_lease() {
    Drafted::of(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT NOT NULL, started_at INTEGER, deadline INTEGER);
         INSERT INTO jobs VALUES ('a', 'running', 1775870280, 1775970280), ('b', 'pending', NULL, 1775970280);",
    )
    .says("tasks.columns.lease", &[])
    .comments("lease = \"deadline\"")
    .comments("Neither a heartbeat nor a lease was found");
}

#[test]
fn a_lease_as_a_start_and_a_length() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL DEFAULT 'queued', claimed_at INTEGER, lease_seconds INTEGER);
         INSERT INTO jobs VALUES ('a', 'claimed', 1775870280, 60), ('b', 'claimed', 1775877400, 600), ('c', 'queued', NULL, NULL);",
    );
    drafted
        .says("tasks.columns.lease.start", &["claimed_at"])
        .says("tasks.columns.lease.seconds", &["lease_seconds"]);
    drafted.reaps(&["a"]);
}

#[test]
fn a_time_that_the_work_may_take_is_no_length_of_a_lease() {
    Drafted::of(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL DEFAULT 'queued', claimed_at INTEGER, timeout INTEGER);
         INSERT INTO jobs VALUES ('a', 'claimed', 1775870280, 60), ('c', 'queued', NULL, 60);",
    )
    .says("tasks.columns.lease", &[])
    .comments("lease = { start = \"claimed_at\", seconds = \"timeout\" }");
}

#[test]
fn runs_without_a_pointer() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'queued', title TEXT);
         CREATE TABLE attempts (id INTEGER PRIMARY KEY, job TEXT NOT NULL REFERENCES jobs, outcome TEXT NOT NULL DEFAULT 'running',
            last_seen REAL, begun REAL NOT NULL, ended REAL, worker TEXT);
         INSERT INTO jobs VALUES ('a', 'running', 'x'), ('b', 'running', 'y'), ('c', 'queued', 'z');
         INSERT INTO attempts VALUES (1, 'a', 'failed', 1775860000, 1775860000, 1775860001, 'w'),
            (2, 'a', 'running', 1775870280, 1775870000, NULL, 'w'), (3, 'b', 'running', 1775877470.5, 1775870000, NULL, 'v');",
    );
    drafted
        .says("tasks.columns.active_run", &[])
        .says("runs.table", &["attempts"])
        .says("runs.columns.task", &["job"])
        .says("runs.columns.status", &["outcome"])
        .says("runs.columns.heartbeat", &["last_seen"])
        .says("runs.columns.started", &["begun"])
        .says("runs.columns.ended", &["ended"])
        .says("runs.words.running", &["running"])
        .says("runs.words.finished", &["failed"])
        .says("runs.words.abandoned", &["failed"]);
    drafted.reaps(&["a"]);
}

#[test]
fn a_pointer_by_what_stands_in_it() {
    let mut drafted = Drafted::of(
        "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'open', busy_with TEXT, last_run_id TEXT);
         CREATE TABLE runs (id TEXT PRIMARY KEY, task_id TEXT, state TEXT NOT NULL, heartbeat TEXT, finished_at TEXT);
         INSERT INTO tasks VALUES ('a', 'running', 'r2', 'r1'), ('b', 'open', NULL, 'r3');
         INSERT INTO runs VALUES ('r1', 'a', 'lost', NULL, '2026-04-11 00:00:00'),
            ('r2', 'a', 'running', '2026-04-11 01:00:00', NULL), ('r3', 'b', 'done', NULL, '2026-04-11 00:00:00');",
    );
    drafted
        .says("tasks.columns.active_run", &["busy_with"])
        .comments("it sounds like a run of the past")
        .says("runs.words.finished", &["done", "lost"])
        .says("runs.words.abandoned", &["lost"]);
    drafted.reaps(&["a"]);
}

#[test]
fn workers_of_their_own() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'new', owner TEXT, started_at INTEGER);
         CREATE TABLE agents (name TEXT PRIMARY KEY, heartbeat_at INTEGER NOT NULL, status TEXT NOT NULL);
         INSERT INTO agents VALUES ('w1', 1775870280, 'alive'), ('w2', 1775877470, 'alive'), ('w0', 1775860000, 'dead');
         INSERT INTO jobs VALUES (1, 'running', 'w1', 1775870000), (2, 'running', 'w2', 1775870000), (3, 'new', NULL, NULL);",
    );
    drafted
        .says("tasks.columns.worker", &["owner"])
        .says("workers.table", &["agents"])
        .says("workers.columns.id", &["name"])
        .says("workers.columns.heartbeat", &["heartbeat_at"])
        .says("workers.columns.status", &["status"])
        .says("workers.words.gone", &["dead"])
        .comments("2 of 2 different values are ids of agents");
    drafted.reaps(&["1"]);
}

#[test]
fn runs_and_workers() {
    let mut drafted = Drafted::of(
        "CREATE TABLE workers (id TEXT PRIMARY KEY, status TEXT, last_heartbeat_at TEXT, current_task_id TEXT);
         CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'open', active_run_id TEXT, worker_id TEXT, updated_at TEXT);
         CREATE TABLE task_runs (id TEXT PRIMARY KEY, task_id TEXT, status TEXT, worker_id TEXT, started_at TEXT, completed_at TEXT);
         CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id TEXT, event_type TEXT, payload TEXT, created_at TEXT);
         INSERT INTO workers VALUES ('wl', 'active', '2026-04-11T03:17:56Z', 'a'), ('wd', 'active', '2026-04-11T02:40:00Z', 'c');
         INSERT INTO tasks VALUES ('a', 'running', 'ra', 'wl', '2026-04-11T02:10:00Z'), ('b', 'running', 'rb', 'wl', '2026-04-11T02:10:00Z'),
            ('c', 'running', 'rc', 'wd', '2026-04-11T02:10:00Z'), ('d', 'done', NULL, NULL, '2026-04-11T02:00:00Z');
         INSERT INTO task_runs VALUES ('ra', 'a', 'running', 'wl', '2026-04-11T02:10:00Z', NULL), ('rb', 'b', 'running', 'wl', '2026-04-11T02:10:00Z', NULL),
            ('rc', 'c', 'running', 'wd', '2026-04-11T02:10:00Z', NULL), ('rd', 'd', 'failed', 'wd', '2026-04-11T01:10:00Z', '2026-04-11T02:00:00Z');",
    );
    drafted
        .says("tasks.table", &["tasks"])
        .says("tasks.columns.active_run", &["active_run_id"])
        .says("tasks.columns.worker", &["worker_id"])
        .says("runs.table", &["task_runs"])
        .says("runs.columns.worker", &["worker_id"])
        .says("workers.columns.heartbeat", &["last_heartbeat_at"])
        .says("events.table", &["task_events"]);
    drafted.reaps(&["c"]);
}

#[test]
fn a_table_of_workers_that_nobody_names() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'new', heartbeat_at INTEGER, host TEXT);
         CREATE TABLE servers (id INTEGER PRIMARY KEY, last_seen INTEGER NOT NULL);
         INSERT INTO servers VALUES (1, 1775870280);
         INSERT INTO jobs VALUES (1, 'running', 1775870000, 'h'), (2, 'new', NULL, NULL);",
    );
    drafted
        .says("workers.table", &[])
        .comments("no task or run names a row of it");
    drafted.reaps(&["1"]);
}

#[test]
fn a_key_of_several_columns() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (queue TEXT, no INTEGER, state TEXT NOT NULL DEFAULT 'new', started_at INTEGER, PRIMARY KEY (queue, no));
         INSERT INTO jobs VALUES ('q', 1, 'running', 1775870000), ('q', 2, 'new', NULL);",
    );
    drafted.says("tasks.columns.id", &["queue", "no"]);
    drafted.reaps(&["q/1"]);
}

#[test]
fn runs_that_name_a_task_by_several_columns() {
    for reference in ["", ", FOREIGN KEY (number, name) REFERENCES jobs (no, queue)"] {
        let columns = if reference.is_empty() {
            ["queue", "no"]
        } else {
            ["name", "number"]
        };
        let [queue, no] = columns;
        let mut drafted = Drafted::of(&format!(
            "CREATE TABLE jobs (queue TEXT, no INTEGER, state TEXT NOT NULL DEFAULT 'new', title TEXT, PRIMARY KEY (queue, no));
             CREATE TABLE job_runs ({queue} TEXT, {no} INTEGER, attempt INTEGER, state TEXT, beat_at INTEGER,
                PRIMARY KEY ({queue}, {no}, attempt){reference});
             INSERT INTO jobs VALUES ('q', 1, 'running', 'x'), ('q', 2, 'new', 'y'), ('r', 1, 'running', 'z');
             INSERT INTO job_runs VALUES ('q', 1, 1, 'failed', 1775860000), ('q', 1, 2, 'running', 1775870000),
                ('r', 1, 1, 'running', 1775877470);"
        ));
        drafted
            .says("runs.columns.task", &columns)
            .says("tasks.columns.active_run", &[]);
        drafted.says("runs.columns.id", &[queue, no, "attempt"]);
        drafted.reaps(&["q/1"]);
    }
}

#[test]
fn words_that_are_numbers_are_told_by_their_rows() {
    let mut drafted = Drafted::of(
        "CREATE TABLE queue (id INTEGER PRIMARY KEY, status INTEGER NOT NULL, locked_at INTEGER, done_at INTEGER);
         INSERT INTO queue VALUES (1, 10, NULL, NULL), (2, 20, 1775870280, NULL), (3, 20, 1775877470, NULL),
            (4, 30, 1775870280, 1775870290), (5, 40, 1775870280, 1775870290);",
    );
    drafted
        .says("tasks.words.running", &["20"])
        .says("tasks.words.open", &["10"]);
    drafted.reaps(&["2"]);
}

#[test]
fn what_recurs() {
    Drafted::of(
        "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'open', kind TEXT, started_at TEXT, next_run_at TEXT);
         INSERT INTO tasks VALUES ('a', 'running', 'cron', '2026-04-11T01:00:00Z', '2026-04-11T01:00:00Z'),
            ('b', 'open', 'once', NULL, '2026-04-11T04:00:00Z');",
    )
    .says("tasks.columns.kind", &["kind"])
    .says("tasks.words.recurring", &["cron"])
    .says("tasks.columns.next_eligible", &["next_run_at"])
    .says("tasks.columns.is_recurring", &[]);
}

#[test]
fn what_was_deleted_in_all_but_name_is_left_alone() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', started_at TEXT, deleted_at TEXT);
         INSERT INTO jobs VALUES ('a', 'running', '2026-04-11T01:00:00Z', NULL),
            ('b', 'running', '2026-04-11T01:00:00Z', '2026-04-11T02:00:00Z'), ('c', 'new', NULL, NULL);",
    );
    drafted.says("tasks.where", &["t.deleted_at IS NULL"]);
    drafted.reaps(&["a"]);
}

#[test]
fn an_attempt_is_counted_where_the_queue_counts_it_when_it_is_over() {
    let jobs = |running: u8| {
        Drafted::of(&format!(
            "CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', started_at TEXT, attempts INTEGER, max_attempts INTEGER);
             INSERT INTO jobs VALUES (1, 'running', '2026-04-11T01:00:00Z', {running}, 3), (2, 'running', '2026-04-11T01:00:00Z', {running}, 3),
                (3, 'running', '2026-04-11T01:00:00Z', {running}, 3), (4, 'new', NULL, 0, 3),
                (5, 'done', NULL, 1, 3), (6, 'failed', NULL, 3, 3), (7, 'done', NULL, 1, 3);"
        ))
    };
    jobs(0).says("tasks.increment", &["attempts"]);
    jobs(1)
        .says("tasks.increment", &[])
        .comments("increment = [\"attempts\"]");
}

/// The draft of the schema that the built-in profile is made for says what that profile says.
#[test]
fn orchestra() {
    let rows = "
        INSERT INTO projects VALUES ('p1', 'SciDEX', '2026-04-01T00:00:00Z');
        INSERT INTO tasks (id, project_id, title, status, task_type, active_run_id, assigned_slot, assigned_worker, workspace_path,
            lease_expires_at, last_heartbeat, next_eligible_at, created_at, started_at, updated_at, completed_at) VALUES
            ('a', 'p1', 'A', 'running', 'one_shot', 'r1', 's1', 'w1', '/t/1', NULL, NULL, NULL, '2026-04-11T00:00:00Z', '2026-04-11T00:10:00Z', '2026-04-11T00:10:00Z', NULL),
            ('b', 'p1', 'B', 'running', 'recurring', 'r2', 's2', 'w2', '/t/2', NULL, NULL, '2026-04-11T02:00:00Z', '2026-04-11T00:00:00Z', '2026-04-11T03:00:00Z', '2026-04-11T03:00:00Z', NULL),
            ('c', 'p1', 'C', 'open', 'one_shot', '', '', '', '', NULL, NULL, NULL, '2026-04-11T00:00:00Z', NULL, '2026-04-11T00:00:00Z', NULL),
            ('d', 'p1', 'D', 'done', 'one_shot', '', '', '', '', NULL, NULL, NULL, '2026-04-11T00:00:00Z', '2026-04-11T00:20:00Z', '2026-04-11T00:30:00Z', '2026-04-11T00:30:00Z');
        INSERT INTO task_runs VALUES
            ('r0', 'd', 'completed', 'w1', 's1', '2026-04-11T00:20:00Z', '2026-04-11T00:29:00Z', '2026-04-11T00:30:00Z', NULL),
            ('r1', 'a', 'running', 'w1', 's1', '2026-04-11T00:10:00Z', '2026-04-11T01:00:00Z', NULL, NULL),
            ('r2', 'b', 'running', 'w2', 's2', '2026-04-11T03:00:00Z', '2026-04-11T03:17:30Z', NULL, NULL),
            ('r3', 'c', 'aborted', 'w2', 's2', '2026-04-11T00:00:00Z', '2026-04-11T00:00:30Z', '2026-04-11T00:01:00Z', 'x');
        INSERT INTO task_events (task_id, event_type, actor, created_at) VALUES ('a', 'claimed', 'w1', '2026-04-11T00:10:00Z');
        INSERT INTO workspaces VALUES ('ws1', '/t/1', 's1', 'a', 'r1', 'leased', '2026-04-11T00:10:00Z', NULL),
            ('ws2', '/t/9', 's9', NULL, NULL, 'free', NULL, '2026-04-11T00:10:00Z');";
    let mut drafted = Drafted::of(&(ORCHESTRA.to_owned() + rows));
    let understood = |profile| {
        let schema = Schema::read(&drafted.conn, &profile).unwrap();
        let mut roles: Vec<_> = schema.roles().to_vec();
        roles.retain(|role| role.role != "tasks.clear"); // a lease is cleared whether it stands there or not
        for role in &mut roles {
            let columns = role
                .column
                .iter()
                .flat_map(|columns| columns.split(", ").map(str::to_owned));
            let mut columns: Vec<_> = columns.collect();
            columns.sort();
            role.column = (!columns.is_empty()).then(|| columns.join(", "));
        }
        roles
    };
    let (found, built_in) = (understood(drafted.profile()), understood(Profile::default()));
    let differ: Vec<_> = found
        .iter()
        .zip(&built_in)
        .filter(|(found, built_in)| found != built_in)
        .collect();
    assert!(differ.is_empty(), "{differ:?}\n{}", drafted.text);
    drafted.says("runs.words.abandoned", &["aborted"]);
    drafted.says(
        "tasks.clear",
        &["assigned_slot", "assigned_worker", "workspace_path"],
    );
    let built_in = reaped(&mut drafted.conn, Profile::default());
    assert_eq!(built_in, ["a"]);
    drafted.reaps(&["a"]);
}

/// Where nothing has run yet, names and declarations tell the columns, and no word is guessed.
#[test]
fn orchestra_before_its_first_task() {
    let drafted = Drafted::of(ORCHESTRA);
    for (role, column) in [
        ("tasks.columns.active_run", "active_run_id"),
        ("tasks.columns.heartbeat", "last_heartbeat"),
        ("tasks.columns.lease", "lease_expires_at"),
        ("tasks.words.open", "open"),
        ("runs.columns.task", "task_id"),
        ("runs.columns.heartbeat", "last_heartbeat"),
        ("runs.columns.ended", "completed_at"),
        ("runs.words.running", "running"),
        ("events.columns.task", "task_id"),
        ("workspaces.columns.task", "task_id"),
        ("workspaces.columns.run", "run_id"),
        ("workspaces.words.free", "free"),
        ("projects.columns.name", "name"),
    ] {
        drafted.says(role, &[column]);
    }
    drafted
        .says("events.columns.run", &[])
        .refused(&["tasks.words.running", "runs.words.abandoned"]);
}

/// The worked example of docs/profile.md, with some rows.
#[test]
fn the_manuals_own_queue() {
    let manual = include_str!("../../../docs/profile.md");
    let schema = manual
        .split("```sql\n")
        .find(|block| block.contains("CREATE TABLE attempts"))
        .unwrap();
    let schema = schema.split("```").next().unwrap();
    let rows = "
        INSERT INTO jobs VALUES (1, 'make', 'working', 11, 0, 'h1', 77, NULL, 1775870280, 1775870280, NULL),
            (2, 'make', 'working', 12, 1, 'h2', 78, NULL, 1775877000, 1775877000, 1775877000),
            (3, 'make', 'ready', NULL, 0, '', NULL, NULL, NULL, 1775877000, NULL),
            (4, 'make', 'done', NULL, 0, '', NULL, 'ok', 1775860000, 1775860100, NULL);
        INSERT INTO attempts VALUES (10, 4, 'succeeded', 70, 0, 1775860000, 1775860050, 1775860100),
            (11, 1, 'working', 77, NULL, 1775870280, 1775870300, NULL), (12, 2, 'working', 78, NULL, 1775877000, 1775877470, NULL),
            (9, 4, 'lost', 70, NULL, 1775850000, 1775850050, 1775850100);
        INSERT INTO log VALUES (1, 1, 11, 'info', 'started', 'h1', NULL, 1775870280), (2, 4, 10, 'info', 'ended', 'h1', NULL, 1775860100);";
    let drafted = Drafted::of(&format!("{schema}\n{rows}"));
    for (role, column) in [
        ("tasks.table", "jobs"),
        ("tasks.columns.id", "job_id"),
        ("tasks.columns.status", "state"),
        ("tasks.columns.active_run", "attempt_id"),
        ("tasks.columns.is_recurring", "repeats"),
        ("tasks.columns.started", "taken_at"),
        ("tasks.columns.updated", "changed_at"),
        ("tasks.columns.next_eligible", "not_before"),
        ("tasks.words.running", "working"),
        ("tasks.words.open", "ready"),
        ("runs.table", "attempts"),
        ("runs.columns.id", "attempt_id"),
        ("runs.columns.task", "job_id"),
        ("runs.columns.status", "state"),
        ("runs.columns.heartbeat", "seen_at"),
        ("runs.columns.started", "begun_at"),
        ("runs.columns.ended", "ended_at"),
        ("runs.words.running", "working"),
        ("runs.words.abandoned", "lost"),
        ("events.table", "log"),
        ("events.columns.task", "job_id"),
        ("events.columns.type", "what"),
        ("events.columns.actor", "who"),
        ("events.columns.payload", "data"),
        ("events.columns.time", "at"),
        ("events.columns.run", "attempt_id"),
    ] {
        drafted.says(role, &[column]);
    }
    drafted
        .says("tasks.clear", &["host", "pid", "taken_at"])
        .says("workspaces.table", &[])
        .says("projects.table", &[]);
    drafted
        .refused(&["events.set.severity"])
        .comments("severity = \"info\"");
}
