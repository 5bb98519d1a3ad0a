//! Where something that plays no role is fresher than what does, a draft does not say what shows life: it asks.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::zombie::Reason;
use zombie_sweeper::{SweepOptions, sweep_zombie_tasks};

use super::{Drafted, now};

/// Two jobs that began two hours ago, each with a time in one more column, and one that waits.
fn with(column: &str, first: &str, second: &str, waiting: &str) -> Drafted {
    Drafted::of(&format!(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'queued', worker TEXT, started_at INTEGER, {column} INTEGER);
         INSERT INTO jobs VALUES (1, 'running', 'v', 1775870280, {first}), (2, 'running', 'w', 1775870280, {second}),
            (3, 'queued', NULL, NULL, {waiting});"
    ))
}

#[test]
fn a_moment_that_moves_while_a_task_runs() {
    for column in [
        "progress_at",
        "poll_time",
        "updated_at",
        "modified",
        "tick",
        "created_at",
    ] {
        with(column, "1775877475", "1775877460", "NULL")
            .refused(&["tasks.columns.heartbeat"])
            .says("tasks.columns.started", &["started_at"])
            .comments(&format!("heartbeat = \"{column}\""))
            .comments("in 2 of 2 running rows later than every sign in force; the newest is 5 s old")
            .comments("heartbeat = []   # doubtful: if nothing else shows that a worker lives");
    }
}

/// One row is enough, and one of long ago too: whoever wrote it was at work.
#[test]
fn in_one_row_of_several() {
    for moment in ["1775877475", "1775873880"] {
        with("progress_at", "1775870280", moment, "NULL")
            .refused(&["tasks.columns.heartbeat"])
            .comments("in 1 of 2 running rows");
    }
}

#[test]
fn what_was_written_with_the_start_moves_nothing() {
    let mut drafted = with("updated_at", "1775870280", "1775870281", "1775877000");
    drafted.reaps(&["1", "2"]);
}

#[test]
fn a_heartbeat_in_force_that_is_as_good() {
    let jobs = |beat: &str| {
        Drafted::of(&format!(
            "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'queued', started_at INTEGER, last_seen INTEGER,
                progress_at INTEGER);
             INSERT INTO jobs VALUES (1, 'running', 1775870280, {beat}, 1775877475), (2, 'queued', NULL, NULL, NULL);"
        ))
    };
    jobs("1775877450")
        .says("tasks.columns.heartbeat", &["last_seen"])
        .profile();
    for beat in ["1775873000", "NULL", "1775870280"] {
        jobs(beat)
            .refused(&["tasks.columns.heartbeat"])
            .comments("heartbeat = [\"last_seen\", \"progress_at\"]")
            .comments("heartbeat = \"last_seen\"   # doubtful: if nothing else shows that a worker lives");
    }
}

/// What the reader takes settles it: the heartbeat, or that there is none.
#[test]
fn settled_by_its_reader() {
    for (taken, reaped) in [("\"progress_at\"", &[][..]), ("[]", &["1", "2"])] {
        let mut drafted = with("progress_at", "1775877475", "1775877460", "NULL");
        drafted.text = drafted
            .text
            .replace("heartbeat = \"\" ", &format!("heartbeat = {taken} "));
        drafted.missing.clear();
        drafted.reaps(reaped);
    }
}

/// A lease decides by itself, and says nothing of a worker that renews it elsewhere.
#[test]
fn a_lease_that_is_over_while_something_moves() {
    let jobs = |until: &str| {
        Drafted::of(&format!(
            "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'queued', locked_until INTEGER, extended INTEGER);
             INSERT INTO jobs VALUES (1, 'running', {until}, 1775877475), (2, 'queued', NULL, NULL);"
        ))
    };
    jobs("1775877380")
        .refused(&["tasks.columns.heartbeat"])
        .comments("heartbeat = \"extended\"");
    jobs("1775877580").profile();
}

