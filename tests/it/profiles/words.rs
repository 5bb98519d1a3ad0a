//! The words of a profile, compared with those of the database.

use zombie_sweeper::store::{Profile, Schema, Words};

use crate::world::World;

fn words(world: &World, toml: &str) -> Words {
    let profile = Profile::from_toml(toml).unwrap();
    let schema = Schema::read(&world.conn, &profile).unwrap();
    schema.words(&world.conn).unwrap()
}

fn two_tasks() -> World {
    World::new()
        .running("t1")
        .run("r1")
        .task("t2")
        .other_run("r2")
        .status("failed")
}

#[test]
fn words_that_the_queue_uses_are_not_doubted() {
    let words = words(&two_tasks(), "");
    assert_eq!(words.task_statuses, ["open", "running"]);
    assert_eq!(words.run_statuses, ["failed", "running"]);
    assert!(words.doubts().is_empty(), "{words:?}");
}

#[test]
fn word_that_no_task_has_is_doubted() {
    assert_eq!(
        words(&two_tasks(), "tasks.words.running = 'busy'").doubts(),
        ["no task has the status \"busy\" (tasks.words.running); they have open, running"]
    );
    assert_eq!(
        words(&two_tasks(), "tasks.words.open = 'ready'").doubts(),
        ["no task has the status \"ready\" (tasks.words.open); they have open, running"]
    );
}

#[test]
fn queue_without_tasks_raises_no_doubts() {
    assert!(
        words(&World::new(), "tasks.words.running = 'busy'")
            .doubts()
            .is_empty()
    );
}
