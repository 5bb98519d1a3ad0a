//! What is on record of a task: how far back it is read, and whose it is.

use zombie_sweeper::SweepReport;

use super::{company, died, parking, silent};
use crate::world::{World, moment};

/// Twice silent already, and silent again.
fn third_time() -> World {
    silent(died(died(company(), "2h ago"), "1h ago"))
}

/// So many reaps of a task for its silence are on record, the newest of them made last.
pub(super) fn reaped(world: World, task: &str, reaps: u32, when: &str) -> World {
    let when = moment(when);
    world.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {reaps})
         INSERT INTO task_events (task_id, event_type, payload, created_at)
         SELECT '{task}', 'zombie_reaped', '{{\"reason\": \"stale_heartbeat\"}}', '{when}' FROM n"
    ))
}

fn repeats(report: &SweepReport) -> Vec<(String, usize)> {
    let repeats = report.repeats.iter();
    repeats
        .map(|repeat| (repeat.task_id.to_string(), repeat.reaps))
        .collect()
}

fn warned(report: &SweepReport, of: &str) -> bool {
    report.warnings.iter().any(|warning| warning.contains(of))
}

#[test]
fn reaps_of_long_ago_are_not_read() {
    for index in ["task_events(task_id, created_at)", "task_events(task_id)"] {
        let world = reaped(company(), "killer", 200_000, "200h ago");
        let world = silent(died(died(world, "2h ago"), "1h ago"));
        let mut world = world.sql(&format!(
            "DROP INDEX idx_task_events_task; CREATE INDEX of_task ON {index}"
        ));
        world.conn.progress_handler(200_000, Some(|| true)).unwrap();
        assert_eq!(repeats(&world.dry_run()), [("killer".to_owned(), 3)], "{index}");
        assert_eq!(parking(world).sweep().parked.len(), 1, "{index}");
    }
}

#[test]
fn keys_that_say_nothing_of_time_are_no_order() {
    let [old, new] = ["200h ago", "1h ago"].map(moment);
    let mut world = parking(silent(company())).sql(&format!(
        "DROP TABLE task_events;
         CREATE TABLE task_events (id TEXT PRIMARY KEY NOT NULL, task_id TEXT, event_type TEXT, payload TEXT,
             created_at TEXT) WITHOUT ROWID;
         CREATE INDEX of_task ON task_events(task_id);
         INSERT INTO task_events VALUES
             ('a', 'killer', 'zombie_reaped', '{{\"reason\": \"stale_heartbeat\"}}', '{new}'),
             ('b', 'killer', 'zombie_reaped', '{{\"reason\": \"stale_heartbeat\"}}', '{new}'),
             ('c', 'killer', 'created', '', '{old}')"
    ));
    assert_eq!(world.sweep().parked.len(), 1);
}

#[test]
fn what_would_take_long_is_not_told_and_that_is_said() {
    let alive = (0..50).fold(World::new(), |world, n| {
        world
            .running(format!("alive-{n}"))
            .run(format!("alive-{n}"))
            .heartbeat("1m ago")
    });
    let mut world = (0..30).fold(alive, |world, n| {
        let task = format!("t{n}");
        reaped(
            world.running(&task).run(&task).heartbeat("16m ago"),
            &task,
            1_000,
            "1h ago",
        )
    });
    let report = world.dry_run();
    assert_eq!(repeats(&report), []);
    assert!(warned(&report, "too much on record"), "{:?}", report.warnings);
    let report = parking(world).sweep();
    assert_eq!(report.parked.len(), 30, "where it is needed it is read");
}

#[test]
fn index_is_named_where_repeats_are_not_told_for_want_of_it() {
    let of_others =
        |world: World| reaped(world, "gone", 10_001, "1h ago").sql("DROP INDEX idx_task_events_task");
    let report = of_others(third_time()).dry_run();
    let create = "CREATE INDEX task_events_task_id ON task_events(task_id)";
    assert!(warned(&report, create), "{:?}", report.warnings);
    assert!(!warned(&of_others(company()).dry_run(), create), "nobody is dead");
}

