//! Ids of several columns, and rows that nothing but several columns address.

use crate::world::{World, moment, reasons};

const JOBS: &str =
    "CREATE TABLE jobs (queue TEXT, number INTEGER, state TEXT, begun_at TEXT, PRIMARY KEY (queue, number))";
const PROFILE: &str = "events.table = ''\nruns.table = ''\nworkspaces.table = ''\n[tasks]\ntable = 'jobs'\nclear = []\n\
     [tasks.columns]\nid = ['queue', 'number']\nstatus = 'state'\nstarted = 'begun_at'";

fn jobs(option: &str) -> World {
    World::foreign(&format!("{JOBS} {option}"))
        .sql(&format!(
            "INSERT INTO jobs VALUES ('mail', 1, 'running', '{0}'), ('mail', 2, 'running', '{1}'), ('post', 1, 'running', '{0}'),
                ('a/b', 1, 'running', '{0}')",
            moment("2h ago"),
            moment("1m ago")
        ))
        .profile(PROFILE)
}

#[test]
fn they_are_shown_with_a_stroke_between() {
    for option in ["", "WITHOUT ROWID"] {
        let mut world = jobs(option);
        assert_eq!(world.dry_run().reaps.len(), 3);
        let report = world.sweep();
        assert_eq!(
            reasons(&report),
            [
                "a/b/1: stale_heartbeat",
                "mail/1: stale_heartbeat",
                "post/1: stale_heartbeat"
            ]
        );
        let left = "SELECT group_concat(queue || number) FROM jobs WHERE state = 'running'";
        assert_eq!(world.query(left), "mail2");
        assert_eq!(world.sweep().reaps.len(), 0);
    }
}

#[test]
fn page_by_page_as_at_once() {
    let mut world = jobs("WITHOUT ROWID").options(|options| options.batch_size(std::num::NonZeroUsize::MIN));
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.transactions), (3, 3));
}

#[test]
fn a_list_that_is_no_key_is_one_of_alternatives() {
    let mut world = jobs("").profile(&PROFILE.replace("'number']", "'state']"));
    let report = world.sweep();
    assert_eq!(report.healthy, 1);
    assert_eq!(report.undecided[0].why, "another running task has the same id");
}

#[test]
fn runs_and_events_name_such_a_task() {
    let mut world = jobs("WITHOUT ROWID")
        .sql(&format!(
            "CREATE TABLE attempts (queue TEXT, number INTEGER, attempt INTEGER, state TEXT, beat_at TEXT, \
                PRIMARY KEY (queue, number, attempt)) WITHOUT ROWID;
             INSERT INTO attempts VALUES ('mail', 1, 1, 'failed', '{1}'), ('mail', 1, 2, 'running', '{0}'),
                ('mail', 2, 1, 'running', '{1}'), ('post', 1, 1, 'running', '{1}'), ('a/b', 1, 1, 'completed', '{0}');
             CREATE TABLE events (id INTEGER PRIMARY KEY, task_id TEXT, event_type TEXT)",
            moment("16m ago"),
            moment("1m ago")
        ))
        .profile(
            "workspaces.table = ''\nevents.table = 'events'\n[tasks]\ntable = 'jobs'\nclear = []\n\
             [tasks.columns]\nid = ['queue', 'number']\nstatus = 'state'\nactive_run = []\nstarted = []\n\
             [runs]\ntable = 'attempts'\n[runs.columns]\nid = 'attempt'\ntask = ['queue', 'number']\nstatus = 'state'\nheartbeat = 'beat_at'",
        );
    let report = world.sweep();
    assert_eq!(
        reasons(&report),
        ["a/b/1: run_completed", "mail/1: stale_heartbeat"]
    );
    assert_eq!(report.runs_abandoned, 1);
    assert_eq!(
        world.query("SELECT group_concat(task_id, ' ') FROM events"),
        "a/b/1 mail/1"
    );
    let states = "SELECT group_concat(state, ' ') FROM attempts WHERE queue = 'mail' AND number = 1";
    assert_eq!(world.query(states), "failed abandoned");
}

