//! How long it rests between two looks.

use std::time::Duration;

use zombie_sweeper::Policy;
use zombie_sweeper::watch::Next;

use super::{Story, later, silent};
use crate::world::World;

/// How long it rests after a look at this queue that took so many seconds.
fn rests(interval: f64, look: f64, world: World, has_changed: bool) -> f64 {
    let mut story = Story::with_interval(world, interval);
    assert_eq!(story.next(false), Next::Look, "it begins with a look");
    story.look_for(look);
    story.rest(has_changed)
}

#[track_caller]
fn assert_rests(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
}

#[test]
fn where_nothing_happens_it_looks_once_a_minute() {
    assert_rests(rests(1.0, 0.0, World::new(), false), 60.0);
    assert_rests(rests(1.0, 0.0, silent("10s ago"), false), 60.0);
}

#[test]
fn change_is_looked_at_once_the_interval_is_over() {
    for interval in [1.0, 5.0, 90.0] {
        assert_rests(rests(interval, 0.0, World::new(), true), interval);
    }
}

#[test]
fn interval_counts_from_one_look_to_the_next() {
    assert_rests(rests(5.0, 0.1, World::new(), true), 4.9);
}

#[test]
fn looks_take_at_most_a_twentieth_of_the_time() {
    for (look, rest) in [(0.04, 0.96), (0.08, 1.52), (1.0, 19.0), (10.0, 190.0)] {
        assert_rests(rests(1.0, look, World::new(), true), rest);
    }
}

#[test]
fn task_that_is_about_to_fall_silent_is_looked_at_then() {
    let rest = rests(1.0, 0.0, silent("870s ago"), false);
    assert!((30.0..30.01).contains(&rest), "{rest}");
}

#[test]
fn task_whose_run_ended_is_looked_at_once_it_has_settled() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .status("completed")
        .ended("3s ago");
    let policy = Policy {
        settle: Duration::from_secs(10),
        ..Policy::default()
    };
    let mut story = Story::of(world).options(|options| options.policy(policy));
    assert!(story.look().reaps.is_empty());
    let rest = story.rest(false);
    assert!((7.0..7.01).contains(&rest), "{rest}");
    assert_eq!(story.look().reaps.len(), 1);
}

#[test]
fn sweep_that_reaped_does_not_rest_for_the_time_it_took_to_reap() {
    let mut story = Story::of(crate::world::zombies(100));
    assert_eq!(story.look_for(1.0).reaps.len(), 100);
    let rest = story.rest(true);
    assert!(rest < 19.0, "{rest}");
}

#[test]
fn rests_grow_while_the_database_is_out_of_reach() {
    let mut story = Story::of(World::new());
    story.look();
    let mut rests = Vec::new();
    for _ in 0..8 {
        story.watch.failed(story.at);
        rests.push(story.rest_s(true));
    }
    assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
    story.look();
    assert_rests(story.rest(true), 1.0);
    story.watch.failed(story.at);
    assert_rests(story.rest(true), 1.0);
}

#[test]
fn what_cannot_be_reaped_is_tried_again_after_rests_that_grow() {
    let world = silent("16m ago")
        .sql("CREATE TRIGGER no BEFORE UPDATE ON tasks BEGIN SELECT RAISE(ABORT, 'not today'); END");
    let mut story = Story::of(world);
    let mut rests = Vec::new();
    for _ in 0..5 {
        assert_eq!(story.look().failed.len(), 1);
        rests.push(story.rest_s(false));
    }
    assert_eq!(rests, [10, 20, 40, 60, 60]);
}

/// A look has just been told that a trigger refuses the reap. Now nothing does any more.
fn refused() -> Story {
    let mut story = Story::of(
        silent("16m ago")
            .sql("CREATE TRIGGER no BEFORE UPDATE ON tasks BEGIN SELECT RAISE(ABORT, 'not today'); END"),
    );
    assert_eq!(story.look().failed.len(), 1);
    story.world.conn.execute_batch("DROP TRIGGER no").unwrap();
    story
}

#[test]
fn what_was_refused_is_not_tried_at_each_look_at_a_queue_that_changes() {
    let mut story = refused();
    story.rest(true);
    let report = story.look();
    assert_eq!(report.failed.len(), 1, "it is told of all the same");
    assert_eq!(report.failed[0].why, "not today");
    assert!(story.watch_for(8, true).is_empty());
    assert_eq!(story.watch_for(3, true), ["t1"]);
}

#[test]
fn what_has_changed_since_it_was_refused_is_tried_at_once() {
    let mut story = refused();
    story
        .world
        .conn
        .execute_batch("UPDATE task_runs SET status = 'failed'")
        .unwrap();
    assert_eq!(story.watch_for(2, true), ["t1"]);
}

#[test]
fn what_is_held_back_is_counted_again_after_rests_that_grow() {
    let mut story = Story::of(crate::world::zombies(3)).options(|options| options.at_most(2));
    let mut rests = Vec::new();
    for _ in 0..3 {
        assert!(story.look().held_back.is_some());
        rests.push(story.rest_s(false));
    }
    assert_eq!(rests, [10, 20, 40]);
}

#[test]
fn look_is_wanted_until_it_is_made() {
    let mut story = Story::of(World::new());
    story.look();
    story.at = later(story.at, 2.0);
    assert_eq!(story.next(true), Next::Look);
    assert_eq!(story.next(true), Next::Look);
}

#[test]
fn what_was_refused_is_tried_again_in_time_whatever_else_is_refused() {
    let world = silent("16m ago").sql(
        "CREATE TABLE deny (id); INSERT INTO deny VALUES ('t1');
         CREATE TRIGGER no BEFORE UPDATE ON tasks WHEN old.id IN (SELECT id FROM deny)
         BEGIN SELECT RAISE(ABORT, 'not today'); END",
    );
    let mut story = Story::of(world);
    assert_eq!(story.look().failed.len(), 1);
    story.world.conn.execute_batch("DELETE FROM deny").unwrap();
    let mut reaped = Vec::new();
    for other in ["t2", "t3", "t4"] {
        story.world = story
            .world
            .running(other)
            .run(format!("r{other}"))
            .heartbeat("16m ago");
        story
            .world
            .conn
            .execute("INSERT INTO deny VALUES (?1)", [other])
            .unwrap();
        reaped.extend(story.watch_for(4, true));
    }
    assert_eq!(reaped, ["t1"]);
}

#[test]
fn brake_counts_what_was_reaped_in_the_last_quarter_of_an_hour() {
    let mut story = Story::of(crate::world::zombies(2)).options(|options| options.at_most(3));
    assert_eq!(story.look().reaps.len(), 2);
    for task in ["t8", "t9"] {
        story.world = story
            .world
            .running(task)
            .run(format!("r{task}"))
            .heartbeat("16m ago");
    }
    story.gap(5.0);
    let held = story.look().held_back.unwrap();
    assert_eq!((held.at_most, held.due.len()), (3, 2));
    assert!(story.watch_for(14 * 60, true).is_empty());
    assert_eq!(story.watch_for(3 * 60, true), ["t8", "t9"]);
}
