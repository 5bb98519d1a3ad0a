//! What is not told by the database is left to its reader, and the draft is refused until it is filled in.

use super::Drafted;

const JOBS: &str = "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, started_at TEXT, worker TEXT, ended_at TEXT);";

#[test]
fn no_row_yet() {
    Drafted::of(JOBS)
        .says("tasks.table", &["jobs"])
        .says("tasks.columns.started", &["started_at"])
        .refused(&["tasks.words.running", "tasks.words.open"])
        .comments("The words there are: none");
}

#[test]
fn words_that_nobody_knows() {
    let rows = "INSERT INTO jobs VALUES ('a', 'zug', '2026-04-11T01:00:00Z', 'w', NULL), ('b', 'zag', NULL, NULL, NULL),
        ('c', 'zog', NULL, NULL, NULL);";
    Drafted::of(&(JOBS.to_owned() + rows))
        .says("tasks.words.running", &["zug"])
        .refused(&["tasks.words.open"])
        .comments("open = \"zag\"")
        .comments("open = \"zog\"");
}

#[test]
fn nothing_runs_just_now() {
    let rows = "INSERT INTO jobs VALUES ('a', 'done', '2026-04-11T01:00:00Z', 'w', '2026-04-11T01:10:00Z'),
        ('b', 'queued', NULL, NULL, NULL);";
    Drafted::of(&(JOBS.to_owned() + rows))
        .says("tasks.words.open", &["queued"])
        .refused(&["tasks.words.running"])
        .comments("queued (1)");
}

#[test]
fn words_that_the_table_allows_are_candidates() {
    Drafted::of("CREATE TABLE jobs (id TEXT PRIMARY KEY, locked_at TEXT, state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done')))")
        .refused(&["tasks.words.running", "tasks.words.open"])
        .comments("running = \"running\"   # doubtful: the table allows it; no row has it now")
        .comments("open = \"waiting\"");
}

#[test]
fn no_status() {
    Drafted::of(
        "CREATE TABLE queue (id INTEGER PRIMARY KEY, reserved_at INTEGER, done_at INTEGER, payload TEXT);
         INSERT INTO queue VALUES (1, 1775870280, NULL, '{}'), (2, NULL, NULL, '{}'), (3, 1775870280, 1775870290, '{}');",
    )
    .refused(&["tasks.columns.status"])
    .says("tasks.columns.started", &["reserved_at"])
    .comments("running_where = \"t.reserved_at IS NOT NULL AND t.done_at IS NULL\"");
}

/// The reader takes the candidate: the line is uncommented, and the profile is whole.
#[test]
fn no_status_with_the_candidate_taken() {
    let mut drafted = Drafted::of(
        "CREATE TABLE queue (id INTEGER PRIMARY KEY, reserved_at INTEGER, done_at INTEGER, payload TEXT);
         INSERT INTO queue VALUES (1, 1775870280, NULL, '{}'), (2, NULL, NULL, '{}'), (3, 1775870280, 1775870290, '{}');",
    );
    drafted.text = drafted
        .text
        .replace("# running_where = ", "running_where = ")
        .replace("   # doubtful: it is true of 1 of 3 rows", "");
    drafted.text = drafted.text.replace("clear = []", "clear = [\"reserved_at\"]");
    drafted.missing.clear();
    drafted.reaps(&["1"]);
}

#[test]
fn runs_that_are_open_by_a_null() {
    Drafted::of(
        "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'open', current_run_id INTEGER);
         CREATE TABLE runs (id INTEGER PRIMARY KEY, task_id TEXT REFERENCES tasks, heartbeat_at TEXT, ended_at TEXT, exit_code INTEGER);
         INSERT INTO tasks VALUES ('a', 'running', 1), ('b', 'open', NULL);
         INSERT INTO runs VALUES (1, 'a', '2026-04-11T01:00:00Z', NULL, NULL);",
    )
    .says("tasks.columns.active_run", &["current_run_id"])
    .refused(&["runs.columns.status"])
    .comments("running_where = \"r.ended_at IS NULL\"");
}

#[test]
fn runs_that_are_open_by_having_no_word_yet() {
    Drafted::of(
        "CREATE TABLE tasks (id INTEGER PRIMARY KEY, repo TEXT, status TEXT NOT NULL DEFAULT 'new', agent TEXT, updated_at TEXT);
         CREATE TABLE task_runs (id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES tasks, outcome TEXT DEFAULT '',
            started_at TEXT, completed_at TEXT);
         INSERT INTO tasks VALUES (1, 'r', 'in_progress', 'x', '2026-04-11T01:00:00Z');
         INSERT INTO task_runs VALUES (1, 1, 'timeout', '2026-04-11T00:00:00Z', '2026-04-11T00:30:00Z'),
            (2, 1, NULL, '2026-04-11T01:00:00Z', NULL);",
    )
    .says("tasks.words.running", &["in_progress"])
    .says("tasks.columns.active_run", &[])
    .says("runs.columns.status", &["outcome"])
    .says("runs.words.finished", &["timeout"])
    .refused(&["runs.words.running"])
    .comments("running_where = \"r.outcome IS NULL\"");
}

