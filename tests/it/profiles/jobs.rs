//! Another orchestrator altogether.

use crate::world::{World, reasons};

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
