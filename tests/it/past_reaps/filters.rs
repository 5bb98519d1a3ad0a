//! Which reaps are asked for.

use std::time::Duration;

use super::{all, tasks};
use crate::world::{World, moment};

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

#[test]
fn since() {
    let world = World::new()
        .reaped("t1", "23h ago")
        .reaped("t2", "24h ago")
        .reaped("t3", "24.001h ago");
    assert_eq!(tasks(&world.history(&all().since(hours(24)))), ["t1", "t2"]);
}

/// Whatever form the times have, and whether an index leads to them or not.
#[test]
fn since_in_every_form_of_time() {
    let forms = [
        ("TEXT", "at"),
        ("TEXT", "replace(at, 'T', ' ')"),
        (
            "TEXT",
            "strftime('%Y-%m-%dT%H:%M:%S', at, '+14 hours') || '+14:00'",
        ),
        (
            "TEXT",
            "strftime('%Y-%m-%d %H:%M:%S', at, '-12 hours') || '-12:00'",
        ),
        ("TEXT", "unixepoch(at)"),
        ("INTEGER", "unixepoch(at)"),
        ("INTEGER", "unixepoch(at) * 1000"),
        ("INTEGER", "unixepoch(at) * 1000000"),
        ("INTEGER", "unixepoch(at) * 1000000000"),
        ("REAL", "unixepoch(at) + 0.5"),
        ("", "at"),
        ("", "iif(unixepoch(at) % 2, at, unixepoch(at))"),
    ];
    for (kind, form) in forms {
        for index in [
            "",
            "CREATE INDEX by_kind ON task_events(event_type, created_at)",
            "CREATE INDEX by_time ON task_events(created_at)",
        ] {
            let ages = ["10m ago", "100m ago", "47h ago", "49h ago", "3d ago", "400d ago"];
            let world = ages.iter().fold(
                World::new().redeclare(
                    "task_events",
                    "created_at TEXT NOT NULL",
                    &format!("created_at {kind} NOT NULL"),
                ),
                |world, age| world.reaped(age, age),
            );
            let world = world.rewrite("task_events", "created_at", form).sql(index);
            let listed = tasks(&world.history(&all().since(hours(48))));
            assert_eq!(listed, &ages[..3], "{form} in {kind:?}, {index}");
        }
    }
}

#[test]
fn reaps_without_a_time_are_not_of_any_time() {
    let world = World::new()
        .event("t1", "zombie_reaped", "{}", "soon")
        .reaped("t2", "1h ago");
    let history = world.history(&all().since(hours(24)));
    assert_eq!(tasks(&history), ["t2"]);
    assert!(
        history.warnings[0].contains("no time can be read"),
        "{:?}",
        history.warnings
    );
    assert_eq!(tasks(&world.history(&all())), ["t2", "t1"]);
}

#[test]
fn task_whatever_its_id_is_in_the_database() {
    let world = World::new().reaped("7", "1h ago").reaped("8", "2h ago");
    assert_eq!(tasks(&world.history(&all().task("7"))), ["7"]);
    let numbers = World::new()
        .redeclare("task_events", "task_id TEXT NOT NULL", "task_id INTEGER NOT NULL")
        .reaped("7", "1h ago")
        .reaped("8", "2h ago");
    assert_eq!(tasks(&numbers.history(&all().task("7"))), ["7"]);
    assert_eq!(world.history(&all().task("9")).total, 0);
}

#[test]
fn reason() {
    let world = World::new()
        .reaped("t1", "1h ago")
        .event(
            "t2",
            "zombie_reaped",
            r#"{"reason": "run_failed"}"#,
            &moment("2h ago"),
        )
        .event("t3", "zombie_reaped", "{half", &moment("3h ago"));
    let history = world.history(&all().reason("run_failed"));
    assert_eq!((tasks(&history), history.total), (vec!["t2".to_owned()], 1));
}

#[test]
fn project() {
    let world = World::new().task("t1").project("Atlas").task("t2");
    let world = world
        .reaped("t1", "1h ago")
        .reaped("t2", "2h ago")
        .reaped("gone", "3h ago");
    assert_eq!(tasks(&world.history(&all().project("Atlas"))), ["t2"]);
    let error = world
        .try_history(&all().project("Nobody"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("no project \"Nobody\""), "{error}");
}

#[test]
fn other_events_are_no_reaps() {
    let world = World::new().event("t1", "claimed", "{}", &moment("1h ago"));
    assert_eq!(world.history(&all()).total, 0);
}
