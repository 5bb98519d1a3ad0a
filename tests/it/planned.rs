//! A sweep of what a dry run has listed: that, as long as it is so, and nothing else.

use std::time::Duration;

use serde_json::json;
use zombie_sweeper::{Planned, SweepReport};

use crate::concurrency::{commits_meanwhile, on_disk, rival};
use crate::world::{NOW, World, moment, reasons, zombies};

/// The queue with what a dry run of it has listed as the only thing to be reaped.
fn planned(mut world: World) -> World {
    let planned = world.dry_run().planned();
    world.options(|options| options.planned(planned))
}

/// A sweep of what was listed before this was committed.
fn swept_after(world: World, change: &str) -> (SweepReport, World) {
    let mut world = planned(world).sql(change);
    (world.sweep(), world)
}

/// Those reaped, and how many have moved on.
fn outcome(report: &SweepReport) -> (Vec<String>, usize) {
    (reasons(report), report.moved_on)
}

fn set_beat(run: &str, when: &str) -> String {
    let at = moment(when);
    format!("UPDATE task_runs SET last_heartbeat = '{at}' WHERE id = '{run}'")
}

#[test]
fn it_says_what_a_dry_run_would_reap() {
    let mut world = zombies(1).running("t2").task("t3");
    let listed = |planned: &Planned| {
        let reaps = planned.iter().map(|reap| {
            let run = reap.run_id.as_ref().map(ToString::to_string);
            (reap.task_id.to_string(), run, reap.reason.to_string())
        });
        reaps.collect::<Vec<_>>()
    };
    let found = |task: &str, run: Option<&str>, reason: &str| {
        (task.to_owned(), run.map(ToOwned::to_owned), reason.to_owned())
    };
    assert_eq!(
        listed(&world.dry_run().planned()),
        [
            found("t1", Some("r1"), "stale_heartbeat"),
            found("t2", None, "no_active_run")
        ]
    );
    assert!(world.sweep().planned().is_empty());
}

#[test]
fn all_of_it_is_reaped_where_nothing_has_changed() {
    let (report, world) = swept_after(zombies(3), "");
    assert_eq!((report.reaps.len(), report.moved_on, report.scanned), (3, 0, 3));
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 3);
}

#[test]
fn what_is_due_since_is_left_alone() {
    let world = planned(zombies(2));
    let mut world = world.running("late").run("r9").heartbeat("16m ago");
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.scanned), (2, 2));
    assert_eq!(world.value("tasks.status", "late"), "running");
    assert_eq!(world.value("task_runs.status", "r9"), "running");
}

#[test]
fn who_is_not_as_listed_has_moved_on() {
    for change in [
        &*set_beat("r1", "1m ago"),
        "UPDATE tasks SET status = 'done' WHERE id = 't1'",
        "DELETE FROM tasks WHERE id = 't1'",
        // Dead, for another reason.
        "UPDATE task_runs SET status = 'failed' WHERE id = 'r1'",
        "UPDATE tasks SET active_run_id = '' WHERE id = 't1'",
        // Tried again by another run, which is dead too.
        "UPDATE task_runs SET status = 'failed' WHERE id = 'r1';
         INSERT INTO task_runs (id, task_id, status, started_at) VALUES ('r9', 't1', 'running', '2026-04-11T01:00:00Z');
         UPDATE tasks SET active_run_id = 'r9' WHERE id = 't1'",
        // Another task in the same row.
        "UPDATE task_runs SET task_id = 'new' WHERE task_id = 't1'; UPDATE tasks SET id = 'new' WHERE id = 't1'",
    ] {
        let queue = zombies(2).sql("PRAGMA foreign_keys = OFF");
        let (report, world) = swept_after(queue, change);
        let left = (vec!["t2: stale_heartbeat".to_owned()], 1);
        assert_eq!(outcome(&report), left, "{change}");
        assert_eq!(world.query("SELECT count(*) FROM task_events"), 1, "{change}");
    }
}

#[test]
fn who_is_undecided_by_now_is_told_of_as_that() {
    let undated = "UPDATE task_runs SET last_heartbeat = 'soon', started_at = 'soon' WHERE id = 'r1'";
    let (report, _) = swept_after(zombies(2), undated);
    assert_eq!(outcome(&report), (vec!["t2: stale_heartbeat".to_owned()], 0));
    assert_eq!(report.undecided.len(), 1);
}