/// A row of an order is worked on by people, not by a worker.
#[test]
fn a_table_that_is_no_queue() {
    Drafted::of(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'pending', claimed_by TEXT, updated_at TEXT);
         INSERT INTO orders VALUES (1, 'processing', 'ann', '2026-04-11T01:00:00Z'), (2, 'pending', NULL, '2026-04-11T01:00:00Z');",
    )
    .refused(&["tasks.table"]);
}

#[test]
fn a_log_that_may_be_of_anything_is_not_written_to() {
    let log = |row: &str| {
        Drafted::of(&format!(
            "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'open', started_at TEXT);
             CREATE TABLE log (id INTEGER PRIMARY KEY, task_id TEXT, event TEXT, at TEXT);
             INSERT INTO tasks VALUES ('a', 'running', '2026-04-11T01:00:00Z'), ('b', 'open', NULL);
             {row}"
        ))
    };
    log("").says("events.table", &[]).comments("table = \"log\"");
    log("INSERT INTO log VALUES (1, 'a', 'claimed', '2026-04-11T01:00:00Z')")
        .says("events.table", &["log"])
        .profile();
}

#[test]
fn a_row_for_each_task_is_no_run() {
    Drafted::of(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', started_at TEXT);
         CREATE TABLE job_runs (job_id INTEGER PRIMARY KEY REFERENCES jobs, status TEXT, started_at TEXT, ended_at TEXT);
         INSERT INTO jobs VALUES (1, 'running', '2026-04-11T01:00:00Z'), (2, 'new', NULL);
         INSERT INTO job_runs VALUES (1, 'running', '2026-04-11T01:00:00Z', NULL);",
    )
    .says("runs.table", &[])
    .comments("it has one row for each task")
    .profile();
}

#[test]
fn two_tables_that_could_be_the_tasks() {
    let jobs = |name: &str| {
        format!(
            "CREATE TABLE {name} (id TEXT PRIMARY KEY, state TEXT NOT NULL DEFAULT 'new', started_at TEXT);"
        )
    };
    Drafted::of(&(jobs("crawl_jobs") + &jobs("email_jobs")))
        .refused(&["tasks.table", "tasks.words.running"])
        .comments("table = \"crawl_jobs\"")
        .comments("table = \"email_jobs\"");
}

#[test]
fn no_table_of_tasks() {
    Drafted::of("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, last_seen TEXT); CREATE TABLE posts (id INTEGER PRIMARY KEY, body TEXT)")
        .refused(&["tasks.table"])
        .comments("table = \"posts\"");
}

#[test]
fn no_table_at_all() {
    let conn = zombie_sweeper::rusqlite::Connection::open_in_memory().unwrap();
    let error = zombie_sweeper::store::draft_profile(&conn, "queue.db", super::now()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database has no table: expected the tables of a queue"
    );
}

/// A role that was looked at and refused does not come back by its name in the built-in profile.
#[test]
fn what_is_refused_is_not_inherited() {
    Drafted::of(
        "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'open', run_id TEXT, type TEXT, started_at TEXT,
            last_seen TEXT, updated_at TEXT, next_run_at TEXT, slot TEXT);
         CREATE TRIGGER touched AFTER UPDATE ON tasks BEGIN UPDATE tasks SET updated_at = 'x' WHERE id = new.id; END;
         INSERT INTO tasks VALUES ('a', 'running', 'x', 'mail', '2026-04-11T01:00:00Z', 'never', '2026-04-11T01:00:00Z', NULL, '3'),
            ('b', 'open', NULL, 'mail', NULL, NULL, '2026-04-11T01:00:00Z', '2026-04-11T04:00:00Z', '4');",
    )
    .says("tasks.columns.active_run", &[])
    .says("tasks.columns.kind", &[])
    .says("tasks.columns.heartbeat", &[])
    .says("tasks.columns.updated", &[])
    .says("tasks.columns.next_eligible", &[])
    .says("tasks.clear", &["started_at"])
    .comments("last_seen is called so, but holds no times")
    .comments("a trigger writes it")
    .profile();
}

#[test]
fn a_heartbeat_under_another_name_is_offered() {
    Drafted::of(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', started_at INTEGER, progress_mark INTEGER);
         INSERT INTO jobs VALUES ('a', 'running', 1775870280, 1775877470), ('b', 'new', NULL, NULL);",
    )
    .refused(&["tasks.columns.heartbeat"])
    .says("tasks.columns.started", &["started_at"])
    .comments("heartbeat = \"progress_mark\"")
    .comments("in 1 of 1 running rows later than every sign in force; the newest is 10 s old")
    .comments("What shows that a worker lives is not settled");
}