#[test]
fn runs_that_name_it_by_fewer_columns_are_an_error() {
    let said = jobs("")
        .sql("CREATE TABLE attempts (id INTEGER PRIMARY KEY, number INTEGER, status TEXT)")
        .profile(
            "events.table = ''\n[tasks]\ntable = 'jobs'\n[tasks.columns]\nid = ['queue', 'number']\nstatus = 'state'\n\
             active_run = []\n[runs]\ntable = 'attempts'\n[runs.columns]\ntask = 'number'",
        )
        .refused();
    assert!(
        said.contains("runs.task: expected the 2 columns that name a task"),
        "{said}"
    );
}

#[test]
fn bytes_are_a_part_as_good_as_any() {
    for option in ["", "WITHOUT ROWID"] {
        let mut world = World::foreign(&format!("CREATE TABLE jobs (queue, number BLOB, state TEXT, begun_at TEXT, PRIMARY KEY (queue, number)) {option}"))
            .sql(&format!(
                "INSERT INTO jobs VALUES ('mail', x'00ff', 'running', '{0}'), (x'1331', 2, 'running', '{0}'), (1, 2, 'running', '{1}'),
                    ('mail', x'01', 'running', '{1}')",
                moment("2h ago"),
                moment("1m ago")
            ))
            .profile(PROFILE);
        let report = world.sweep();
        assert_eq!(
            reasons(&report),
            ["mail/00ff: stale_heartbeat", "1331/2: stale_heartbeat"]
        );
        let alive = "SELECT count(*) FROM jobs WHERE state = 'running' AND (queue = 1 OR number = x'01')";
        assert_eq!(world.query(alive), 2);
    }
}

#[test]
fn a_part_that_is_null_is_no_id() {
    let mut world = jobs("").sql(&format!(
        "INSERT INTO jobs VALUES ('mail', NULL, 'running', '{0}'), ('mail', NULL, 'running', '{1}')",
        moment("2h ago"),
        moment("1m ago")
    ));
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.undecided.len()), (3, 1), "{report:?}");
    let undecided = &report.undecided[0];
    assert_eq!(
        (&*undecided.why, undecided.has_no_id),
        ("the task's id is null", true)
    );
}

#[test]
fn runs_that_name_it_by_other_types_are_an_error() {
    let said = jobs("")
        .sql("CREATE TABLE attempts (id INTEGER PRIMARY KEY, queue TEXT, number TEXT, status TEXT)")
        .profile(
            "events.table = ''\n[tasks]\ntable = 'jobs'\n[tasks.columns]\nid = ['queue', 'number']\nstatus = 'state'\n\
             active_run = []\n[runs]\ntable = 'attempts'\n[runs.columns]\ntask = ['queue', 'number']",
        )
        .refused();
    assert!(
        said.contains("runs.task: attempts.number is declared otherwise than number"),
        "{said}"
    );
}

#[test]
fn an_index_of_its_columns_leads_to_its_runs() {
    use std::fmt::Write as _;
    let of_both = "CREATE INDEX both ON attempts (number, queue)";
    for (index, warns) in [(of_both, false), ("", true)] {
        let mut rows = String::new();
        for n in 0..12_000 {
            write!(
                rows,
                "{}('other', {n}, 'completed', NULL)",
                if n == 0 { "" } else { ", " }
            )
            .unwrap();
        }
        let mut world = jobs("")
            .sql("CREATE TABLE attempts (id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT, number INTEGER, status TEXT, started_at TEXT)")
            .sql(&format!("INSERT INTO attempts (queue, number, status, started_at) VALUES {rows}"))
            .sql(index)
            .profile(
                "events.table = ''\n[tasks]\ntable = 'jobs'\n[tasks.columns]\nid = ['queue', 'number']\nstatus = 'state'\n\
                 active_run = []\n[runs]\ntable = 'attempts'\n[runs.columns]\ntask = ['queue', 'number']",
            );
        let warnings = world.sweep().warnings.join("\n");
        let names_it = warnings.contains("CREATE INDEX attempts_queue_number ON attempts(queue, number)");
        assert_eq!(names_it, warns, "{warnings}");
    }
}