#[test]
fn events_without_an_index_are_read_once_in_a_sweep() {
    let alive = (0..20).fold(company(), |world, n| {
        world
            .running(format!("more-{n}"))
            .run(format!("more-{n}"))
            .heartbeat("1m ago")
    });
    let world = (0..10).fold(alive, |world, n| {
        world
            .running(format!("t{n}"))
            .run(format!("r{n}"))
            .heartbeat("16m ago")
    });
    let mut world = parking(reaped(world, "gone", 50_000, "200h ago"))
        .sql("DROP INDEX idx_task_events_task")
        .options(|options| options.batch_size(1.try_into().unwrap()));
    // Ten looks at all events take some millions.
    world.conn.progress_handler(1_500_000, Some(|| true)).unwrap();
    assert_eq!(world.sweep().reaps.len(), 10);
}

#[test]
fn completed_run_whose_end_is_not_known_counts_by_its_start() {
    let mut world = parking(third_time());
    for end in ["NULL", "'soon'"] {
        let start = moment("90m ago");
        world = world.sql(&format!(
            "DELETE FROM task_runs WHERE id = 'done';
             INSERT INTO task_runs (id, task_id, status, started_at, completed_at)
             VALUES ('done', 'killer', 'completed', '{start}', {end})"
        ));
        assert!(world.dry_run().parked.is_empty(), "{end}");
    }
    let mut world = world.sql("UPDATE task_runs SET started_at = '2026-04-01T00:00:00Z' WHERE id = 'done'");
    assert_eq!(world.sweep().parked.len(), 1, "it is from before");
}

#[test]
fn completed_run_of_no_known_time_may_have_been_in_between() {
    let mut world = parking(third_time()).sql(
        "INSERT INTO task_runs (id, task_id, status, started_at, completed_at)
         VALUES ('done', 'killer', 'completed', 'then', NULL)",
    );
    let report = world.sweep();
    assert!(report.parked.is_empty());
    assert!(warned(&report, "\"killer\""), "{:?}", report.warnings);
}

#[test]
fn names_that_the_queue_takes_for_the_same_are_told_apart() {
    let events = |world: World| world.redeclare("task_events", "task_id TEXT", "task_id TEXT COLLATE NOCASE");
    let indexed = "CREATE INDEX of_task ON task_events(task_id, created_at)";
    let mut world = parking(events(reaped(silent(company()), "KILLER", 3, "1h ago"))).sql(indexed);
    assert!(world.dry_run().parked.is_empty());
    let mut world = reaped(world, "killer", 3, "1h ago");
    assert_eq!(world.sweep().parked.len(), 1);
}

/// Tasks whose id is several columns, and who are their own runs where nothing else is said.
fn several(runs: &str) -> World {
    let [beat, dead] = ["1m ago", "2h ago"].map(moment);
    let world = World::foreign(&format!(
        "CREATE TABLE tasks (queue TEXT NOT NULL, n INTEGER NOT NULL, status TEXT, last_heartbeat TEXT,
             completed_at TEXT, PRIMARY KEY (queue, n));
         CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id TEXT, event_type TEXT, payload TEXT, created_at TEXT);
         CREATE INDEX of_task ON task_events(task_id);
         INSERT INTO tasks VALUES ('x', 1, 'running', '{dead}', NULL), ('y', 1, 'running', '{beat}', NULL),
             ('y', 2, 'running', '{beat}', NULL);
         {runs}"
    ));
    parking(reaped(world, "x/1", 2, "1h ago")).profile(
        "tasks.columns = { id = ['queue', 'n'], active_run = [] }\nruns.table = ''\nworkspaces.table = ''",
    )
}

#[test]
fn id_of_several_columns_is_counted() {
    assert_eq!(several("").dry_run().parked.len(), 1);
    assert_eq!(several("DROP INDEX of_task").dry_run().parked.len(), 1);
}

#[test]
fn task_that_is_its_own_run_and_was_done_in_between_counts_anew() {
    let done = moment("30m ago");
    let mut world = several(&format!(
        "UPDATE tasks SET completed_at = '{done}' WHERE queue = 'x'"
    ));
    let report = world.dry_run();
    assert!(report.parked.is_empty(), "{report:?}");
}
