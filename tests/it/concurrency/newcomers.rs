//! However a queue keeps its runs, what somebody commits between the look and the lock saves the task that it is about, and
//! no other.

use std::thread;
use std::time::Duration;

use zombie_sweeper::Policy;

use super::{RIVAL, commits_meanwhile, on_disk};
use crate::world::{World, moment, reasons};

/// A schema of runs and tasks, out of Orchestra's.
type Schema = (&'static str, fn(World) -> World);

fn integer_runs(world: World) -> World {
    world
        .redeclare("task_runs", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY")
        .redeclare(
            "tasks",
            "active_run_id TEXT NOT NULL DEFAULT ''",
            "active_run_id INTEGER",
        )
}

fn autoincrement(world: World) -> World {
    integer_runs(world).redeclare("task_runs", "PRIMARY KEY", "PRIMARY KEY AUTOINCREMENT")
}

fn by_task(world: World) -> World {
    world.sql("CREATE INDEX runs_by_task ON task_runs(task_id)")
}

const SCHEMAS: [Schema; 11] = [
    ("as it is", |world| world),
    ("no index", |world| world.sql("DROP INDEX idx_task_runs_task")),
    ("ids that are no keys", |world| {
        by_task(
            world
                .redeclare("tasks", "id TEXT PRIMARY KEY", "id TEXT")
                .redeclare("task_runs", "id TEXT PRIMARY KEY", "id TEXT"),
        )
    }),
    ("ids that are no keys, no index", |world| {
        world
            .redeclare("tasks", "id TEXT PRIMARY KEY", "id TEXT")
            .redeclare("task_runs", "id TEXT PRIMARY KEY", "id TEXT")
    }),
    ("without rowid", |world| {
        by_task(
            world
                .option("task_runs", "WITHOUT ROWID")
                .option("tasks", "WITHOUT ROWID"),
        )
    }),
    ("without rowid, no index", |world| {
        world.option("task_runs", "WITHOUT ROWID")
    }),
    ("keys of the queue's choice", |world| by_task(integer_runs(world))),
    ("keys of the queue's choice, no index", integer_runs),
    ("autoincrement", |world| by_task(autoincrement(world))),
    ("autoincrement, no index", autoincrement),
    ("ids of another type", |world| {
        world
            .redeclare("tasks", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY")
            .redeclare("task_runs", "task_id TEXT NOT NULL", "task_id")
    }),
];

/// Three silent tasks, and a fourth that has ended with the last run of all.
fn queue(world: World) -> World {
    let mut world = world;
    for n in 1..=3 {
        world = world
            .running(n.to_string())
            .run((n * 10).to_string())
            .heartbeat("16m ago");
    }
    world
        .task("4")
        .status("done")
        .other_run("40")
        .status("completed")
        .ended("1h ago")
}

/// What is swept when this is committed between the look and the lock.
fn swept_after((_, schema): &Schema, change: &str) -> (zombie_sweeper::SweepReport, World) {
    let (folder, world) = on_disk("WAL");
    let mut world = schema(queue(world)).sql("PRAGMA foreign_keys = OFF");
    commits_meanwhile(&folder, &mut world, change);
    let report = world.sweep();
    assert!(RIVAL.take().is_none(), "the sweep waited for the lock");
    (report, world)
}

fn saves_the_first(change: &str) {
    saves_the_first_in(&SCHEMAS, change);
}

fn saves_the_first_in(schemas: &[Schema], change: &str) {
    in_each(schemas, |schema| {
        let (report, world) = swept_after(schema, change);
        let shown = format!("{}, {change}: {report:?}", schema.0);
        assert_eq!(
            reasons(&report),
            ["2: stale_heartbeat", "3: stale_heartbeat"],
            "{shown}"
        );
        let events = "SELECT count(*) FROM task_events WHERE task_id IN ('1', 1)";
        assert_eq!(world.query(events), 0, "{shown}");
        let of_the_first =
            "SELECT count(*) FROM task_runs WHERE task_id IN ('1', 1) AND status = 'abandoned'";
        assert_eq!(world.query(of_the_first), 0, "{shown}");
        let open = "SELECT count(*) FROM tasks WHERE id IN ('1', 1) AND status = 'open'";
        assert_eq!(world.query(open), 0, "{shown}");
    });
}

/// At once: a sweep beside others rests for longer than it works.
fn in_each(schemas: &[Schema], test: impl Fn(&Schema) + Sync) {
    thread::scope(|scope| {
        for schema in schemas {
            scope.spawn(|| test(schema));
        }
    });
}

/// Inserts a run of the first task that has just begun.
fn begin(id: &str) -> String {
    format!(
        "INSERT INTO task_runs (id, task_id, started_at) VALUES ('{id}', '1', '{}')",
        moment("now")
    )
}

#[test]
fn run_that_began_last() {
    saves_the_first(&begin("50"));
}

#[test]
fn run_whose_key_stands_before_all_others() {
    // Whoever leaves the key to AUTOINCREMENT does not choose it.
    let chosen: Vec<_> = SCHEMAS
        .into_iter()
        .filter(|(name, _)| *name != "autoincrement, no index")
        .collect();
    saves_the_first_in(&chosen, &begin("5"));
}

#[test]
fn run_that_shows_nothing_yet() {
    saves_the_first("INSERT INTO task_runs (id, task_id, started_at) VALUES ('50', '1', '')");
}

#[test]
fn run_that_took_the_place_of_the_last() {
    saves_the_first(&format!("DELETE FROM task_runs WHERE id = '40'; {}", begin("50")));
    saves_the_first(&format!("DELETE FROM task_runs WHERE id = '40'; {}", begin("40")));
}

#[test]
fn one_among_many_others() {
    saves_the_first(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO task_runs (id, task_id, status, started_at) SELECT i, '4', 'completed', '' FROM n;
         {};
         WITH RECURSIVE n(i) AS (SELECT 3000 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO task_runs (id, task_id, status, started_at) SELECT i, '4', 'completed', '' FROM n",
        begin("2500")
    ));
}

#[test]
fn heartbeat_of_the_run_or_of_the_task() {
    let now = moment("now");
    saves_the_first(&format!(
        "UPDATE task_runs SET last_heartbeat = '{now}' WHERE id = '10'"
    ));
    saves_the_first(&format!(
        "UPDATE tasks SET last_heartbeat = '{now}' WHERE id = '1'"
    ));
}

#[test]
fn ended_run_that_goes_on_where_an_index_leads_to_it() {
    let led: Vec<_> = SCHEMAS
        .into_iter()
        .filter(|(name, _)| !name.contains("no index") && *name != "ids of another type")
        .collect();
    let queue_with = |schema: &Schema| {
        let (folder, world) = on_disk("WAL");
        let world = queue(world).sql("UPDATE task_runs SET task_id = '1' WHERE id = '40'");
        let mut world = schema.1(world).sql("PRAGMA foreign_keys = OFF");
        let goes_on = format!(
            "UPDATE task_runs SET status = 'running', last_heartbeat = '{}' WHERE id = '40'",
            moment("now")
        );
        commits_meanwhile(&folder, &mut world, &goes_on);
        assert_eq!(
            reasons(&world.sweep()),
            ["2: stale_heartbeat", "3: stale_heartbeat"],
            "{}",
            schema.0
        );
    };
    in_each(&led, queue_with);
}

#[test]
fn missing_run_that_came_and_ended() {
    in_each(&SCHEMAS, |schema| {
        let (folder, world) = on_disk("WAL");
        let world = queue(world).running("5").names_run("50").started("20m ago");
        let world = schema.1(world).sql("PRAGMA foreign_keys = OFF");
        let mut world = world.options(|options| {
            options.policy(Policy {
                settle: Duration::from_secs(60),
                ..Policy::default()
            })
        });
        let come_and_ended = format!(
            "INSERT INTO task_runs (id, task_id, status, started_at, completed_at)
             VALUES ('50', '5', 'completed', '{now}', '{now}')",
            now = moment("now")
        );
        commits_meanwhile(&folder, &mut world, &come_and_ended);
        let report = world.sweep();
        assert!(RIVAL.take().is_none(), "the sweep waited for the lock");
        assert_eq!(report.reaps.len(), 3, "{}: {report:?}", schema.0);
        assert_eq!(report.healthy, 1, "{}: {report:?}", schema.0);
    });
}

#[test]
fn status_of_the_task() {
    saves_the_first("UPDATE tasks SET status = 'done' WHERE id = '1'");
}

#[test]
fn pointer_and_a_new_run() {
    saves_the_first(&format!(
        "{}; UPDATE task_runs SET status = 'failed' WHERE id = '10';
         UPDATE tasks SET active_run_id = '50' WHERE id = '1'",
        begin("50")
    ));
}

#[test]
fn task_and_run_that_are_gone() {
    saves_the_first("DELETE FROM task_runs WHERE id = '10'; DELETE FROM tasks WHERE id = '1'");
}

#[test]
fn runs_of_others_change_nothing_for_anybody() {
    in_each(&SCHEMAS, |schema| {
        let change = "UPDATE task_runs SET error = 'none' WHERE id = '40';
                      INSERT INTO task_runs (id, task_id, started_at) VALUES ('50', '4', '')";
        let (report, _) = swept_after(schema, change);
        assert_eq!(report.reaps.len(), 3, "{}: {report:?}", schema.0);
        assert_eq!(report.moved_on, 0, "{}", schema.0);
    });
}

#[test]
fn workspace_of_another_is_not_freed() {
    in_each(&SCHEMAS, |schema| {
        let (folder, world) = on_disk("WAL");
        let world = queue(world).workspace("w").set("task_id", "1");
        let mut world = schema.1(world).sql("PRAGMA foreign_keys = OFF");
        commits_meanwhile(&folder, &mut world, "UPDATE workspaces SET task_id = 'somebody'");
        let report = world.sweep();
        assert_eq!(report.workspaces_freed, 0, "{}", schema.0);
        assert_eq!(world.value("workspaces.status", "w"), "leased");
    });
}