#[test]
fn runs_and_what_names_them() {
    let base = "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'open');
         CREATE TABLE runs (id INTEGER PRIMARY KEY, task_id TEXT REFERENCES tasks, status TEXT NOT NULL, started_at TEXT,
            finished_at TEXT, ticked TIMESTAMP);
         CREATE TABLE run_steps (id INTEGER PRIMARY KEY, run_id INTEGER REFERENCES runs, at TEXT);
         INSERT INTO tasks VALUES ('a', 'running'), ('b', 'open'), ('c', 'done');
         INSERT INTO runs VALUES (1, 'c', 'lost', '2026-04-11T01:00:00Z', '2026-04-11T01:30:00Z', '2026-04-11T03:17:50Z'),
            (2, 'a', 'running', '2026-04-11T01:00:00Z', NULL, NULL);";
    let mut drafted = Drafted::of(base);
    drafted.says("runs.table", &["runs"]);
    drafted.reaps(&["a"]);
    let ticked = "UPDATE runs SET ticked = '2026-04-11T03:17:54Z' WHERE id = 2;";
    Drafted::of(&(base.to_owned() + ticked))
        .refused(&["runs.columns.heartbeat"])
        .comments("heartbeat = \"ticked\"")
        .comments("the newest is 6 s old");
    let step = "INSERT INTO run_steps VALUES (1, 2, '2026-04-11T03:17:54Z');";
    Drafted::of(&(base.to_owned() + step))
        .refused(&["tasks.columns.heartbeat"])
        .comments("a row of run_steps names its run, and has a later time; the newest is 6 s old");
}

/// Runs that are offered ask the same, should they be taken.
#[test]
fn runs_that_are_offered() {
    let drafted = Drafted::of(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'waiting', payload TEXT);
         CREATE TABLE attempts (id INTEGER PRIMARY KEY, job_id INTEGER REFERENCES jobs, started INTEGER, finished INTEGER, moved TIMESTAMP);
         INSERT INTO jobs VALUES (1, 'running', ''), (2, 'waiting', ''), (3, 'done', '');
         INSERT INTO attempts VALUES (1, 3, 1775860000, 1775860100, NULL), (2, 1, 1775870280, NULL, 1775877475);",
    );
    drafted.says("runs.table", &[]).profile();
    drafted
        .comments("heartbeat = \"\"   # MISSING: what shows life is not settled")
        .comments("heartbeat = \"moved\"");
}

fn with_workers(worker: &str, workers: &str) -> Drafted {
    Drafted::of(&format!(
        "CREATE TABLE workers (id INTEGER PRIMARY KEY, name TEXT UNIQUE, last_seen INTEGER, polled TIMESTAMP);
         CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'queued', {worker}, started_at INTEGER);
         INSERT INTO workers VALUES {workers};
         INSERT INTO jobs VALUES (1, 'running', 'w-1', 1775870280), (2, 'running', 'w-2', 1775870280), (3, 'queued', NULL, NULL),
            (4, 'done', 'w-1', 1775870280);"
    ))
}

#[test]
fn a_worker_may_be_named_by_any_column_in_which_no_two_have_the_same() {
    for worker in [
        "worker_name TEXT",
        "worker TEXT",
        "taken_by TEXT",
        "worker TEXT REFERENCES workers (name)",
    ] {
        let name = worker.split(' ').next().unwrap();
        let mut drafted = with_workers(
            worker,
            "(1, 'w-1', 1775877470, NULL), (2, 'w-2', 1775870290, NULL)",
        );
        drafted
            .says("tasks.columns.worker", &[name])
            .says("workers.table", &["workers"])
            .says("workers.columns.id", &["name"])
            .says("workers.columns.heartbeat", &["last_seen"])
            .comments("2 of 2 different values are ids of workers");
        drafted.reaps(&["2"]);
    }
}

