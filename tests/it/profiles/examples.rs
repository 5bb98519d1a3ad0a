//! What a running task has where a role is played, and what that is read as.

use zombie_sweeper::Profile;
use zombie_sweeper::store::Schema;

use crate::world::{NOW, World, moment};

/// What stands in each column of a role: the value, and what it was read as.
fn seen(world: &World, profile: &str, role: &str) -> Vec<String> {
    let profile = Profile::from_toml(profile).unwrap();
    let schema = Schema::read(&world.conn, &profile).unwrap();
    let examples = schema.examples(&world.conn, NOW).unwrap().roles;
    let roles: Vec<_> = examples.iter().map(|example| &example.role).collect();
    assert_eq!(roles, schema.roles().iter().collect::<Vec<_>>());
    let example = examples.iter().find(|example| example.role.role == role).unwrap();
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let seen = example.seen.iter();
    seen.map(|seen| format!("{} -> {}", text(&seen.value), text(&seen.read_as)))
        .collect()
}

/// Of Orchestra's.
#[track_caller]
fn is_seen(world: &World, role: &str, expected: &str) {
    assert_eq!(seen(world, "", role), [expected], "{role}");
}

fn at_work() -> World {
    World::new()
        .running("t1")
        .set("task_type", "recurring")
        .run("r1")
        .heartbeat("14m ago")
        .task("t2")
}

#[test]
fn newest_running_task_and_what_belongs_to_it() {
    let world = at_work()
        .other_run("of t2")
        .workspace("w1")
        .set("task_id", "t1")
        .workspace("w2")
        .sql(
            "INSERT INTO task_events (task_id, event_type, actor, payload, created_at) VALUES
             ('t1', 'claimed', 'n1', '{}', '2026-04-11T01:18:00Z'), ('t2', 'opened', 'n2', 'by hand', '2026-04-11T03:18:00Z')",
        );
    for (role, expected) in [
        ("tasks", "- -> the newest running task"),
        ("tasks.id", "t1 -> an id"),
        ("tasks.status", "running -> running"),
        ("tasks.active_run", "r1 -> an id"),
        ("tasks.project_id", "p-SciDEX -> an id"),
        ("tasks.kind", "recurring -> recurring"),
        ("tasks.heartbeat", "- -> nothing"),
        (
            "tasks.started",
            "2026-04-11T01:18:00.000Z -> 2026-04-11T01:18:00Z, 2 h ago; text",
        ),
        ("runs", "- -> its active run"),
        ("runs.id", "r1 -> an id"),
        ("runs.task", "t1 -> an id"),
        ("runs.status", "running -> running"),
        (
            "runs.heartbeat",
            "2026-04-11T03:04:00.000Z -> 2026-04-11T03:04:00Z, 14 min ago; text",
        ),
        ("runs.ended", "- -> nothing"),
        ("events", "- -> its newest event"),
        ("events.type", "claimed -> what happened"),
        ("events.actor", "n1 -> a name"),
        ("events.payload", "{} -> JSON"),
        (
            "events.time",
            "2026-04-11T01:18:00Z -> 2026-04-11T01:18:00Z, 2 h ago; text",
        ),
        ("workspaces", "- -> its workspace"),
        ("workspaces.task", "t1 -> an id"),
        ("workspaces.status", "leased -> in use"),
        ("projects", "- -> its project"),
        ("projects.name", "SciDEX -> a name"),
    ] {
        is_seen(&world, role, expected);
    }
    assert_eq!(
        seen(&world, "", "tasks.clear"),
        [
            "slot-3 -> emptied by a reap",
            "worker-7 -> emptied by a reap",
            "/trees/3 -> emptied by a reap",
            "- -> nothing"
        ]
    );
    assert!(seen(&world, "", "tasks.lease").len() == 1 && seen(&world, "", "tasks.worker").is_empty());
}