/// Where no run tells two attempts apart, what was read of the task does.
#[test]
fn claim_is_the_one_listed_where_nothing_of_it_has_changed() {
    let claim = || World::new().running("t1");
    let (report, _) = swept_after(claim(), "UPDATE tasks SET title = 'another'");
    assert_eq!(outcome(&report), (vec!["t1: no_active_run".to_owned()], 0));
    let again = format!("UPDATE tasks SET started_at = '{}'", moment("90m ago"));
    let (report, world) = swept_after(claim(), &again);
    assert_eq!(outcome(&report), (Vec::new(), 1));
    assert_eq!(world.value("tasks.status", "t1"), "running");
}

#[test]
fn task_that_is_its_own_run_is_told_from_its_next_attempt() {
    let profile = "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
                   [tasks]\ntable = 'jobs'\nclear = []\n\
                   [tasks.columns]\nstatus = 'state'\nheartbeat = 'beat_at'\nstarted = []\nupdated = []\n";
    let jobs = format!(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT, beat_at TEXT);
         INSERT INTO jobs VALUES (1, 'running', '{0}'), (2, 'running', '{0}')",
        moment("1h ago")
    );
    let next = format!("UPDATE jobs SET beat_at = '{}' WHERE id = 1", moment("20m ago"));
    let (report, _) = swept_after(World::foreign(&jobs).profile(profile), &next);
    assert_eq!(outcome(&report), (vec!["2: stale_heartbeat".to_owned()], 1));
}

/// Its pointer may stay on the run of the attempt before.
#[test]
fn next_attempt_is_another_though_it_names_the_same_run() {
    let claimed = |when| format!("UPDATE tasks SET started_at = '{}' WHERE id = 't1'", moment(when));
    let (report, _) = swept_after(zombies(2), &claimed("20m ago"));
    assert_eq!(outcome(&report), (vec!["t2: stale_heartbeat".to_owned()], 1));
    let gone = zombies(2).sql("DELETE FROM task_runs");
    let (report, _) = swept_after(gone, &claimed("20m ago"));
    assert_eq!(report.reaps.len(), 1);
}

/// Who agrees that a task is opened has not agreed that it is parked, nor the other way round.
#[test]
fn task_that_would_end_otherwise_by_now_has_moved_on() {
    let world = || {
        let world = zombies(1).sql(&format!(
            r#"INSERT INTO task_events (task_id, event_type, payload, created_at)
               VALUES ('t1', 'zombie_reaped', '{{"reason": "stale_heartbeat"}}', '{}')"#,
            moment("1h ago")
        ));
        world.options(|options| options.park_after(2.try_into().unwrap()))
    };
    let alive = |world: World| {
        ["a", "b"].into_iter().fold(world, |world, name| {
            world.running(name).run(name).heartbeat("1m ago")
        })
    };
    let is_parked = |world: &mut World| {
        let planned = world.dry_run().planned();
        planned.iter().map(|reap| reap.is_parked).collect::<Vec<_>>()
    };
    let mut alone = world();
    assert_eq!(is_parked(&mut alone), [false]);
    let mut among_others = alive(planned(alone));
    assert_eq!(outcome(&among_others.sweep()), (Vec::new(), 1));
    let mut among_others = alive(world());
    assert_eq!(is_parked(&mut among_others), [true]);
    let mut among_others = planned(among_others);
    assert_eq!(among_others.sweep().parked.len(), 1);
    let alone = planned(alive(world())).sql("UPDATE tasks SET status = 'done' WHERE id IN ('a', 'b')");
    assert_eq!(outcome(&{ alone }.sweep()), (Vec::new(), 1));
}

#[test]
fn plan_of_nothing_writes_nothing() {
    let mut world = zombies(2).options(|options| options.planned(Planned::default()));
    let before = world.dump();
    let report = world.sweep();
    assert_eq!(world.dump(), before);
    assert_eq!((report.reaps.len(), report.scanned), (0, 0));
}

