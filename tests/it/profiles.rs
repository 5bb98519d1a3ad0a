//! A profile file: another orchestrator altogether, and what a file that cannot be used is told.

use zombie_sweeper::store::Profile;

use crate::world::{NULL, World, moment, reasons};

/// Jobs, attempts and a log: integer ids, epoch seconds, no projects, no workspaces.
const JOBS: &str = "
    CREATE TABLE jobs (
        job_id INTEGER PRIMARY KEY, kind TEXT, state TEXT, attempt INTEGER, node TEXT, note TEXT,
        priority INTEGER NOT NULL DEFAULT 50, beat INTEGER, picked_up INTEGER, touched INTEGER, due INTEGER
    );
    CREATE TABLE attempts (
        number INTEGER PRIMARY KEY, job INTEGER, state TEXT, exit_reason TEXT, pid INTEGER,
        beat INTEGER, began INTEGER, ended INTEGER
    );
    CREATE TABLE log (
        line INTEGER PRIMARY KEY, job INTEGER NOT NULL, attempt INTEGER, what TEXT NOT NULL, level TEXT NOT NULL,
        who TEXT, detail TEXT, at INTEGER NOT NULL
    );
    -- 1775877480 is now.
    INSERT INTO jobs VALUES
        (9, 'cron', 'busy', 90, 'node-a', 'x', 50, NULL, 1775870000, 1775870000, 1700000000),
        (10, 'once', 'busy', 100, 'node-a', 'x', 50, NULL, 1775870000, 1775870000, 1700000000),
        (11, 'once', 'busy', 110, 'node-b', 'x', 50, NULL, 1775870000, 1775870000, NULL),
        (12, 'once', 'running', NULL, 'node-b', 'x', 50, NULL, 1775870000, 1775870000, NULL);
    INSERT INTO attempts VALUES
        (90, 9, 'busy', NULL, 4711, 1775876000, 1775870000, NULL),
        (100, 10, 'succeeded', NULL, 4712, 1775876000, 1775870000, 1775876000),
        (110, 11, 'completed', NULL, 4713, 1775877400, 1775870000, NULL);";

const PROFILE: &str = r#"
[tasks]
table = "jobs"
clear = ["node"]
columns = { id = "job_id", status = "state", active_run = "attempt", kind = "kind", heartbeat = "beat", started = "picked_up", updated = "touched", next_eligible = "due" }
words = { running = "busy", open = "ready", recurring = "cron" }
set = { priority = 90, note = "its worker died" }

[runs]
table = "attempts"
clear = ["pid"]
columns = { id = "number", task = "job", status = "state", heartbeat = "beat", started = "began", ended = "ended" }
words = { running = "busy", finished = ["succeeded", "errored"], abandoned = "lost" }
set = { exit_reason = "swept" }

[events]
table = "log"
columns = { id = "line", task = "job", type = "what", actor = "who", payload = "detail", time = "at", run = "attempt" }
words = { reaped = "job.reaped" }
set = { level = "warn" }

[workspaces]
table = ""

[projects]
table = ""
"#;

fn profile_error(toml: &str) -> String {
    Profile::from_toml(toml).unwrap_err().to_string()
}

fn one_zombie(profile: &str) -> World {
    World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .profile(profile)
}