#[test]
fn workers_that_are_at_work_and_that_nothing_names() {
    let drafted = with_workers("taken_by TEXT", "(1, 'host-1', 1775877470, NULL)");
    drafted
        .refused(&["tasks.columns.worker"])
        .says("workers.table", &["workers"])
        .comments("workers looks like workers, and of their heartbeats the newest is 10 s old")
        .comments("worker = \"taken_by\"   # doubtful: it sounds like one that holds a task")
        .comments("worker = []");
    let none = drafted
        .text
        .replace("worker = \"\"", "worker = []")
        .replace("table = \"workers\"", "table = \"\"");
    let none = none
        .split("\n[workers.columns]")
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let rest = none[1].split_once("\n[").map_or("", |(_, rest)| rest);
    let mut settled = Drafted {
        text: format!("{}\n[{rest}", none[0]),
        missing: Vec::new(),
        ..drafted
    };
    settled.reaps(&["1", "2"]);
    // Where none was seen for long, nobody is at work.
    let mut drafted = with_workers("taken_by TEXT", "(1, 'host-1', 1775870290, NULL)");
    drafted.says("workers.table", &[]);
    drafted.reaps(&["1", "2"]);
}

#[test]
fn a_moment_of_a_worker_that_plays_no_role() {
    with_workers(
        "worker TEXT",
        "(1, 'w-1', 1775870290, 1775877475), (2, 'w-2', 1775870290, NULL)",
    )
    .refused(&["workers.columns.heartbeat"])
    .comments("heartbeat = [\"last_seen\", \"polled\"]");
}

#[test]
fn of_two_columns_that_may_name_a_worker_the_other_is_alive() {
    Drafted::of(
        "CREATE TABLE workers (id INTEGER PRIMARY KEY, name TEXT UNIQUE, last_seen INTEGER);
         CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new', worker_id INTEGER, worker TEXT, started_at INTEGER);
         INSERT INTO workers VALUES (1, 'u', 1775870290), (2, 'v', 1775877470);
         INSERT INTO jobs VALUES (1, 'running', 1, 'v', 1775870280), (2, 'new', NULL, NULL, NULL);",
    )
    .refused(&["tasks.columns.worker"])
    .comments("worker names a row of workers by name, which has a later time; the newest is 10 s old")
    .comments("worker = \"worker\"");
}

#[test]
fn what_lies_ahead_while_a_task_runs_may_be_a_lease() {
    for column in ["visible_at", "deadline", "again", "next_run_at"] {
        with(column, "1775877580", "1775877500", "NULL")
            .refused(&["tasks.columns.lease"])
            .comments(&format!("lease = \"{column}\""));
    }
    // One that is over, beside one that is not: that is what leases look like.
    with("visible_at", "1775877580", "1775877300", "1775870000").refused(&["tasks.columns.lease"]);
    let mut drafted = with("deadline", "1775877580", "1775877500", "1775877580");
    drafted.says("tasks.columns.lease", &[]);
    drafted.reaps(&["1", "2"]);
    with("deadline", "1775877300", "1775877301", "NULL").reaps(&["1", "2"]);
}

#[test]
fn a_length_in_another_unit() {
    for column in ["lease_ms", "lock_ttl_ms", "claim_minutes"] {
        with(column, "7200000", "7200000", "NULL")
            .refused(&["tasks.columns.lease"])
            .comments(&format!("{column} sounds like how long a claim lasts"));
    }
    with("lease_id", "7", "8", "NULL").profile();
}

/// Two columns of a lease are two moments, and never a start and a length.
#[test]
fn several_leases_are_several_moments() {
    let mut drafted = Drafted::of(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'queued', worker TEXT, started_at TEXT,
            locked_until TEXT, extended_until TEXT);
         INSERT INTO jobs VALUES (1, 'running', 'u', '2026-04-11T01:18:00Z', '2026-04-11T03:28:00Z', NULL),
            (2, 'running', 'v', '2026-04-11T01:18:00Z', '2026-04-11T03:08:00Z', '2026-04-11T03:28:00Z'),
            (3, 'running', 'w', '2026-04-11T01:18:00Z', '2026-04-11T03:08:00Z', NULL), (4, 'queued', NULL, NULL, NULL, NULL);",
    );
    drafted.says("tasks.columns.lease", &["locked_until", "extended_until"]);
    drafted.reaps(&["3"]);
}