#[test]
fn each_way_to_write_a_time() {
    let second = 1_775_877_460_i64;
    for (written, read_as) in [
        (
            "1775877460".to_owned(),
            "2026-04-11T03:17:40Z, 20 s ago; epoch seconds",
        ),
        (
            "1775877460.25".to_owned(),
            "2026-04-11T03:17:40.250Z, 19 s ago; epoch seconds",
        ),
        (
            format!("{second}000"),
            "2026-04-11T03:17:40Z, 20 s ago; epoch milliseconds",
        ),
        (
            format!("{second}000001"),
            "2026-04-11T03:17:40.000001Z, 19 s ago; epoch microseconds",
        ),
        (
            format!("{second}000000000"),
            "2026-04-11T03:17:40Z, 20 s ago; epoch nanoseconds",
        ),
        (
            "'1775877660'".to_owned(),
            "2026-04-11T03:21:00Z, in 3 min; epoch seconds, as text",
        ),
        (
            "'2026-04-11 03:18:00'".to_owned(),
            "2026-04-11T03:18:00Z, now; text without a zone, read as UTC",
        ),
        (
            "'2026-04-09T01:18:00+02:00'".to_owned(),
            "2026-04-08T23:18:00Z, 2 d 4 h ago; text",
        ),
        ("'yesterday'".to_owned(), "not readable as a time"),
        ("42".to_owned(), "not readable as a time"),
        ("''".to_owned(), "nothing"),
        ("0".to_owned(), "nothing"),
    ] {
        let world = at_work()
            .sql("ALTER TABLE task_runs DROP COLUMN last_heartbeat; ALTER TABLE task_runs ADD COLUMN last_heartbeat")
            .sql(&format!("UPDATE task_runs SET last_heartbeat = {written}"));
        let [seen] = &seen(&world, "", "runs.heartbeat")[..] else {
            panic!("one column");
        };
        assert_eq!(seen.split_once(" -> ").unwrap().1, read_as, "{written}");
    }
    let world = at_work().sql("UPDATE task_runs SET last_heartbeat = '2026-04-11 05:17:00'");
    for (zone, read_as) in [("+02:00", "1 min ago"), ("-03:30", "in 5 h 29 min")] {
        let profile = format!("database.time_zone = '{zone}'");
        let seen = seen(&world, &profile, "runs.heartbeat").concat();
        assert!(seen.contains(read_as), "{seen}");
        assert!(
            seen.ends_with(&format!("text without a zone, read as {zone}")),
            "{seen}"
        );
    }
}

#[test]
fn where_no_task_runs_the_newest_rows_are_shown() {
    is_seen(&World::new(), "tasks", "- -> no row yet");
    is_seen(&World::new(), "tasks.id", "- -> -");
    let world = World::new()
        .task("t1")
        .other_run("r1")
        .status("failed")
        .bare_task("t2");
    is_seen(&world, "tasks", "- -> the newest task, as none is running");
    is_seen(&world, "tasks.id", "t2 -> an id");
    is_seen(&world, "tasks.status", "open -> not running");
    is_seen(&world, "runs", "- -> the newest run");
    is_seen(&world, "runs.status", "failed -> finished");
    let world = World::new()
        .running("t1")
        .other_run("r1")
        .status("odd")
        .task("t2");
    is_seen(&world, "tasks.active_run", " -> nothing");
    is_seen(&world, "runs", "- -> its newest run");
    is_seen(&world, "runs.status", "odd -> unknown");
}

#[test]
fn pointer_that_leads_nowhere() {
    let world = World::new().running("t0").run("r0").running("t1").names_run("r0");
    is_seen(&world, "tasks.active_run", "r0 -> an id, of no run of this task");
    is_seen(&world, "runs", "- -> the newest run");
    // Without types a number and its digits are the same id, and a search by one does not find the other.
    let world = World::foreign(
        "CREATE TABLE tasks (id, status, active_run_id);
         CREATE TABLE task_runs (id, task_id, status);
         CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id, event_type);
         INSERT INTO tasks VALUES (1, 'running', '7');
         INSERT INTO task_runs VALUES (7, 1, 'running');",
    );
    is_seen(&world, "tasks.active_run", "7 -> an id");
}