#[test]
fn it_reaches_no_further_than_the_options() {
    let world = zombies(2)
        .project("Other")
        .running("o1")
        .run("o-r1")
        .heartbeat("16m ago");
    let mut world = planned(world).options(|options| options.project("Other"));
    let report = world.sweep();
    assert_eq!(outcome(&report), (vec!["o1: stale_heartbeat".to_owned()], 2));
    let mut unknown = planned(zombies(1)).options(|options| options.project("Nowhere"));
    assert!(unknown.refused().contains("Nowhere"));
}

#[test]
fn it_is_reaped_in_batches() {
    let world = planned(zombies(5)).sql("UPDATE tasks SET status = 'done' WHERE id = 't3'");
    let mut world = world.options(|options| options.batch_size(2.try_into().unwrap()));
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.moved_on), (4, 1));
}

#[test]
fn brake_counts_nothing_but_what_is_listed() {
    let with_brake = |most| {
        let world = planned(zombies(2).options(|options| options.at_most(2)));
        let world = world.options(|options| options.at_most(most));
        world.running("late").run("r9").heartbeat("16m ago")
    };
    assert_eq!(with_brake(2).sweep().reaps.len(), 2);
    let report = with_brake(1).sweep();
    assert_eq!(report.held_back.unwrap().due.len(), 2);
    assert!(report.reaps.is_empty());
}

/// A fleet that died is one, however few of it are listed.
#[test]
fn share_is_that_of_all_running_tasks() {
    for brake in [None, Some(5)] {
        let world = planned(zombies(1));
        let world = world.running("t2").run("r2").heartbeat("16m ago");
        let world = world.running("t3").run("r3").heartbeat("16m ago");
        let world = world.running("alive").run("a").heartbeat("1m ago");
        let mut world = world.options(|options| match brake {
            Some(most) => options.at_most(most),
            None => options,
        });
        world.sweep();
        let share = &world.payload()["sweep"];
        assert_eq!(*share, json!({"running": 4, "zombies": 3}), "{brake:?}");
    }
}

/// Also where the first of those listed have come to life.
#[test]
fn share_is_counted_once_a_zombie_is_found() {
    let world = planned(zombies(2)).sql(&set_beat("r1", "now"));
    let mut world = world.options(|options| options.batch_size(1.try_into().unwrap()));
    assert_eq!(
        outcome(&world.sweep()),
        (vec!["t2: stale_heartbeat".to_owned()], 1)
    );
    assert_eq!(world.payload()["sweep"], json!({"running": 2, "zombies": 1}));
}

#[test]
fn second_look_holds_to_it() {
    for (change, expected) in [
        (
            String::new(),
            (vec!["t1: stale_heartbeat", "t2: stale_heartbeat"], 0),
        ),
        (set_beat("r1", "1m ago"), (vec!["t2: stale_heartbeat"], 1)),
        (
            "UPDATE task_runs SET status = 'failed' WHERE id = 'r1'".to_owned(),
            (vec!["t2: stale_heartbeat"], 1),
        ),
    ] {
        let (folder, world) = on_disk("WAL");
        let world = planned(crowd(world));
        let late = world.running("late").run("r9").heartbeat("16m ago");
        let said = change.clone();
        let mut world = late.options(|options| {
            let wait = move |time: Duration| {
                rival(&folder).execute_batch(&said).unwrap();
                Some(NOW + time)
            };
            options.confirm(Duration::from_secs(60)).waiting(wait)
        });
        let report = world.sweep();
        assert_eq!(reasons(&report), expected.0, "{change}");
        assert_eq!(report.moved_on, expected.1, "{change}");
        assert_eq!(world.value("tasks.status", "late"), "running");
    }
}

/// What is read anew under the lock is held against it once more.
#[test]
fn change_before_the_lock_is_had_makes_it_another() {
    for change in [
        "UPDATE task_runs SET status = 'failed' WHERE id = 'r1'",
        &*set_beat("r1", "now"),
    ] {
        let (folder, world) = on_disk("WAL");
        let mut world = planned(crowd(world));
        commits_meanwhile(&folder, &mut world, change);
        let report = world.sweep();
        assert_eq!(outcome(&report), (vec!["t2: stale_heartbeat".to_owned()], 1));
    }
}

/// Two zombies.
fn crowd(world: World) -> World {
    world
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .running("t2")
        .run("r2")
        .heartbeat("16m ago")
}