/// Where there is no status, what is held is looked at: the reader's condition is asked for, and what shows life as well.
#[test]
fn without_a_status() {
    Drafted::of(
        "CREATE TABLE queue (id INTEGER PRIMARY KEY, reserved_at INTEGER, done_at INTEGER, payload TEXT, moved TIMESTAMP);
         INSERT INTO queue VALUES (1, 1775870280, NULL, '{}', 1775877475), (2, NULL, NULL, '{}', NULL);",
    )
    .refused(&["tasks.columns.status", "tasks.columns.heartbeat"]);
}

#[test]
fn no_table_of_tasks_and_nothing_said_of_life() {
    let drafted = Drafted::of("CREATE TABLE posts (id INTEGER PRIMARY KEY, body TEXT)");
    drafted.comments("a table, a name or a word is expected, and none is found. To be filled in, MISSING below: tasks.table.");
    assert!(!drafted.text.contains("a worker lives"), "{}", drafted.text);
}

/// A column of moments: what it is called, and what stands in it.
#[derive(Clone, Copy, Debug)]
enum Moments {
    Never,
    Old,
    Older,
    Fresh,
    Mixed,
}

const NAMES: [&str; 16] = [
    "started_at",
    "claimed_at",
    "locked_at",
    "heartbeat_at",
    "last_seen",
    "updated_at",
    "created_at",
    "progress_at",
    "moved",
    "ticked_at",
    "renewed_at",
    "finished_at",
    "locked_until",
    "synced",
    "run_on",
    "noted_at",
];

fn columns() -> impl Strategy<Value = Vec<(&'static str, Moments)>> {
    use Moments::{Fresh, Mixed, Never, Old, Older};
    let moments = prop::sample::select(vec![Never, Old, Old, Old, Old, Older, Older, Older, Fresh, Mixed]);
    let columns = prop::collection::btree_map(prop::sample::select(&NAMES[..]), moments, 0..6);
    columns.prop_map(|columns| columns.into_iter().collect())
}

/// What row `no` has in it.
fn at(moments: Moments, no: i64) -> String {
    let now = now().timestamp();
    match moments {
        Moments::Never => "NULL".to_owned(),
        Moments::Old => (now - 7_200).to_string(),
        Moments::Older => (now - 9_000 - no).to_string(),
        Moments::Fresh => (now - 5 - no).to_string(),
        Moments::Mixed if no % 2 == 0 => (now - 20).to_string(),
        Moments::Mixed => (now - 8_000).to_string(),
    }
}

fn table(name: &str, own: &str, rows: &[String], columns: &[(&str, Moments)]) -> String {
    let declared: Vec<_> = columns
        .iter()
        .map(|(name, _)| format!(", {name} TIMESTAMP"))
        .collect();
    let mut sql = format!("CREATE TABLE {name} ({own}{});\n", declared.concat());
    for (no, row) in (0..).zip(rows) {
        let moments: Vec<_> = columns
            .iter()
            .map(|(_, moments)| format!(", {}", at(*moments, no)))
            .collect();
        writeln!(sql, "INSERT INTO {name} VALUES ({row}{});", moments.concat()).unwrap();
    }
    sql
}