#[test]
fn values_are_short_and_speak_to_no_terminal() {
    let long = "x".repeat(60);
    let world = World::new().running(long.as_str());
    is_seen(&world, "tasks.id", &format!("{}… -> an id", "x".repeat(39)));
    let world = World::new().running("a\u{1b}[31m\n");
    is_seen(&world, "tasks.id", "a\\u{1b}[31m\\n -> an id");
    let world = World::new().running(&[0xff_u8, 0x00][..]);
    is_seen(&world, "tasks.id", "ff00 -> an id");
}

/// One table whose rows are their own runs, with a worker and a lease that is a start and a length.
#[test]
fn worker_and_lease_of_a_length() {
    let world = World::foreign(
        "CREATE TABLE jobs (queue TEXT, job_id INTEGER, holder TEXT, taken INTEGER, ttl INTEGER, tries INTEGER, done INTEGER,
                            PRIMARY KEY (queue, job_id)) WITHOUT ROWID;
         CREATE TABLE nodes (name TEXT PRIMARY KEY, seen INTEGER, state TEXT);
         INSERT INTO nodes VALUES ('n1', 1775877460, 'dead'), ('n2', 1775877470, 'up');
         INSERT INTO jobs VALUES ('mail', 7, 'n1', 1775877180, 600, 2, NULL), ('mail', 8, NULL, NULL, 600, 0, NULL);",
    );
    let profile = "
        runs.table = ''
        events.table = ''
        [tasks]
        table = 'jobs'
        running_where = 't.taken IS NOT NULL AND t.done IS NULL'
        clear = ['holder', 'taken']
        increment = ['tries']
        [tasks.columns]
        id = ['queue', 'job_id']
        worker = 'holder'
        lease = { start = 'taken', seconds = 'ttl' }
        [workers]
        table = 'nodes'
        columns = { id = 'name', heartbeat = 'seen', status = 'state' }
        words.gone = 'dead'
    ";
    let is_seen = |world: &World, role: &str, expected: &[&str]| {
        assert_eq!(seen(world, profile, role), expected, "{role}");
    };
    is_seen(&world, "tasks.id", &["mail -> an id", "7 -> an id"]);
    is_seen(
        &world,
        "tasks.lease",
        &[
            "1775877180 -> 2026-04-11T03:13:00Z, 5 min ago; epoch seconds",
            "600 -> seconds: up to 2026-04-11T03:23:00Z, in 5 min",
        ],
    );
    is_seen(&world, "tasks.increment", &["2 -> a number"]);
    is_seen(&world, "tasks.worker", &["n1 -> an id"]);
    is_seen(&world, "workers", &["- -> its worker"]);
    is_seen(&world, "workers.status", &["dead -> gone"]);
    let world = world.sql("UPDATE jobs SET holder = 'n3', ttl = 'long'; UPDATE nodes SET state = 'up'");
    is_seen(&world, "tasks.worker", &["n3 -> an id, of no worker"]);
    is_seen(&world, "workers", &["- -> the newest worker"]);
    is_seen(&world, "workers.status", &["up -> not gone"]);
    let lease = seen(&world, profile, "tasks.lease");
    assert_eq!(lease[1], "long -> not readable as seconds");
}

#[test]
fn run_that_a_condition_tells() {
    let profile = "runs.running_where = 'r.completed_at IS NULL'";
    let status = |world: World| seen(&world, profile, "runs.status").concat();
    assert_eq!(status(at_work()), "running -> running, by runs.running_where");
    let ended = at_work().sql(&format!(
        "UPDATE task_runs SET completed_at = '{}'",
        moment("1m ago")
    ));
    assert_eq!(status(ended), "running -> finished, by runs.running_where");
}

#[test]
fn nothing_is_written() {
    let world = at_work();
    let before = world.dump();
    seen(&world, "", "tasks");
    world.conn.execute_batch("BEGIN").unwrap();
    seen(&world, "", "tasks");
    world.conn.execute_batch("COMMIT").unwrap();
    assert_eq!(world.dump(), before);
}
