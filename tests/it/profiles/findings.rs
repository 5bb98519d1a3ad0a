//! Columns that play no role and look as if they might, and what a schema lacks.

use zombie_sweeper::Profile;
use zombie_sweeper::store::Schema;

use crate::world::{NOW, World, moment};

fn schema(world: &World, toml: &str) -> Schema {
    Schema::read(&world.conn, &Profile::from_toml(toml).unwrap()).unwrap()
}

fn unused(world: &World, toml: &str) -> Vec<String> {
    let unused = schema(world, toml).examples(&world.conn, NOW).unwrap().unused;
    unused.iter().map(ToString::to_string).collect()
}

fn findings(world: &World, toml: &str) -> Vec<String> {
    schema(world, toml).findings(&world.conn).unwrap()
}

/// What is said of one column of the tasks, which hold these values.
fn said_of(column: &str, values: &[&str]) -> Option<String> {
    let mut world = World::new().sql(&format!("ALTER TABLE tasks ADD COLUMN \"{column}\""));
    for (n, value) in (0..).zip(values) {
        world = world.bare_task(format!("t{n}")).sql(&format!(
            "UPDATE tasks SET \"{column}\" = {value} WHERE id = 't{n}'"
        ));
    }
    let full = format!("tasks.{column} ");
    unused(&world, "")
        .into_iter()
        .find_map(|said| said.strip_prefix(&full).map(str::to_owned))
}

#[test]
fn columns_that_hold_times() {
    for (values, shown) in [
        (&["'2026-04-11T03:17:40Z'"][..], "2026-04-11T03:17:40Z"),
        (&["1775877460", "1775877461", "NULL", "0"], "2026-04-11T03:17:41Z"),
        (&["'2026-04-11 03:17:40.25'"], "2026-04-11T03:17:40.250Z"),
    ] {
        let said = said_of("picked", values);
        assert_eq!(
            said.unwrap(),
            format!("looks like a time ({shown}) and plays no role")
        );
    }
    for values in [
        &["7"][..],
        &["1775877460", "'soon'"],
        &["NULL"],
        &["'20260411'"],
        &[],
    ] {
        assert_eq!(said_of("picked", values), None, "{values:?}");
    }
}

#[test]
fn columns_that_hold_words() {
    let said = said_of("phase", &["'ready'", "'taken'", "'ready'", "'taken'", "NULL"]);
    assert_eq!(
        said.unwrap(),
        "looks like a word (taken, ready) and plays no role"
    );
    for values in [
        &["'ready'", "'taken'"][..],                     // no word comes twice
        &["'ready'", "'ready'", "'ready'"],              // it tells no row from another
        &["'a text'", "'a text'", "'other'", "'other'"], // no words
        &["1", "1", "2", "2"],
        &["'3f'", "'3f'", "'4f'", "'4f'"],
    ] {
        assert_eq!(said_of("phase", values), None, "{values:?}");
    }
}

#[test]
fn long_values_are_neither() {
    let long = "printf('%.300c', 'x')";
    for values in [
        &[long][..],
        &["'2026-04-11T03:17:40Z'", long],
        &["'a'", "'b'", "'a'", "'b'", long, "'a'", "'b'"],
    ] {
        assert_eq!(said_of("picked", values), None, "{values:?}");
    }
}

#[test]
fn columns_that_are_called_like_holders() {
    for (column, value, said) in [
        (
            "worker_pid",
            "4711",
            "looks like a holder (4711) and plays no role",
        ),
        ("lockedBy", "'n1'", "looks like a holder (n1) and plays no role"),
        (
            "hostName",
            "x'00ff'",
            "looks like a holder (00ff) and plays no role",
        ),
    ] {
        assert_eq!(said_of(column, &[value]).as_deref(), Some(said), "{column}");
    }
    assert_eq!(said_of("worker_pid", &["NULL", "''"]), None, "it is not in use");
    let world = World::new()
        .sql("ALTER TABLE tasks ADD COLUMN chap")
        .running("t1")
        .set("chap", "me");
    let said = |toml: &str| unused(&world, toml).join("; ");
    assert!(
        said("hints.holder = ['chap']").contains("tasks.chap looks like a holder (me) and plays no role")
    );
    assert!(!said("").contains("chap"));
    assert!(!said("hints.holder = []").contains("holder"));
}

#[test]
fn row_of_the_running_task_tells_where_the_newest_do_not() {
    let mut world =
        World::new().sql("ALTER TABLE tasks ADD COLUMN picked; ALTER TABLE tasks ADD COLUMN host");
    world = world
        .running("t")
        .set("picked", moment("3h ago"))
        .set("host", "h1");
    world = (0..200).fold(world, |world, n| world.bare_task(format!("t{n}")));
    let said = unused(&world, "");
    for expected in [
        "tasks.picked looks like a time (2026-04-11T00:18:00Z) and plays no role",
        "tasks.host looks like a holder (h1) and plays no role",
    ] {
        assert!(said.contains(&expected.to_owned()), "{said:?}");
    }
}