/// Jobs 1 to 3 run, 4 waits and 5 is done; a run, a worker and a note for each, or none.
fn queue() -> impl Strategy<Value = (String, [bool; 3])> {
    let tables = (any::<bool>(), any::<bool>(), any::<bool>());
    let all = (columns(), columns(), columns(), columns());
    (all, tables, any::<bool>()).prop_map(
        |((jobs, attempts, workers, notes), (has_runs, has_workers, has_notes), by_name)| {
            let word = |no: i64| {
                ["running", "running", "running", "queued", "done"]
                    .get(usize::try_from(no - 1).unwrap())
                    .copied()
                    .unwrap()
            };
            let worker = |no: i64| {
                if no == 4 {
                    "NULL".to_owned()
                } else if by_name {
                    format!("'w-{no}'")
                } else {
                    no.to_string()
                }
            };
            let rows = |row: &dyn Fn(i64) -> String| (1..=5).map(row).collect::<Vec<_>>();
            let mut sql = table(
                "jobs",
                "id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'queued', worker",
                &rows(&|no| format!("{no}, '{}', {}", word(no), worker(no))),
                &jobs,
            );
            if has_runs {
                let of =
                    rows(&|no| format!("{}, {no}, '{}'", no + 10, if no < 4 { "running" } else { "lost" }));
                sql += &table(
                    "attempts",
                    "id INTEGER PRIMARY KEY, job_id INTEGER REFERENCES jobs, status TEXT",
                    &of,
                    &attempts,
                );
            }
            if has_workers {
                // One that began after the work did is another one under the same name: its life is not the job's.
                let begins =
                    |name: &str| ["started_at", "claimed_at", "locked_at", "created_at"].contains(&name);
                let workers: Vec<_> = workers.into_iter().filter(|(name, _)| !begins(name)).collect();
                sql += &table(
                    "workers",
                    "id INTEGER PRIMARY KEY, name TEXT UNIQUE",
                    &rows(&|no| format!("{no}, 'w-{no}'")),
                    &workers,
                );
            }
            if has_notes {
                sql += &table(
                    "notes",
                    "id INTEGER PRIMARY KEY, job_id INTEGER REFERENCES jobs",
                    &rows(&|no| format!("{}, {no}", no + 20)),
                    &notes,
                );
            }
            (sql, [has_runs, has_workers, has_notes])
        },
    )
}

/// The newest moment within the last minute that stands in a job's row, or in one that names it or that it names; and when
/// the last lease there ends.
fn fresh(conn: &Connection, id: &str, [runs, workers, notes]: [bool; 3]) -> (Option<i64>, Option<i64>) {
    let (mut found, mut leases) = (Vec::new(), Vec::new());
    let mut look = |table: &str, condition: &str| {
        let sql = format!("SELECT * FROM {table} WHERE {condition}");
        let mut statement = conn.prepare(&sql).unwrap();
        let names: Vec<_> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for (place, name) in names.iter().enumerate() {
                match row.get::<_, i64>(place) {
                    Ok(at) if name == "locked_until" => leases.push(at),
                    Ok(at) => found.push(at),
                    Err(_) => {}
                }
            }
        }
    };
    look("jobs", &format!("id = {id}"));
    if runs {
        look("attempts", &format!("job_id = {id} AND status = 'running'"));
    }
    if workers {
        look("workers", &format!("id = {id}"));
    }
    if notes {
        look("notes", &format!("job_id = {id}"));
    }
    let now = now().timestamp();
    let lately = found.into_iter().filter(|at| (now - 60..=now).contains(at));
    (lately.max(), leases.into_iter().max())
}

/// Whatever the schema is: with a draft that is accepted as it stands, no task is called dead of which anything has moved
/// within the last minute.
#[test]
fn nobody_is_called_dead_who_has_just_written_something() {
    let (accepted, dead) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let config = ProptestConfig {
        cases: 250,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let rng = prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha);
    let checked = TestRunner::new_with_rng(config, rng).run(&queue(), |(sql, tables)| {
        let mut drafted = Drafted::of(&sql);
        if !drafted.missing.is_empty() {
            return Ok(());
        }
        let profile = drafted.profile();
        let options = SweepOptions::at(now()).dry_run(true).profile(profile);
        let report = sweep_zombie_tasks(&mut drafted.conn, &options).unwrap();
        accepted.fetch_add(1, Ordering::Relaxed);
        dead.fetch_add(report.reaps.len(), Ordering::Relaxed);
        for reap in &report.reaps {
            let id = reap.task_id.to_string();
            let (fresh, lease) = fresh(&drafted.conn, &id, tables);
            // A lease that was let run out decides at once; only what moved after it speaks against that.
            let fresh = fresh.filter(|fresh| reap.reason != Reason::LeaseExpired || Some(*fresh) > lease);
            prop_assert!(
                fresh.is_none(),
                "{id} {:?} {fresh:?}\n{sql}\n{}",
                reap.reason,
                drafted.text
            );
        }
        Ok(())
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
    let (accepted, dead) = (accepted.into_inner(), dead.into_inner());
    assert!(accepted > 40 && dead > 60, "{accepted} drafts, {dead} dead");
}
