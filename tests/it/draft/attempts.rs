//! A table of attempts in which no word says that one is at work: it has no outcome yet.

use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::{Profile, SweepOptions, sweep_zombie_tasks};

use super::{Drafted, now, reaped};

/// Jobs 1 to 4 are running: 1 and 2 since long, by their attempts.
const JOBS: &str = "
    CREATE TABLE jobs (id INTEGER PRIMARY KEY, body TEXT, status TEXT NOT NULL DEFAULT 'waiting');
    INSERT INTO jobs VALUES (1, 'a', 'running'), (2, 'b', 'running'), (3, 'c', 'running'), (4, 'd', 'running'),
        (5, 'e', 'waiting'), (6, 'f', 'waiting'), (7, 'g', 'done'), (8, 'h', 'done');";

fn attempts(id: &str, started: &str, finished: &str, more: &str) -> String {
    let columns = if id.is_empty() { "" } else { "id," };
    let declared = if id.is_empty() {
        String::new()
    } else {
        format!("{id},")
    };
    let no = |no: u8| {
        if id.is_empty() {
            String::new()
        } else {
            format!("{no},")
        }
    };
    let row = |id: u8, job: u8, started: &str, finished: &str, result: &str| {
        format!("({} {job}, {started}, {finished}, {result})", no(id))
    };
    let rows = [
        row(11, 7, "1775860000", "1775860100", "'ok'"),
        row(12, 8, "1775860000", "1775860100", "'failed'"),
        row(13, 8, "1775860200", "1775860300", "'ok'"),
        row(14, 1, "1775860000", "1775860100", "'failed'"),
        row(15, 1, "1775866000", "NULL", "NULL"),
        row(16, 2, "1775867000", "NULL", "NULL"),
        row(17, 3, "1775877300", "NULL", "NULL"),
        row(18, 4, "1775877400", "NULL", "NULL"),
    ];
    format!(
        "CREATE TABLE attempts ({declared} job_id INTEGER NOT NULL REFERENCES jobs, {started} INTEGER NOT NULL, {finished} INTEGER,
            result TEXT{more});
         INSERT INTO attempts ({columns} job_id, {started}, {finished}, result) VALUES {};",
        rows.join(", ")
    )
}

/// The lines of the section that is offered, each without the first sign of its comment, in the place of that which counts.
fn with_the_offer_taken(drafted: &Drafted) -> String {
    let (before, offered) = drafted.text.split_once("\n# [runs]\n").unwrap();
    let (offered, after) = offered.split_once("\n[").unwrap();
    let (before, _) = before.split_once("\n[runs]\n").unwrap();
    let offered: Vec<_> = offered
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.strip_prefix("# ").unwrap_or_else(|| panic!("{line}")))
        .collect();
    format!("{before}\n[runs]\n{}\n[{after}", offered.join("\n"))
}

fn swept(conn: &mut Connection, profile: Profile) -> Vec<String> {
    let report = sweep_zombie_tasks(conn, &SweepOptions::at(now()).profile(profile)).unwrap();
    assert_eq!(report.failed.len(), 0, "{:?}", report.failed);
    report.reaps.iter().map(|reap| reap.task_id.to_string()).collect()
}

#[test]
fn an_attempt_is_open_until_it_has_a_result() {
    for (started, finished) in [("started", "finished"), ("started_at", "finished_at")] {
        let mut drafted =
            Drafted::of(&(JOBS.to_owned() + &attempts("id INTEGER PRIMARY KEY", started, finished, "")));
        drafted
            .says("tasks.words.running", &["running"])
            .says("tasks.words.open", &["waiting"])
            .says("tasks.columns.active_run", &[])
            .says("runs.table", &["attempts"])
            .says("runs.running_where", &["r.result IS NULL"])
            .says("runs.columns.id", &["id"])
            .says("runs.columns.task", &["job_id"])
            .says("runs.columns.status", &["result"])
            .says("runs.columns.started", &[started])
            .says("runs.columns.ended", &[finished])
            .says("runs.words.abandoned", &["failed"])
            .says("runs.words.running", &[])
            .comments("runs without a result: 4, of which 0 have an end; with one: 4, of which 4 have");
        drafted.reaps(&["1", "2"]);
        let profile = drafted.profile();
        assert_eq!(swept(&mut drafted.conn, profile), ["1", "2"]);
        let results = "SELECT group_concat(id) FROM attempts WHERE result = 'failed' AND id > 14";
        let closed: String = drafted.conn.query_row(results, [], |row| row.get(0)).unwrap();
        assert_eq!(closed, "15,16");
    }
}

/// No word that is there fits a lost worker: which one a reap writes is asked.
#[test]
fn no_word_is_made_up_for_a_lost_attempt() {
    let attempts = attempts("id INTEGER PRIMARY KEY", "started", "finished", "").replace("'failed'", "'ok'");
    Drafted::of(&(JOBS.to_owned() + &attempts))
        .says("runs.running_where", &["r.result IS NULL"])
        .says("runs.words.abandoned", &[])
        .refused(&["runs.words.abandoned"])
        .comments("abandoned = \"ok\"");
}

