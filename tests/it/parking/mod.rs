//! Tasks that fall silent again and again: named, and parked where that is asked for.

mod record;
mod share;

use serde_json::{Value, json};

use crate::world::{World, moment, reasons};

/// A queue in which most tasks are alive, so that the death of one is its own.
fn company() -> World {
    ["a", "b", "c"].iter().fold(World::new(), |world, name| {
        world
            .running(format!("alive-{name}"))
            .run(format!("alive-{name}"))
            .heartbeat("1m ago")
    })
}

/// The task `killer` was reaped for its silence so long ago.
fn died(world: World, when: &str) -> World {
    let mut world = silent(world);
    assert_eq!(reasons(&world.sweep()), ["killer: stale_heartbeat"]);
    let when = moment(when);
    world.sql(&format!(
        "UPDATE task_events SET created_at = '{when}' WHERE id = (SELECT max(id) FROM task_events)"
    ))
}

/// It runs again, and nobody is heard of.
fn silent(world: World) -> World {
    let count =
        |world: &World, sql: &str| -> i64 { world.conn.query_row(sql, [], |row| row.get(0)).unwrap() };
    if count(&world, "SELECT count(*) FROM tasks WHERE id = 'killer'") == 0 {
        return world.running("killer").run("r0").heartbeat("16m ago");
    }
    let run = count(&world, "SELECT count(*) FROM task_runs");
    let (start, beat) = (moment("2h ago"), moment("16m ago"));
    world.sql(&format!(
        "INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat)
         VALUES ('r{run}', 'killer', 'running', '{start}', '{beat}');
         UPDATE tasks SET status = 'running', active_run_id = 'r{run}' WHERE id = 'killer'"
    ))
}

fn parking(world: World) -> World {
    world.options(|options| options.park_after(3.try_into().unwrap()))
}

fn events(world: &World) -> Vec<(String, Value)> {
    let mut events = world
        .conn
        .prepare("SELECT event_type, payload FROM task_events WHERE task_id = 'killer' ORDER BY id")
        .unwrap();
    let event = |row: &zombie_sweeper::rusqlite::Row<'_>| {
        let payload: String = row.get(1)?;
        Ok((row.get(0)?, serde_json::from_str(&payload).unwrap()))
    };
    events.query_map([], event).unwrap().map(Result::unwrap).collect()
}

#[test]
fn third_silence_is_named_and_the_task_opened_all_the_same() {
    let mut world = silent(died(died(company(), "2h ago"), "1h ago"));
    let report = world.sweep();
    let summary = serde_json::to_value(&report).unwrap();
    assert_eq!(summary["repeats"], json!([{"task_id": "killer", "reaps": 3}]));
    assert_eq!(summary["parked"], json!([]));
    assert_eq!(world.value("tasks.status", "killer"), "open");
}

#[test]
fn third_silence_parks_it_where_that_is_asked_for() {
    let mut world = parking(silent(died(died(company(), "2h ago"), "1h ago")));
    assert_eq!(world.dry_run().parked.len(), 1, "a dry run says so");
    let report = world.sweep();
    assert_eq!(reasons(&report), ["killer: stale_heartbeat"]);
    assert_eq!(
        serde_json::to_value(&report).unwrap()["parked"],
        json!(["killer"])
    );
    assert_eq!(world.value("tasks.status", "killer"), "blocked");
    assert_eq!(world.value("tasks.assigned_slot", "killer"), "");
    let events = events(&world);
    let kinds: Vec<_> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["zombie_reaped", "zombie_reaped", "zombie_reaped", "zombie_parked"]
    );
    assert_eq!(events[2].1["parked"], true);
    assert_eq!(events[2].1["sweep"], json!({"running": 4, "zombies": 1}));
    assert_eq!(events[3].1["reaps"], 3);
    assert_eq!(events[3].1["within_s"], 72.0 * 3600.0);
}

#[test]
fn second_silence_does_not_park_it() {
    let mut world = parking(silent(died(company(), "1h ago")));
    let report = world.sweep();
    assert!(report.parked.is_empty() && report.repeats.is_empty());
    assert_eq!(world.value("tasks.status", "killer"), "open");
}

#[test]
fn what_is_longer_ago_than_the_time_does_not_count() {
    let died_long_ago = silent(died(died(company(), "73h ago"), "1h ago"));
    let mut world = parking(died_long_ago);
    assert!(world.dry_run().parked.is_empty());
    let mut world = world.options(|options| options.park_within(std::time::Duration::from_hours(74)));
    assert_eq!(world.dry_run().parked.len(), 1);
}

/// It has died twice, and between that and now a run of it has ended so.
fn with_a_run_between(status: &str) -> World {
    let world = died(died(company(), "4h ago"), "3h ago");
    let done = moment("2h ago");
    silent(world.sql(&format!(
        "INSERT INTO task_runs (id, task_id, status, started_at, completed_at)
         VALUES ('between', 'killer', '{status}', '{done}', '{done}')"
    )))
}

#[test]
fn a_completed_run_in_between_starts_the_count_anew() {
    let mut world = parking(with_a_run_between("completed"));
    assert!(world.sweep().parked.is_empty());
}

