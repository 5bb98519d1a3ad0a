//! Tasks that a sweep parks, or has parked.

use zombie_sweeper::inspect::{ExplainedTask, ParkedTask};
use zombie_sweeper::{SweepOptions, unpark_task};

use crate::world::{NOW, World, moment};

/// A task that was reaped for its silence so often, an hour apart, and is silent again, among others that are alive.
fn silent_again(reaps: usize) -> World {
    let world = ["a", "b", "c"].iter().fold(World::new(), |world, name| {
        world
            .running(format!("alive-{name}"))
            .run(format!("r-{name}"))
            .heartbeat("1m ago")
    });
    let world = world.running("killer").run("r0").heartbeat("16m ago");
    (1..=reaps).fold(world, |world, hours| {
        let at = moment(&format!("{hours}h ago"));
        world.sql(&format!(
            r#"INSERT INTO task_events (task_id, event_type, payload, created_at)
               VALUES ('killer', 'zombie_reaped', '{{"reason": "stale_heartbeat"}}', '{at}')"#
        ))
    })
}

fn parking(world: World) -> World {
    world.options(|options| options.park_after(3.try_into().unwrap()))
}

fn would_write(task: &ExplainedTask, table: &str, column: &str) -> Vec<String> {
    let rows = task.writes.iter().filter(|row| row.table == table);
    let columns = rows.flat_map(|row| &row.columns);
    let asked = columns.filter(|change| change.column == column);
    asked.map(|change| change.after.to_string()).collect()
}

#[test]
fn what_a_sweep_would_park_is_said_to_be_parked() {
    let mut world = parking(silent_again(2));
    let task = world.explain("killer");
    assert!(
        task.says
            .contains("A sweep parks it: with this one it has fallen silent 3 times within 3 d."),
        "{}",
        task.says
    );
    assert_eq!((task.would_be_parked, task.repeat), (true, Some(3)));
    assert_eq!(would_write(&task, "tasks", "status"), ["blocked"]);
    assert_eq!(
        would_write(&task, "task_events", "event_type"),
        ["zombie_reaped", "zombie_parked"]
    );
    world.sweep();
    assert_eq!(world.value("tasks.status", "killer"), "blocked");
}

#[test]
fn who_fell_silent_too_seldom_is_opened() {
    let task = parking(silent_again(1)).explain("killer");
    assert!(task.says.contains("A sweep resets it."), "{}", task.says);
    assert_eq!((task.would_be_parked, task.repeat), (false, Some(2)));
    assert_eq!(would_write(&task, "tasks", "status"), ["open"]);
}

#[test]
fn nothing_is_parked_unasked() {
    let task = silent_again(5).explain("killer");
    assert_eq!((task.would_be_parked, task.repeat), (false, None));
    assert_eq!(would_write(&task, "task_events", "event_type"), ["zombie_reaped"]);
}

#[test]
fn time_within_which_silences_count_is_that_of_the_sweep() {
    let world = parking(silent_again(2))
        .options(|options| options.park_within(std::time::Duration::from_secs(90 * 60)));
    assert!(!world.explain("killer").would_be_parked);
}

#[test]
fn parked_task_says_so_and_how_it_is_opened() {
    let mut world = parking(silent_again(2));
    world.sweep();
    let task = world.explain("killer");
    assert!(
        task.says.contains(
            "It is parked since 2026-04-11T03:18:00Z, after 3 reaps for its silence; `zombie-sweeper unpark killer` opens it."
        ),
        "{}",
        task.says
    );
    assert_eq!(
        serde_json::to_value(&task.parked).unwrap(),
        serde_json::json!({"since": "2026-04-11T03:18:00.000000Z", "reaps": 3})
    );
    assert!(task.reaps[0].parked);
    let order: Vec<_> = task
        .timeline
        .iter()
        .map(|happened| happened.what.as_str())
        .collect();
    let place = |kind: &str| order.iter().rposition(|what| what.contains(kind)).unwrap();
    assert!(place("zombie_reaped") < place("zombie_parked"), "{order:?}");
}

#[test]
fn task_that_is_no_longer_parked_does_not_say_so() {
    let none: Option<ParkedTask> = None;
    let mut world = parking(silent_again(2));
    world.sweep();
    let later = NOW + chrono::TimeDelta::minutes(5);
    unpark_task(&mut world.conn, &SweepOptions::at(later), "killer").unwrap();
    assert_eq!(world.explain("killer").parked, none);
    let world = world.sql("UPDATE tasks SET status = 'blocked' WHERE id = 'killer'");
    assert_eq!(world.explain("killer").parked, none, "somebody else has set it");
}

#[test]
fn queue_that_cannot_park_is_an_error_as_it_is_to_a_sweep() {
    let world = parking(silent_again(0)).profile("events.table = ''");
    let error = world.explanation("killer").unwrap_err().to_string();
    assert!(error.contains("no task can be parked"), "{error}");
}
