//! Queues of other shapes.

use zombie_sweeper::inspect::{Source, outcomes};
use zombie_sweeper::zombie::{Condition, Outcome, PastReap};
use zombie_sweeper::{Profile, SweepOptions};

use super::{CONTESTED, UNCHALLENGED, UNTOLD, later, only, silence};
use crate::world::{NOW, World, check_outcomes};

/// Hermes' board: ids are numbers, times are seconds since the epoch.
fn hermes() -> World {
    let profile = Profile::named("hermes-kanban").unwrap();
    let then = NOW.timestamp() - 7200;
    let mut world = World::foreign(include_str!("../shapes/hermes-kanban.sql"))
        .options(|options: SweepOptions| options.profile(profile))
        .sql(&format!(
            "DELETE FROM tasks; DELETE FROM task_runs; DELETE FROM task_events;
             INSERT INTO tasks (id, title, status, created_at, started_at, current_run_id, last_heartbeat_at)
                 VALUES ('t1', 'a title', 'running', {then}, {then}, 7, {then});
             INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat_at)
                 VALUES (7, 't1', 'running', {then}, {then})"
        ));
    assert_eq!(world.sweep().reaps.len(), 1);
    world
}

#[test]
fn queue_of_a_profile_that_ships() {
    assert_eq!(silence(&hermes()), UNCHALLENGED);
    let beat = NOW.timestamp() + 60;
    let late = hermes().sql(&format!("UPDATE task_runs SET last_heartbeat_at = {beat}"));
    assert_eq!(silence(&late), CONTESTED);
}

#[test]
fn task_that_is_its_own_run_cannot_be_told_from_its_successor() {
    let mut world = World::foreign(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT, last_heartbeat TEXT, updated_at TEXT);
         CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id INTEGER, event_type TEXT, payload TEXT, created_at TEXT)",
    )
    .profile("runs.table = ''\nworkspaces.table = ''\nprojects.table = ''\ntasks.table = 'jobs'")
    .sql("INSERT INTO jobs VALUES (1, 'running', '2026-04-11T01:18:00Z', '2026-04-11T01:18:00Z')");
    assert_eq!(world.sweep().reaps.len(), 1);
    let world = world.sql("UPDATE jobs SET last_heartbeat = '2026-04-11T04:00:00Z', status = 'running'");
    assert_eq!(silence(&world), UNTOLD);
    let outcomes = world.outcomes(&later());
    assert!(only(&outcomes).outcomes.contains_key(&Outcome::AtWork));
}

/// No index leads from a task to its runs.
#[test]
fn runs_are_found_without_an_index() {
    let world =
        super::reaped().sql("UPDATE task_runs SET status = 'completed'; DROP INDEX idx_task_runs_task");
    assert_eq!(silence(&world), CONTESTED);
}

/// The reaps of a queue that keeps no events are on record elsewhere.
#[test]
fn reaps_on_record_elsewhere() {
    let reap = |task: &str, run: &str| PastReap {
        at: NOW.into(),
        unit_us: 1,
        task_id: task.into(),
        run_id: Some(run.into()),
        run_left: None,
        reason: "stale_heartbeat".to_owned(),
        sign_of_life: None,
        condition: Some(Condition::C),
        threshold: None,
        held: None,
        actor: Some("zombie-sweeper".to_owned()),
        is_parked: false,
        is_of_a_fleet: false,
    };
    let world = World::new()
        .task("t1")
        .other_run("r1")
        .status("abandoned")
        .other_run("r2")
        .status("completed")
        .task("t2")
        .other_run("r3")
        .status("of-their-own");
    let options = later().profile(Profile::from_toml("events.table = ''").unwrap());
    let reaps = vec![reap("t1", "r1"), reap("t1", "r2"), reap("t2", "r3")];
    let told = outcomes(&world.conn, &options, Some(reaps)).unwrap();
    check_outcomes(&serde_json::to_value(&told).unwrap());
    assert_eq!(told.source, Source::Ledger);
    let silence = only(&told).silence.as_ref().unwrap();
    assert_eq!(
        [silence.contested, silence.unchallenged, silence.untold],
        [1, 1, 1]
    );
    let nowhere = outcomes(&world.conn, &options, None).unwrap();
    assert_eq!((nowhere.source, nowhere.total), (Source::Nowhere, 0));
    assert!(nowhere.warnings[0].contains("no events"), "{nowhere:?}");
}