#[test]
fn a_holder_that_waiting_tasks_have_too_is_kept() {
    Drafted::of(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', started_at INTEGER, owner TEXT, locked_by TEXT);
         INSERT INTO jobs VALUES ('a', 'running', 1775870280, 'ann', 'w'), ('b', 'new', NULL, 'bob', NULL);",
    )
    .says("tasks.clear", &["started_at", "locked_by"])
    .comments("owner: filled in 1 of 1 running rows and 1 of 1 waiting ones");
}

#[test]
fn times_without_a_zone_are_asked_about() {
    Drafted::of(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', started_at TEXT);
         INSERT INTO jobs VALUES ('a', 'running', '2026-04-11 01:18:00'), ('b', 'new', NULL);",
    )
    .comments("of jobs.started_at the newest is 2 h old")
    .comments("time_zone = \"local\"");
}

#[test]
fn a_plan_that_is_active_is_no_task_that_runs() {
    Drafted::of(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, name TEXT, status TEXT NOT NULL, schedule TEXT, last_run_at TEXT,
            next_run_at TEXT, updated_at TEXT);
         INSERT INTO jobs VALUES (1, 'report', 'active', '* * * * *', '2026-04-11T01:00:00Z', '2026-04-12T01:00:00Z', '2026-03-11T01:00:00Z'),
            (2, 'mail', 'paused', '* * * * *', NULL, NULL, '2026-03-11T01:00:00Z');",
    )
    .refused(&["tasks.words.running", "tasks.words.open"])
    .comments("running = \"active\"");
}

#[test]
fn a_start_that_is_kept_where_the_row_waits_again() {
    Drafted::of(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'ready', attempted_at TEXT, attempted_by BLOB);
         INSERT INTO jobs VALUES (1, 'running', '2026-04-11T01:00:00Z', x'aabb'), (2, 'ready', NULL, NULL),
            (3, 'retryable', '2026-04-11T01:00:00Z', x'aabb');",
    )
    .says("tasks.words.running", &["running"])
    .says("tasks.clear", &[])
    .comments("attempted_by: filled in 1 of 1 running rows and 1 of 2 waiting ones");
}

/// What waits has neither a holder nor a start: where nothing runs just now, both are named, and both let go.
#[test]
fn a_holder_and_a_start_are_treated_alike_where_nothing_runs() {
    let jobs = |waiting: &str| {
        Drafted::of(&format!(
            "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'ready', taken_at INTEGER, worker TEXT, attempts INTEGER);
             INSERT INTO jobs VALUES (1, 'ready', {waiting}, 0), (2, 'done', 1775870280, 'w', 1);"
        ))
    };
    jobs("NULL, NULL")
        .says("tasks.clear", &["taken_at", "worker"])
        .comments("taken_at: named so; no row is known to run, and 0 of 1 waiting ones have one; worker: named so; no row is known");
    jobs("1775860000, 'v'")
        .says("tasks.clear", &[])
        .comments("doubtful: taken_at: named so; no row is known to run, and 1 of 1 waiting ones have one")
        .comments("clear = [\"taken_at\"]")
        .comments("clear = [\"worker\"]")
        .comments("increment: only a count that grows when an attempt is over needs one more from a reap");
}

/// What waits has no lease, and what is done is gone.
#[test]
fn no_status_and_a_lease_alone() {
    for (table, lease, more) in [
        ("queue", "visible_until", ", attempts INTEGER NOT NULL DEFAULT 0"),
        ("jobs", "visible_until", ", priority INTEGER"),
        ("messages", "invisible_until", ""),
    ] {
        let mut drafted = Drafted::of(&format!(
            "CREATE TABLE {table} (id INTEGER PRIMARY KEY, payload TEXT, {lease} INTEGER{more});
             INSERT INTO {table} (id, payload, {lease}) VALUES (1, '{{}}', NULL), (2, '{{}}', 1775870280), (3, '{{}}', 1775877520);"
        ));
        let condition = format!("running_where = \"t.{lease} IS NOT NULL\"");
        drafted
            .refused(&["tasks.columns.status"])
            .says("tasks.table", &[table])
            .says("tasks.columns.lease", &[lease])
            .comments("MISSING below: tasks.columns.status (or else tasks.running_where)")
            .comments(&(condition.clone() + "   # doubtful: it is true of 2 of 3 rows"));
        let line = drafted
            .text
            .lines()
            .find(|line| line.contains(&condition))
            .unwrap();
        drafted.text = drafted.text.replace(line, &condition);
        drafted.missing.clear();
        drafted.reaps(&["2"]);
    }
}