#[test]
fn another_orchestrator_altogether() {
    let mut world = World::foreign(JOBS).profile(PROFILE);
    let report = world.sweep();
    assert_eq!(reasons(&report), ["9: stale_heartbeat", "10: run_succeeded"]);
    assert_eq!(report.healthy, 1, "job 11: `completed` ends no attempt here");
    let rows = |table: &str, key: i64| {
        let rows = &world.dump()[table];
        let row = &rows[&key.to_string()];
        row.iter()
            .map(|(column, value)| format!("{column}={value}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        rows("jobs", 9),
        "attempt=NULL beat=NULL due=1775877480 job_id=9 kind=cron node=NULL note=its worker died \
         picked_up=1775870000 priority=90 state=ready touched=1775877480"
    );
    assert_eq!(
        rows("jobs", 10),
        "attempt=NULL beat=NULL due=1700000000 job_id=10 kind=once node=NULL note=its worker died \
         picked_up=1775870000 priority=90 state=ready touched=1775877480"
    );
    assert_eq!(
        rows("attempts", 90),
        "beat=1775876000 began=1775870000 ended=1775877480 exit_reason=swept job=9 number=90 pid=NULL state=lost"
    );
    assert_eq!(
        rows("attempts", 100),
        "beat=1775876000 began=1775870000 ended=1775876000 exit_reason=NULL job=10 number=100 pid=4712 \
         state=succeeded"
    );
    assert_eq!(
        world.query("SELECT concat_ws(' ', job, attempt, what, level, who, at) FROM log WHERE job = 9"),
        "9 90 job.reaped warn zombie-sweeper 1775877480"
    );
    assert_eq!(world.query("SELECT count(*) FROM log"), 2);
    assert!(world.sweep().reaps.is_empty());
}

#[test]
fn run_that_was_abandoned_counts_as_finished_even_where_the_profile_forgets_it() {
    let mut world = one_zombie("runs.words = { finished = ['done'], abandoned = 'lost' }").status("lost");
    assert_eq!(reasons(&world.sweep()), ["t1: run_lost"]);
}

#[test]
fn words_may_be_numbers() {
    let mut world = one_zombie(
        "tasks.words = { running = '1', open = '0' }
         runs.words = { running = '1', finished = ['2', '3'], abandoned = '4' }",
    )
    .running("t2")
    .run("r2")
    .sql(
        "UPDATE tasks SET status = 1;
         UPDATE task_runs SET status = 1 WHERE id = 'r1';
         UPDATE task_runs SET status = 3 WHERE id = 'r2'",
    )
    .redeclare("tasks", "status TEXT NOT NULL DEFAULT 'open'", "status INTEGER")
    .redeclare(
        "task_runs",
        "status TEXT NOT NULL DEFAULT 'running'",
        "status INTEGER",
    );
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat", "t2: run_3"]);
    assert!(report.warnings.is_empty(), "{report:?}");
    assert_eq!(world.value("tasks.status", "t1"), 0);
    assert_eq!(world.value("task_runs.status", "r1"), 4);
    assert_eq!(world.value("task_runs.status", "r2"), 3);
}

#[test]
fn one_key_is_overridden_and_the_rest_inherited() {
    let mut world = one_zombie("tasks.words.open = 'ready'");
    world.sweep();
    assert_eq!(world.value("tasks.status", "t1"), "ready");
    assert_eq!(world.value("task_runs.status", "r1"), "abandoned");
    assert_eq!(world.value("tasks.updated_at", "t1"), moment("now"));
}

#[test]
fn role_is_switched_off_by_an_empty_list() {
    let mut world = one_zombie("runs.columns.ended = []\ntasks.clear = []\nworkspaces.table = ''")
        .workspace("w1")
        .set("task_id", "t1");
    world.sweep();
    assert_eq!(world.value("task_runs.completed_at", "r1"), NULL);
    assert_eq!(world.value("tasks.assigned_slot", "t1"), "slot-3");
    assert_eq!(world.value("workspaces.status", "w1"), "leased");
}

#[test]
fn constants_of_every_kind_have_the_last_word() {
    let mut world = one_zombie(
        "tasks.set = { title = '', priority = -1, frequency = 0.5, assigned_worker = 'nobody', completed_at = true }",
    );
    world.sweep();
    assert_eq!(world.value("tasks.title", "t1"), "");
    assert_eq!(world.value("tasks.priority", "t1"), -1);
    assert_eq!(world.value("tasks.frequency", "t1"), "0.5");
    assert_eq!(world.value("tasks.assigned_worker", "t1"), "nobody");
    assert_eq!(world.value("tasks.completed_at", "t1"), "1");
}

#[test]
fn unknown_key_is_shown_with_its_line_and_the_keys_there_are() {
    let said = profile_error("[tasks]\ntable = 'jobs'\ncolums = { id = 'x' }\n");
    assert!(said.contains("line 3") && said.contains("colums"), "{said}");
    assert!(said.contains("`columns`"), "{said}");
    let said = profile_error("[jobs]\ntable = 'jobs'\n");
    assert!(said.contains("line 1") && said.contains("`tasks`"), "{said}");
    let said = profile_error("tasks.columns.hartbeat = 'x'");
    assert!(said.contains("`heartbeat`"), "{said}");
}

#[test]
fn value_of_the_wrong_kind_is_shown_with_its_line() {
    let said = profile_error("[tasks]\n\ntable = 7\n");
    assert!(said.contains("line 3"), "{said}");
    assert!(profile_error("tasks.columns.id = 7").contains("expected a column name, or a list of them"));
    assert!(profile_error("tasks.set.x = [1]").contains("expected a text, a number or a boolean"));
    assert!(profile_error("tasks = \n").contains("line 1"));
}

#[test]
fn empty_name_or_word_is_refused() {
    for toml in [
        "tasks.words.running = ''",
        "tasks.words.open = '  '",
        "runs.words.finished = ['done', '']",
        "events.words.reaped = ''",
        "tasks.columns.id = ''",
        "tasks.clear = ['']",
    ] {
        let key = toml.split(" =").next().unwrap();
        assert!(profile_error(toml).starts_with(key), "{toml}");
    }
}

#[test]
fn nul_in_a_name_or_word_is_refused() {
    for toml in [
        r#"tasks.words.running = "run\u0000ning""#,
        r#"tasks.table = "\u0000""#,
        r#"runs.words.finished = ["\u0000"]"#,
        r#"tasks.set.title = "\u0000""#,
    ] {
        let key = toml.split(" =").next().unwrap();
        assert!(profile_error(toml).starts_with(key), "{toml}");
    }
}

#[test]
fn column_that_a_profile_asks_for_must_exist() {
    for (toml, role) in [
        (
            "tasks.columns.heartbeat = 'beat'",
            "tasks.heartbeat: expected beat",
        ),
        (
            "tasks.columns.id = ['uid', 'key']",
            "tasks.id: expected uid or key",
        ),
        (
            "workspaces.columns.released = 'x'",
            "workspaces.released: expected x",
        ),
        (
            "tasks.clear = ['assigned_slot', 'rack']",
            "tasks.clear: expected rack",
        ),
        ("runs.clear = ['pid']", "runs.clear: expected pid"),
        ("tasks.set = { rack = 1 }", "tasks.set: expected rack"),
        (
            "events.set = { \"level\\u0000\" = 1 }",
            "events.set: expected level",
        ),
    ] {
        let said = one_zombie(toml).refused();
        assert!(said.contains(role), "{toml}: {said}");
        assert!(
            said.contains("table ") && said.contains(" has "),
            "{toml}: {said}"
        );
    }
}

#[test]
fn table_that_a_profile_asks_for_must_exist() {
    for (toml, missing) in [
        ("tasks.table = 'jobs'", "tasks: expected a table jobs"),
        ("workspaces.table = 'rooms'", "workspaces: expected a table rooms"),
        ("projects.table = 'teams'", "projects: expected a table teams"),
    ] {
        let said = one_zombie(toml).refused();
        assert!(said.contains(missing), "{toml}: {said}");
        assert!(
            said.contains("task_runs"),
            "it names the tables that there are: {said}"
        );
    }
}

#[test]
fn what_is_needed_may_not_be_switched_off() {
    for section in ["tasks", "runs", "events"] {
        let said = one_zombie(&format!("{section}.table = ''")).refused();
        assert!(
            said.contains(&format!("{section}: expected a table; the database has")),
            "{said}"
        );
    }
    let said = one_zombie("tasks.columns.id = []").refused();
    assert!(
        said.contains("tasks.id: expected a column; table tasks has"),
        "{said}"
    );
}