#[test]
fn time_that_is_fresher_than_every_sign_of_life() {
    let world = |beat: &str| {
        World::new()
            .running("t1")
            .run("r1")
            .heartbeat("14m ago")
            .sql("ALTER TABLE task_runs ADD COLUMN looked_in TEXT")
            .set("looked_in", moment(beat))
    };
    let said = |world: &World| {
        let unused = unused(world, "").into_iter();
        unused
            .filter_map(|said| said.strip_prefix("task_runs.looked_in ").map(str::to_owned))
            .collect::<String>()
    };
    assert_eq!(
        said(&world("20s ago")),
        "looks like a heartbeat, fresher than every sign of life of a running task (2026-04-11T03:17:40Z) and plays no role"
    );
    for beat in ["14m ago", "1h ago", "in 1m"] {
        assert!(said(&world(beat)).starts_with("looks like a time ("), "{beat}");
    }
    let none_runs = world("20s ago").sql("UPDATE tasks SET status = 'open'");
    assert!(said(&none_runs).starts_with("looks like a time ("));
    let its_own = world("20s ago").sql(&format!(
        "UPDATE tasks SET last_heartbeat = '{}'",
        moment("10s ago")
    ));
    assert!(said(&its_own).starts_with("looks like a time ("));
}

#[test]
fn column_with_a_role_is_not_unused() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("1m ago")
        .ended("1m ago");
    assert_eq!(
        unused(&world, ""),
        [
            "tasks.created_at looks like a time (2026-04-11T01:18:00Z) and plays no role",
            "task_runs.worker_id looks like a holder (worker-7) and plays no role",
        ]
    );
    for toml in [
        "tasks.stamp = ['created_at']",
        "tasks.set = { created_at = '' }",
        "tasks.columns.started = 'created_at'",
    ] {
        assert!(!unused(&world, toml).concat().contains("created_at"), "{toml}");
    }
    // It is asked for already.
    let world = world
        .add_column("task_runs", "node_seen_at TEXT")
        .set("node_seen_at", moment("1m ago"));
    assert!(!unused(&world, "").concat().contains("node_seen_at"));
    // SQLite computes it from what is there besides.
    let world = world.sql("ALTER TABLE tasks ADD COLUMN due AS (created_at)");
    assert!(!unused(&world, "").concat().contains("tasks.due"));
}

#[test]
fn host_of_a_worker_is_no_holder() {
    let world = World::new()
        .sql("CREATE TABLE nodes (name TEXT PRIMARY KEY, seen TEXT, host TEXT, born TEXT)")
        .sql("INSERT INTO nodes VALUES ('n1', '2026-04-11T03:17:40Z', 'h1', '2026-04-11T03:17:40Z')")
        .sql("ALTER TABLE tasks ADD COLUMN node TEXT");
    let toml = "tasks.columns.worker = 'node'\n[workers]\ntable = 'nodes'\ncolumns.heartbeat = 'seen'";
    let said = unused(&world, toml);
    assert!(
        said.contains(&"nodes.born looks like a time (2026-04-11T03:17:40Z) and plays no role".to_owned()),
        "{said:?}"
    );
    assert!(!said.concat().contains("nodes.host"), "{said:?}");
}

#[test]
fn queue_that_shows_no_life() {
    let world = World::new();
    assert!(findings(&world, "").is_empty());
    let none = "tasks.columns.heartbeat = []\ntasks.columns.lease = []\nruns.columns.heartbeat = []\nruns.columns.lease = []";
    insta::assert_snapshot!(findings(&world, none).join("\n"), @"no column is read as a heartbeat or a lease, and nothing but its start shows that a task is at work: say with --stale-after how long the longest may take; see docs/profile.md#which-shape-is-yours");
    for one in [
        "tasks.columns.heartbeat",
        "tasks.columns.lease",
        "runs.columns.heartbeat",
    ] {
        let but_one = none
            .lines()
            .filter(|line| !line.starts_with(one))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(findings(&world, &but_one).is_empty(), "{one}");
    }
}

#[test]
fn large_table_that_no_index_leads_into() {
    let filled = |rows: u32| {
        World::new().sql(&format!(
            "DROP INDEX idx_tasks_status; DROP INDEX idx_task_runs_task;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             INSERT INTO tasks (id, project_id, title, created_at, updated_at) SELECT i, 'p-SciDEX', '', '', '' FROM n;
             INSERT INTO task_runs (id, task_id, started_at) SELECT id, id, '' FROM tasks;"
        ))
    };
    assert!(findings(&filled(100), "").is_empty());
    let world = filled(10_001);
    insta::assert_snapshot!(findings(&world, "").join("\n"), @"
    no index leads to the running tasks, so that a sweep reads tasks from end to end (docs/speed.md#all-is-well); this one spares that: CREATE INDEX tasks_status ON tasks(status)
    no index leads to the runs of a task, so that a sweep may have to read task_runs from end to end (docs/speed.md#all-is-well); this one spares that: CREATE INDEX task_runs_task_id ON task_runs(task_id)
    ");
    for finding in findings(&world, "") {
        world
            .conn
            .execute_batch(finding.split_once("that: ").unwrap().1)
            .unwrap();
    }
    assert!(findings(&world, "").is_empty());
    let world =
        world.sql("DROP INDEX tasks_status; CREATE INDEX at_work ON tasks (status) WHERE status = 'running'");
    assert!(findings(&world, "").is_empty(), "it leads to them as well");
}
