//! Row by row, a time is written in the form of the one that it replaces; one that nobody understands is left as it is.

use chrono::TimeDelta;
use zombie_sweeper::SweepOptions;

use crate::world::{NOW, World};

const FORMS: [(&str, &str); 9] = [
    ("2026-04-11T01:18:00Z", "2026-04-11T03:18:00Z"),
    ("2026-04-11 01:18:00", "2026-04-11 03:18:00"),
    ("2026-04-11T03:18:00.5+02:00", "2026-04-11T05:18:00.1+02:00"),
    ("2026-04-11 03:18:00 +0200 CEST", "2026-04-11 05:18:00 +0200 CEST"),
    ("2026-04-11 01:18:00.000000 UTC", "2026-04-11 03:18:00.123456 UTC"),
    ("1775870280", "1775877480"),
    ("1775870280000", "1775877480123"),
    ("1775870280000000", "1775877480123456"),
    ("1775870280000000000", "1775877480123456000"),
];

/// A silent recurring task for each form, all times of which are written so.
fn one_of_each(mut world: World) -> World {
    for (n, (old, _)) in FORMS.into_iter().enumerate() {
        world = world
            .running(format!("t{n}"))
            .recurring()
            .set("updated_at", old)
            .set("next_eligible_at", old)
            .run(format!("r{n}"))
            .heartbeat("16m ago")
            .workspace(&format!("w{n}"))
            .set("task_id", format!("t{n}"))
            .set("released_at", old);
    }
    world.options(|_| SweepOptions::at(NOW + TimeDelta::microseconds(123_456)))
}

#[test]
fn each_row_keeps_its_form() {
    let mut world = one_of_each(World::new());
    let report = world.sweep();
    assert_eq!(report.reaps.len(), FORMS.len());
    let left = |warning: &String| warning.contains("left as they were");
    assert!(!report.warnings.iter().any(left), "{report:?}");
    for (n, (_, new)) in FORMS.into_iter().enumerate() {
        for column in ["tasks.updated_at", "tasks.next_eligible_at"] {
            assert_eq!(world.value(column, &format!("t{n}")), new, "{column}");
        }
        assert_eq!(world.value("workspaces.released_at", &format!("w{n}")), new);
    }
}

#[test]
fn numbers_stay_numbers_among_texts() {
    let untyped = World::new()
        .redeclare("tasks", "updated_at TEXT NOT NULL", "updated_at")
        .running("number")
        .set("updated_at", 1_775_870_280)
        .running("text")
        .set("updated_at", "1775870280")
        .running("real")
        .set("updated_at", 1_775_870_280.5);
    let mut world = untyped;
    assert_eq!(world.sweep().reaps.len(), 3);
    assert_eq!(world.value("tasks.updated_at", "number"), 1_775_877_480);
    assert_eq!(world.value("tasks.updated_at", "text"), "1775877480");
    assert_eq!(world.value("tasks.updated_at", "real"), 1_775_877_480.0);
}

#[test]
fn time_that_is_not_understood_is_left_as_it_is_and_named() {
    let mut world = World::new()
        .running("t1")
        .recurring()
        .set("updated_at", "yesterday")
        .set("next_eligible_at", "tomorrow")
        .run("r1")
        .heartbeat("16m ago")
        .set("completed_at", "some day")
        .workspace("w1")
        .set("task_id", "t1")
        .set("released_at", "last week");
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 1);
    for (column, id, kept) in [
        ("tasks.updated_at", "t1", "yesterday"),
        ("tasks.next_eligible_at", "t1", "tomorrow"),
        ("task_runs.completed_at", "r1", "some day"),
        ("workspaces.released_at", "w1", "last week"),
    ] {
        assert_eq!(world.value(column, id), kept);
    }
    for (column, kept) in [
        ("tasks.updated_at", "yesterday"),
        ("tasks.next_eligible_at", "tomorrow"),
        ("workspaces.released_at", "last week"),
    ] {
        let named = format!("{column}: 1 left as they were, such as {kept:?}");
        assert!(
            report.warnings.iter().any(|warning| warning.starts_with(&named)),
            "{named}: {report:?}"
        );
    }
    assert_eq!(world.value("tasks.status", "t1"), "open");
}

#[test]
fn dry_run_foretells_what_is_left_as_it_is() {
    let mut world = World::new()
        .running("t1")
        .set("updated_at", "yesterday")
        .run("r1")
        .heartbeat("16m ago");
    let foretold = world.dry_run().warnings;
    assert_eq!(world.sweep().warnings, foretold);
    assert!(
        foretold
            .iter()
            .any(|warning| warning.contains("left as they were"))
    );
}

#[test]
fn empty_time_follows_the_rows_of_its_kind() {
    let mut world = World::new()
        .running("t1")
        .recurring()
        .run("r1")
        .heartbeat("16m ago")
        .task("due")
        .recurring()
        .set("next_eligible_at", "2026-04-11 04:00:00")
        // Of a one-shot the same column is a day to start on, and somebody else's to write.
        .task("planned")
        .set("next_eligible_at", 1_776_000_000);
    world.sweep();
    assert_eq!(world.value("tasks.next_eligible_at", "t1"), "2026-04-11 03:18:00");
}

#[test]
fn empty_time_follows_recurring_tasks_by_a_flag_too() {
    let mut world = World::new()
        .add_column("tasks", "is_recurring INTEGER NOT NULL DEFAULT 0")
        .drop_column("tasks", "task_type")
        .running("t1")
        .set("is_recurring", 1)
        .run("r1")
        .heartbeat("16m ago")
        .task("due")
        .set("is_recurring", 1)
        .set("next_eligible_at", "2026-04-11 04:00:00")
        .task("planned")
        .set("next_eligible_at", 1_776_000_000);
    world.sweep();
    assert_eq!(world.value("tasks.next_eligible_at", "t1"), "2026-04-11 03:18:00");
}

#[test]
fn zero_time_is_replaced_like_an_empty_one() {
    let mut world = World::new()
        .running("t1")
        .set("updated_at", "0001-01-01T00:00:00Z")
        .run("r1")
        .heartbeat("16m ago")
        .set("completed_at", "0000-00-00 00:00:00")
        .task("t2")
        .set("updated_at", "2026-04-11 01:00:00");
    assert_eq!(world.sweep().reaps.len(), 1);
    assert_eq!(world.value("tasks.updated_at", "t1"), "2026-04-11 03:18:00");
    assert_eq!(
        world.value("task_runs.completed_at", "r1"),
        "2026-04-11T03:18:00.000Z"
    );
}
