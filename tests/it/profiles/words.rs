//! The words of a profile, compared with those of the database.

use zombie_sweeper::Profile;
use zombie_sweeper::store::{Schema, Words};

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
        [
            "no task has the status \"busy\" (tasks.words.running); they have open, running; see docs/profile.md#tasks"
        ]
    );
    assert_eq!(
        words(&two_tasks(), "tasks.words.open = 'ready'").doubts(),
        [
            "no task has the status \"ready\" (tasks.words.open); they have open, running; see docs/profile.md#tasks"
        ]
    );
}

#[test]
fn each_of_several_words_is_looked_for() {
    let toml = "tasks.words = { running = ['running', 'queued'], open = { queued = 'failed' } }";
    let words = words(&two_tasks(), toml);
    assert_eq!(words.running, ["running", "queued"]);
    assert_eq!(words.open, ["open", "failed"], "the default is inherited");
    assert_eq!(
        words.doubts(),
        [
            "no task has the status \"queued\" (tasks.words.running); they have open, running; see docs/profile.md#tasks",
            "no task has the status \"failed\" (tasks.words.open); they have open, running; see docs/profile.md#tasks",
        ]
    );
}

#[test]
fn unknown_status_of_a_run_is_doubted() {
    let world = || two_tasks().other_run("r3").status("succeeded");
    assert_eq!(
        words(&world(), "").doubts(),
        [
            "unknown run status \"succeeded\": such a run is finished by evidence when it has an end, else unfinished; \
             name it in runs.words.finished or runs.words.running; see docs/profile.md#runs"
        ]
    );
    for toml in [
        "runs.words.running = ['running', 'succeeded']",
        "runs.words.finished = ['failed', 'succeeded']",
    ] {
        assert!(words(&world(), toml).doubts().is_empty(), "{toml}");
    }
}

#[test]
fn column_that_looks_like_a_heartbeat_and_is_not_read_is_doubted() {
    let with = |column: &str| two_tasks().sql(&format!("ALTER TABLE task_runs ADD COLUMN \"{column}\""));
    for column in [
        "worker_heartbeat",
        "pingedAt",
        "LastPing",
        "beat",
        "node_seen_at",
        "agentHeartbeatAt",
    ] {
        let doubts = words(&with(column), "").doubts();
        assert_eq!(
            doubts,
            [format!(
                "task_runs.{column} looks like a heartbeat, and is not read: if it is one, name it in columns.heartbeat \
                 of its section; see docs/profile.md#the-keys"
            )]
        );
        for toml in [
            &format!("runs.columns.heartbeat = ['last_heartbeat', '{column}']"),
            &format!("runs.clear = ['{column}']"),
            "hints.heartbeat = []",
        ] {
            assert!(words(&with(column), toml).doubts().is_empty(), "{toml}");
        }
    }
    for column in ["shipping_address", "mapping", "unbeaten", "deadbeats"] {
        assert!(words(&with(column), "").doubts().is_empty(), "{column}");
    }
}

#[test]
fn what_is_not_among_too_many_statuses_to_be_shown_cannot_be_told() {
    let mut world = World::new();
    for n in 0..60 {
        world = world.task(format!("t{n}")).status(&format!("status-{n:02}"));
    }
    assert!(words(&world, "").doubts().is_empty());
}

#[test]
fn queue_without_tasks_raises_no_doubts() {
    assert!(
        words(&World::new(), "tasks.words.running = 'busy'")
            .doubts()
            .is_empty()
    );
}
