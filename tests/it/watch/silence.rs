//! Silence that has to be confirmed: two looks, and never a wait between them.

use std::time::Duration;

use super::{MINUTE, Story, silent};
use crate::world::{World, reasons};

/// A story of one task that has been silent over a break, whose watch has looked at it once.
fn doubted() -> Story {
    let mut story = Story::of(silent("890s ago"));
    story.look();
    story.gap(2_000.0);
    let report = story.look();
    assert_eq!((report.reaps.len(), report.waiting), (0, 1));
    story
}

#[test]
fn it_is_reaped_by_a_look_a_minute_later() {
    let mut story = doubted();
    assert_eq!(story.rest_s(false), 60);
    let report = story.look();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
    assert_eq!(Duration::from_secs_f64(report.confirm_s), Duration::from_secs(60));
}

#[test]
fn no_look_before_that_reaps_it_however_often_it_looks() {
    let mut story = doubted();
    assert!(story.watch_for(59, true).is_empty());
    assert_eq!(story.watch_for(3, true), ["t1"]);
}

#[test]
fn time_between_the_looks_is_the_one_that_was_asked_for() {
    let mut story = Story::of(silent("16m ago")).options(|options| options.confirm(Duration::from_secs(5)));
    let report = story.look();
    assert_eq!(
        (report.reaps.len(), report.waiting),
        (0, 1),
        "it is asked for: {report:?}"
    );
    assert_eq!(story.rest_s(false), 5);
    assert_eq!(story.look().reaps.len(), 1);
}

#[test]
fn what_changes_between_the_looks_begins_anew() {
    let mut story = doubted();
    story.watch_for(50, false);
    story
        .world
        .conn
        .execute("UPDATE task_runs SET started_at = '2026-04-11T01:00:00.000Z'", [])
        .unwrap();
    assert!(story.watch_for(59, true).is_empty());
    assert_eq!(story.watch_for(3, true), ["t1"]);
}

#[test]
fn worker_that_beats_between_the_looks_keeps_its_task() {
    let mut story = doubted();
    story.watch_for(50, false);
    let beat = story.at.wall.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    story
        .world
        .conn
        .execute("UPDATE task_runs SET last_heartbeat = ?1", [beat])
        .unwrap();
    assert!(story.watch_for(10 * MINUTE, true).is_empty());
}

#[test]
fn break_between_the_looks_begins_anew() {
    let mut story = doubted();
    story.watch_for(50, false);
    story.watch.failed(story.at);
    assert!(story.watch_for(60, false).is_empty());
    assert_eq!(story.watch_for(3, false), ["t1"]);
}

#[test]
fn suspend_that_the_machine_counts_asks_for_a_second_look() {
    let mut story =
        Story::of(silent("16m ago")).options(|options| options.suspended(Duration::from_secs(300)));
    let report = story.look();
    assert_eq!((report.reaps.len(), report.waiting), (0, 1));
    assert_eq!(story.watch_for(61, false), ["t1"]);
}

#[test]
fn worker_that_is_gone_is_looked_at_twice() {
    let profile = "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
         [tasks]\ntable = 'jobs'\nclear = ['worker']\n\
         [tasks.columns]\nid = 'id'\nstatus = 'state'\nworker = 'worker'\nstarted = []\n\
         [tasks.words]\nrunning = 'working'\nopen = 'ready'\n\
         [workers]\ntable = 'workers'\n[workers.columns]\nid = 'name'\nheartbeat = 'beat_at'\nstatus = []";
    let world = World::foreign(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, worker TEXT);
         CREATE TABLE workers (name TEXT PRIMARY KEY, beat_at TEXT);
         INSERT INTO jobs VALUES ('j1', 'working', 'w1')",
    );
    let profile = zombie_sweeper::Profile::from_toml(profile).unwrap();
    let mut story = Story::of(world).options(|options| options.profile(profile));
    let report = story.look();
    assert_eq!((report.reaps.len(), report.waiting), (0, 1), "{report:?}");
    assert_eq!(story.watch_for(61, false), ["j1"]);
}

#[test]
fn others_are_reaped_meanwhile() {
    let mut story = doubted();
    story
        .world
        .conn
        .execute_batch(
            "INSERT INTO tasks (id, project_id, title, status, active_run_id, created_at, updated_at)
             SELECT 't2', project_id, title, status, 'r2', created_at, updated_at FROM tasks;
             INSERT INTO task_runs (id, task_id, status, started_at)
             SELECT 'r2', 't2', 'failed', started_at FROM task_runs",
        )
        .unwrap();
    let report = story.look();
    assert_eq!(reasons(&report), ["t2: run_failed"]);
    assert_eq!(report.waiting, 1);
}

#[test]
fn brake_holds_back_what_is_confirmed_and_says_so_each_time() {
    let mut story = Story::of(crate::world::zombies(3))
        .options(|options| options.confirm(Duration::from_secs(5)).at_most(2));
    assert_eq!(story.look().waiting, 3);
    story.watch_for(6, false);
    for _ in 0..3 {
        let report = story.look();
        assert_eq!(report.waiting, 0);
        assert_eq!(report.held_back.map(|held| held.due.len()), Some(3));
        story.gap(10.0);
    }
}

#[test]
fn tasks_of_several_pages_are_all_confirmed() {
    let pages = std::num::NonZeroUsize::new(2).unwrap();
    let mut story = Story::of(crate::world::zombies(5))
        .options(|options| options.confirm(Duration::from_secs(5)).batch_size(pages));
    assert_eq!(story.look().waiting, 5);
    assert_eq!(story.watch_for(7, false).len(), 5);
}

#[test]
fn after_a_failure_silence_is_confirmed_from_when_one_can_write() {
    let mut story = Story::of(silent("890s ago"));
    story.look();
    story.watch.failed(story.at);
    story.gap(20.0);
    story.world.conn.execute_batch("PRAGMA query_only = ON").unwrap();
    let options = story.watch.options(&story.options, story.at);
    let error = zombie_sweeper::sweep_zombie_tasks(&mut story.world.conn, &options).unwrap_err();
    assert!(error.to_string().contains("write"), "{error}");
    story.watch.failed(story.at);
    story.world.conn.execute_batch("PRAGMA query_only = OFF").unwrap();
    assert!(story.watch_for(59, false).is_empty());
    assert_eq!(story.watch_for(5, false), ["t1"]);
}

#[test]
fn run_that_says_of_no_end_has_settled_once_it_was_seen_so_for_that_long() {
    let policy = zombie_sweeper::Policy {
        settle: Duration::from_secs(10),
        ..zombie_sweeper::Policy::default()
    };
    for end in [None, Some("soon")] {
        let world = World::new().running("t1").run("r1").status("failed");
        let world = world.set("completed_at", end);
        let mut story = Story::of(world).options(|options| options.policy(policy));
        let report = story.look();
        assert_eq!((report.undecided.len(), report.waiting), (0, 1), "{report:?}");
        assert!(story.watch_for(9, true).is_empty(), "{end:?}");
        assert_eq!(story.watch_for(2, false), ["t1"], "{end:?}");
    }
}
