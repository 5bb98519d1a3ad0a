//! What a reap happened among: counted before the first of a sweep is written.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use zombie_sweeper::SweepError;

use super::{parking, record::reaped};
use crate::concurrency::{on_disk, rival};
use crate::world::{NOW, World, moment};

fn alive(world: World, count: u32) -> World {
    (0..count).fold(world, |world, n| {
        let task = format!("alive-{n}");
        world.running(&task).run(&task).heartbeat("1m ago")
    })
}

/// Tasks that were silent twice already, and are silent again.
fn silent(world: World, count: u32) -> World {
    (0..count).fold(world, |world, n| {
        let task = format!("t{n}");
        let world = world.running(&task).run(&task).heartbeat("16m ago");
        reaped(world, &task, 2, "1h ago")
    })
}

fn in_batches_of(size: usize, world: World) -> World {
    world.options(|options| options.batch_size(size.try_into().unwrap()))
}

/// What the events of this sweep say of it, each different one once.
fn shares(world: &World) -> Vec<Value> {
    let now = moment("now");
    let sql = format!(
        "SELECT DISTINCT payload ->> '$.sweep' FROM task_events
         WHERE event_type = 'zombie_reaped' AND payload ->> '$.sweep' IS NOT NULL AND created_at >= '{now}'"
    );
    let mut shares = world.conn.prepare(&sql).unwrap();
    let shares = shares.query_map([], |row| row.get::<_, String>(0)).unwrap();
    shares
        .map(|share| serde_json::from_str(&share.unwrap()).unwrap())
        .collect()
}

#[test]
fn it_is_that_of_the_sweep_and_not_of_a_batch() {
    let mut world = parking(in_batches_of(3, alive(silent(World::new(), 10), 30)));
    assert_eq!(world.dry_run().parked.len(), 10);
    assert_eq!(world.sweep().parked.len(), 10);
    assert_eq!(shares(&world), [json!({"running": 40, "zombies": 10})]);
}

#[test]
fn fleet_that_died_is_one_in_small_batches_too() {
    let mut world = parking(in_batches_of(3, silent(alive(World::new(), 8), 12)));
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 12);
    assert!(report.parked.is_empty());
    assert_eq!(shares(&world), [json!({"running": 20, "zombies": 12})]);
}

#[test]
fn what_broke_its_silence_before_the_second_look_is_no_part_of_it() {
    for (batch, at_most) in [(100, None), (2, None), (100, Some(100)), (2, Some(100))] {
        let (folder, world) = on_disk("WAL");
        let folder = Arc::new(folder);
        let other = Arc::clone(&folder);
        let beat = move |_| {
            let beat = moment("now");
            let sql = format!("UPDATE task_runs SET last_heartbeat = '{beat}' WHERE id GLOB 't[1-5]'");
            rival(&other).execute_batch(&sql).unwrap();
            Some(NOW + chrono::TimeDelta::minutes(1))
        };
        let world = parking(in_batches_of(batch, silent(alive(world, 2), 6)));
        let world = world.options(|options| options.confirm(Duration::from_secs(60)).waiting(beat));
        let mut world = match at_most {
            Some(most) => world.options(|options| options.at_most(most)),
            None => world,
        };
        assert_eq!(world.sweep().parked.len(), 1, "{batch} {at_most:?}");
        assert_eq!(shares(&world), [json!({"running": 8, "zombies": 1})]);
    }
}

/// Whichever tasks are named: a fleet that died is one, and a task that dies alone dies alone.
#[test]
fn it_is_that_of_all_that_run_where_tasks_are_named() {
    for brake in [None, Some(5)] {
        for (dead, parked) in [(12, 0), (2, 1)] {
            let world = in_batches_of(3, silent(alive(World::new(), 8), dead));
            let mut world = parking(world).options(|options| {
                let options = options.task("t1");
                match brake {
                    Some(most) => options.at_most(most),
                    None => options,
                }
            });
            assert_eq!(world.dry_run().parked.len(), parked, "{dead}");
            let report = world.sweep();
            assert_eq!((report.reaps.len(), report.parked.len()), (1, parked), "{dead}");
            assert_eq!(shares(&world), [json!({"running": 8 + dead, "zombies": dead})]);
        }
    }
}

#[test]
fn it_is_that_of_the_project_where_both_are_named() {
    let world = silent(alive(World::new(), 3).project("Alpha"), 1);
    let world = world.running("near").run("near").heartbeat("1m ago");
    let mut world = world.options(|options| options.project("Alpha").task("t0"));
    world.sweep();
    assert_eq!(shares(&world), [json!({"running": 2, "zombies": 1})]);
}

#[test]
fn sweep_with_a_brake_that_is_ended_while_it_waits_accounts_for_all() {
    let world = silent(alive(World::new(), 2), 2)
        .running("ended")
        .run("ended")
        .status("failed");
    let mut world = world.options(|options| {
        options
            .at_most(10)
            .confirm(Duration::from_secs(60))
            .waiting(|_| None)
    });
    let Err(SweepError::Partial { report, .. }) = world.try_sweep() else {
        panic!("it is ended");
    };
    assert_eq!((report.scanned, report.healthy, report.moved_on), (5, 2, 3));
}