#[test]
fn a_word_that_the_table_allows_is_there() {
    let checked = ", CHECK (result IN ('ok', 'gone', 'lost'))";
    let attempts =
        attempts("id INTEGER PRIMARY KEY", "started", "finished", checked).replace("'failed'", "'gone'");
    Drafted::of(&(JOBS.to_owned() + &attempts))
        .says("runs.words.abandoned", &["lost"])
        .profile();
}

/// A result that is a text of its own is no outcome; the end may be what tells, which is asked. That somebody is at work on
/// the running tasks is seen all the same.
#[test]
fn attempts_that_are_offered_can_be_taken_as_they_are() {
    let attempts = attempts("id INTEGER PRIMARY KEY", "started", "finished", "");
    let long = "'{\"answer\": 42}'";
    let attempts = attempts.replace("'ok'", long).replace("'failed'", long);
    let mut drafted = Drafted::of(&(JOBS.to_owned() + &attempts));
    drafted
        .says("tasks.words.running", &["running"])
        .says("tasks.columns.active_run", &[])
        .says("runs.table", &[])
        .comments("every task that runs is undecided")
        .comments("Whether attempts is the table of runs is asked at [runs]: settle it first.")
        .comments("4 of its newest 8 rows have no finished")
        .comments("Is attempts the table of runs, one row for each time that a task was taken?")
        .comments("running: 4 rows, 4 of all with an open row in attempts");
    drafted.reaps(&[]);
    drafted.text = with_the_offer_taken(&drafted);
    drafted.keys = super::keys(&drafted.text);
    drafted
        .says("runs.table", &["attempts"])
        .says("runs.running_where", &["r.finished IS NULL"])
        .says("runs.columns.status", &[])
        .says("runs.columns.task", &["job_id"])
        .says("runs.columns.started", &["started"])
        .says("runs.columns.ended", &["finished"]);
    drafted.reaps(&["1", "2"]);
    let profile = drafted.profile();
    assert_eq!(swept(&mut drafted.conn, profile), ["1", "2"]);
}

/// Nothing runs just now: the names alone are no strong evidence.
#[test]
fn attempts_none_of_which_is_open() {
    let finished = "UPDATE attempts SET finished = started + 1, result = 'ok' WHERE result IS NULL;
        UPDATE jobs SET status = 'done' WHERE status = 'running';";
    let attempts = attempts("id INTEGER PRIMARY KEY", "started", "finished", "");
    let mut drafted = Drafted::of(&(JOBS.to_owned() + &attempts + finished));
    drafted.says("runs.table", &[]).refused(&["tasks.words.running"]);
    drafted.text = with_the_offer_taken(&drafted);
    drafted.keys = super::keys(&drafted.text);
    drafted
        .says("runs.running_where", &["r.result IS NULL"])
        .says("runs.columns.status", &["result"])
        .says("runs.words.abandoned", &["failed"]);
}

#[test]
fn an_end_that_some_open_attempts_have_speaks_against_it() {
    let attempts = attempts("id INTEGER PRIMARY KEY", "started", "finished", "");
    let ended = "UPDATE attempts SET finished = started + 1 WHERE id = 18;";
    Drafted::of(&(JOBS.to_owned() + &attempts + ended))
        .says("runs.table", &[])
        .comments("running_where = \"r.finished IS NULL\"");
}

#[test]
fn attempts_without_an_id() {
    let mut drafted = Drafted::of(&(JOBS.to_owned() + &attempts("", "started", "finished", "")));
    drafted
        .says("tasks.words.running", &["running"])
        .says("runs.table", &[])
        .comments("attempts looks like the table of runs, but it has no id")
        .comments("The queue has to give its runs a column for it")
        .comments("running_where = \"r.result IS NULL\"");
    drafted.reaps(&[]);
    // What is offered says itself that an id is missing.
    let taken = with_the_offer_taken(&drafted);
    let profile = Profile::from_toml(&taken).unwrap();
    let error = zombie_sweeper::store::Schema::read(&drafted.conn, &profile).unwrap_err();
    assert!(error.to_string().contains("runs.id"), "{error}");
    // Once it has one, the offer holds.
    drafted
        .conn
        .execute_batch(
            "ALTER TABLE attempts ADD COLUMN id INTEGER; UPDATE attempts SET id = rowid; CREATE UNIQUE INDEX one ON attempts (id);",
        )
        .unwrap();
    let taken = taken.replace("\nid = []", "\nid = \"id\"");
    let profile = Profile::from_toml(&taken).unwrap_or_else(|error| panic!("{error}\n{taken}"));
    assert_eq!(reaped(&mut drafted.conn, profile), ["1", "2"]);
}

/// Whether a table of runs is taken or not: no column names a run.
#[test]
fn no_pointer() {
    let text = Drafted::of("CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT, started_at TEXT)").text;
    assert!(
        text.contains("active_run = []   # no column names a run"),
        "{text}"
    );
    let text = Drafted::of(&(JOBS.to_owned() + &attempts("", "started", "finished", ""))).text;
    assert!(!text.contains("there is no table of runs"), "{text}");
    assert!(
        text.contains("active_run = []   # no column is known to name a row of attempts"),
        "{text}"
    );
}
