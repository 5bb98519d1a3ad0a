//! Databases that are unlike others: the draft is TOML all the same.

use super::Drafted;

#[test]
fn names_that_need_quotes() {
    let mut drafted = Drafted::of(
        "CREATE TABLE \"my \"\"jobs\" (\"the id\" TEXT PRIMARY KEY, \"status\" TEXT NOT NULL DEFAULT 'on \"hold', \"started\nat\" TEXT,
            \"done at\\\" TEXT);
         INSERT INTO \"my \"\"jobs\" VALUES ('a', 'running', '2026-04-11T01:00:00Z', NULL), ('b', 'on \"hold', NULL, NULL),
            ('c', '# [runs]' || char(10) || 'table = \"x\"', '2026-04-11T01:00:00Z', '2026-04-11T01:00:01Z');",
    );
    drafted
        .says("tasks.table", &["my \"jobs"])
        .says("tasks.columns.started", &["started\nat"])
        .says("tasks.columns.ended", &["done at\\"])
        .says("tasks.words.open", &["on \"hold"]);
    drafted.reaps(&["a"]);
}

#[test]
fn a_name_of_the_file_that_breaks_the_line() {
    let conn = zombie_sweeper::rusqlite::Connection::open_in_memory().unwrap();
    conn.execute_batch("CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT, started_at TEXT)")
        .unwrap();
    let draft = zombie_sweeper::store::draft_profile(&conn, "a\ntable = 1\u{7}", super::now()).unwrap();
    assert!(
        draft.text.starts_with("# A draft of a profile for a"),
        "{}",
        draft.text
    );
    assert!(!draft.text.contains("\ntable = 1"), "{}", draft.text);
    super::keys(&draft.text);
}

#[test]
fn events_with_a_key_of_several_columns() {
    let drafted = Drafted::of(
        "CREATE TABLE tasks (id INTEGER PRIMARY KEY, status TEXT, started_at TEXT);
         INSERT INTO tasks VALUES (1, 'running', '2026-04-11T01:00:00Z'), (2, 'open', NULL), (3, 'done', NULL);
         CREATE TABLE task_events (id INTEGER, no INTEGER, task_id INTEGER, event_type TEXT, created_at TEXT,
            PRIMARY KEY (id, no));",
    );
    let text = &drafted.text;
    for column in ["id", "no"] {
        let line = text
            .lines()
            .find(|line| line.contains("MISSING") && line.contains(column));
        assert!(line.is_some(), "{column}: {text}");
    }
}

#[test]
fn tables_of_every_kind() {
    let drafted = Drafted::of(
        "PRAGMA encoding = 'UTF-16';
         CREATE TABLE jobs (id ANY PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', beat_at INTEGER, twice INTEGER AS (beat_at * 2),
            worker TEXT) STRICT, WITHOUT ROWID;
         CREATE VIEW tasks AS SELECT id, status FROM jobs;
         CREATE TABLE typeless (a, b, c);
         CREATE TABLE one (x INTEGER PRIMARY KEY);
         CREATE TEMP TABLE task_runs (id TEXT, task_id TEXT, status TEXT);
         INSERT INTO jobs (id, status, beat_at, worker) VALUES (x'01', 'running', 1775870280, 'w'), (2, 'new', NULL, NULL);
         INSERT INTO typeless VALUES (x'00', 1e300, 'ü'), (NULL, -1, char(0));",
    );
    drafted
        .says("tasks.table", &["jobs"])
        .says("tasks.columns.heartbeat", &["beat_at"])
        .says("runs.table", &[]);
    assert_eq!(drafted.missing, [""; 0]);
}

#[test]
fn a_large_table_is_looked_at_in_part() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', started_at INTEGER, done_at INTEGER, body TEXT);
         WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO jobs SELECT i, 'done', 1775860000, 1775860001, hex(zeroblob(500)) FROM n;
         UPDATE jobs SET status = 'running', done_at = NULL WHERE id = 7;
         UPDATE jobs SET status = 'new', done_at = NULL, started_at = NULL WHERE id = 8;",
    );
    drafted
        .says("tasks.words.running", &["running"])
        .comments("1000 of its rows were looked at");
    drafted.reaps(&["7"]);
}