#[test]
fn a_failed_run_in_between_does_not() {
    let mut world = parking(with_a_run_between("failed"));
    assert_eq!(world.sweep().parked.len(), 1);
}

#[test]
fn reaps_of_a_run_that_ended_do_not_count() {
    let world = died(died(company(), "4h ago"), "3h ago");
    let world = world
        .sql("UPDATE task_events SET payload = json_set(payload, '$.reason', 'run_failed') WHERE id = 1");
    assert!(parking(silent(world)).sweep().parked.is_empty());
}

/// The fleet died, and not the task.
#[test]
fn reaps_of_a_sweep_that_took_more_than_half_do_not_count() {
    let world = died(died(company(), "2h ago"), "1h ago");
    let world =
        world.sql("UPDATE task_runs SET last_heartbeat = '2026-04-11T02:00:00Z' WHERE id LIKE 'alive%'");
    let mut world = parking(silent(world));
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 4);
    assert!(report.parked.is_empty() && report.repeats.is_empty());
    assert_eq!(world.value("tasks.status", "killer"), "open");
}

#[test]
fn a_past_reap_of_a_fleet_does_not_count() {
    let world = died(died(company(), "2h ago"), "1h ago");
    let world =
        world.sql("UPDATE task_events SET payload = json_set(payload, '$.sweep.zombies', 3) WHERE id = 1");
    assert!(parking(silent(world)).sweep().parked.is_empty());
}

#[test]
fn events_are_found_without_an_index_where_they_are_needed() {
    let world = silent(died(died(company(), "2h ago"), "1h ago"));
    let mut world = world.sql("DROP INDEX idx_task_events_task; DROP INDEX idx_task_runs_task");
    assert!(
        world.dry_run().repeats.is_empty(),
        "not worth reading all of them"
    );
    assert_eq!(parking(world).sweep().parked.len(), 1);
}

#[test]
fn recurring_task_is_parked_too() {
    let mut world = parking(silent(died(died(company(), "2h ago"), "1h ago")))
        .sql("UPDATE tasks SET task_type = 'recurring' WHERE id = 'killer'");
    assert_eq!(world.sweep().parked.len(), 1);
    assert_eq!(world.value("tasks.status", "killer"), "blocked");
}

#[test]
fn word_that_the_queue_refuses_undoes_the_reap_alone() {
    let mut world = parking(silent(died(died(company(), "2h ago"), "1h ago"))).sql(
        "CREATE TRIGGER known BEFORE UPDATE OF status ON tasks WHEN NEW.status = 'blocked'
         BEGIN SELECT RAISE(ABORT, 'no such status'); END",
    );
    let report = world.sweep();
    assert_eq!(report.failed[0].why, "no such status");
    assert_eq!(world.value("tasks.status", "killer"), "running");
    assert_eq!(events(&world).len(), 2);
}

#[test]
fn queue_without_events_cannot_park() {
    let mut world = parking(company())
        .profile("events.table = ''")
        .options(|options| options);
    let why = world.refused();
    assert!(why.contains("no table of them (events.table)"), "{why}");
}

#[test]
fn queue_whose_events_do_not_tell_enough_cannot_park() {
    for (gone, key) in [
        ("payload", "events.columns.payload"),
        ("created_at", "events.columns.time"),
    ] {
        let mut world = parking(company())
            .sql("DROP INDEX idx_task_events_task")
            .drop_column("task_events", gone);
        let why = world.refused();
        assert!(why.contains(key), "{why}");
    }
}

#[test]
fn queue_whose_runs_have_no_times_cannot_park() {
    let mut world = parking(company()).profile("runs.columns = { started = [], ended = [], created = [] }");
    let why = world.refused();
    assert!(why.contains("runs.columns.ended"), "{why}");
}

#[test]
fn queue_that_takes_one_event_of_a_moment_cannot_park() {
    let unique = |columns: &str| {
        let index = format!("CREATE UNIQUE INDEX once ON task_events({columns})");
        parking(silent(died(died(company(), "2h ago"), "1h ago"))).sql(&index)
    };
    let why = unique("task_id, created_at").refused();
    assert!(why.contains("(UNIQUE)"), "{why}");
    assert_eq!(unique("task_id, event_type, created_at").sweep().parked.len(), 1);
}

#[test]
fn queue_whose_profile_does_not_say_what_is_completed_cannot_park() {
    let mut world = parking(company()).profile("runs.words.finished = ['done', 'failed']");
    let why = world.refused();
    assert!(why.contains("runs.words.completed"), "{why}");
    let words = "[runs.words]\nfinished = ['done', 'failed']\ncompleted = 'done'";
    assert!(world.profile(words).sweep().reaps.is_empty());
}

#[test]
fn parked_word_is_the_profiles_own() {
    let mut world =
        parking(silent(died(died(company(), "2h ago"), "1h ago"))).profile("tasks.words.parked = 'on_hold'");
    world.sweep();
    assert_eq!(world.value("tasks.status", "killer"), "on_hold");
}
