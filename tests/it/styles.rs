//! Timestamps are written as the column writes them, for orchestrators compare them as strings.

use chrono::TimeDelta;
use zombie_sweeper::SweepOptions;

use crate::world::{Cell, NOW, World};

/// A silent recurring task with a workspace, swept at 03:18:00.123456.
fn silent() -> World {
    World::new()
        .running("t1")
        .recurring()
        .run("r1")
        .workspace("w1")
        .set("task_id", "t1")
        .options(|_| SweepOptions::at(NOW + TimeDelta::microseconds(123_456)))
}

/// Every timestamp of the queue, rewritten so.
fn all_written_as(sql: &str) -> World {
    let columns = [
        ("tasks", "started_at"),
        ("tasks", "updated_at"),
        ("tasks", "created_at"),
        ("task_runs", "started_at"),
        ("workspaces", "leased_at"),
    ];
    columns.into_iter().fold(silent(), |world, (table, column)| {
        world.rewrite(table, column, sql)
    })
}

fn written(world: &World) -> [Cell; 5] {
    [
        world.value("tasks.updated_at", "t1"),
        world.value("tasks.next_eligible_at", "t1"),
        world.value("task_runs.completed_at", "r1"),
        world.value("workspaces.released_at", "w1"),
        world.query("SELECT created_at FROM task_events"),
    ]
}

#[test]
fn text_in_every_style() {
    for (style, expected) in [
        ("strftime('%Y-%m-%d %H:%M:%S', at)", "2026-04-11 03:18:00"),
        ("strftime('%Y-%m-%dT%H:%M:%S', at)", "2026-04-11T03:18:00"),
        ("strftime('%Y-%m-%dT%H:%M:%SZ', at)", "2026-04-11T03:18:00Z"),
        ("strftime('%Y-%m-%dT%H:%M:%fZ', at)", "2026-04-11T03:18:00.123Z"),
        (
            "strftime('%Y-%m-%dT%H:%M:%f', at) || '000'",
            "2026-04-11T03:18:00.123456",
        ),
        (
            "strftime('%Y-%m-%dT%H:%M:%f000+00:00', at)",
            "2026-04-11T03:18:00.123456+00:00",
        ),
        (
            "strftime('%Y-%m-%d %H:%M:%f000000+00:00', at)",
            "2026-04-11 03:18:00.123456000+00:00",
        ),
        (
            "strftime('%Y-%m-%dT%H:%M:%S+0000', at)",
            "2026-04-11T03:18:00+0000",
        ),
        ("strftime('%Y-%m-%dT%H:%M:%S+00', at)", "2026-04-11T03:18:00+00"),
        ("strftime('%Y-%m-%dt%H:%M:%Sz', at)", "2026-04-11t03:18:00z"),
        ("strftime('%Y-%m-%dT%H:%M:%S,5Z', at)", "2026-04-11T03:18:00,1Z"),
        (
            "strftime('%Y-%m-%dT%H:%M:%S+02:00', at, '+2 hours')",
            "2026-04-11T05:18:00+02:00",
        ),
        (
            "strftime('%Y-%m-%dT%H:%M:%S-05:30', at, '-330 minutes')",
            "2026-04-10T21:48:00-05:30",
        ),
        ("unixepoch(at)", "1775877480"),
        ("unixepoch(at) || '.250'", "1775877480.123"),
        ("unixepoch(at) * 1000", "1775877480123"),
    ] {
        let mut world = all_written_as(style);
        assert_eq!(world.sweep().reaps.len(), 1, "{style}");
        for value in written(&world) {
            assert_eq!(value, expected, "{style}");
        }
    }
}

/// The same, with every timestamp column declared to be of another type.
fn all_declared(declared: &str, sql: &str) -> World {
    let columns = [
        ("tasks", "created_at TEXT"),
        ("tasks", "started_at TEXT"),
        ("tasks", "updated_at TEXT"),
        ("tasks", "next_eligible_at TEXT"),
        ("task_runs", "started_at TEXT"),
        ("task_runs", "completed_at TEXT"),
        ("task_events", "created_at TEXT"),
        ("workspaces", "released_at TEXT"),
    ];
    columns
        .into_iter()
        .fold(all_written_as(sql), |world, (table, column)| {
            world.redeclare(table, column, &column.replace("TEXT", declared))
        })
}

#[test]
fn epoch_integers() {
    let mut world = all_declared("INTEGER", "unixepoch(at)");
    world.sweep();
    assert_eq!(written(&world).map(|value| value == 1_775_877_480), [true; 5]);
    let mut world = all_declared("BIGINT", "unixepoch(at) * 1000");
    world.sweep();
    assert_eq!(written(&world).map(|value| value == 1_775_877_480_123), [true; 5]);
}

#[test]
fn epoch_reals() {
    // A column of integers takes them too, unless it is strict.
    for declared in ["REAL", "INTEGER"] {
        let mut world = all_declared(declared, "unixepoch(at) + 0.5");
        world.sweep();
        assert_eq!(
            written(&world).map(|value| value == 1_775_877_480.123_456),
            [true; 5],
            "{declared}"
        );
    }
    let mut world = all_declared("REAL", "(unixepoch(at) + 0.5) * 1000");
    world.sweep();
    assert_eq!(
        written(&world).map(|value| value == 1_775_877_480_123.456),
        [true; 5]
    );
}

#[test]
fn text_in_columns_called_datetime() {
    let mut world = all_declared("DATETIME", "strftime('%Y-%m-%d %H:%M:%S', at)");
    world.sweep();
    assert_eq!(
        written(&world).map(|value| value == "2026-04-11 03:18:00"),
        [true; 5]
    );
}

#[test]
fn each_column_keeps_its_own_style() {
    let mut world = silent()
        .task("t2")
        .set("next_eligible_at", 1_775_000_000)
        .other_run("r2")
        .status("completed")
        .set("completed_at", "2026-04-11T03:00:00+00:00")
        .rewrite("tasks", "updated_at", "strftime('%Y-%m-%d %H:%M:%S', at)");
    world.sweep();
    assert_eq!(world.value("tasks.updated_at", "t1"), "2026-04-11 03:18:00");
    assert_eq!(world.value("tasks.next_eligible_at", "t1"), "1775877480");
    assert_eq!(
        world.value("task_runs.completed_at", "r1"),
        "2026-04-11T03:18:00+00:00"
    );
}

#[test]
fn empty_column_follows_its_own_table() {
    let mut world = silent().rewrite("task_runs", "started_at", "strftime('%Y-%m-%d %H:%M:%S', at)");
    world.sweep();
    assert_eq!(world.value("task_runs.completed_at", "r1"), "2026-04-11 03:18:00");
    assert_eq!(
        world.value("tasks.next_eligible_at", "t1"),
        "2026-04-11T03:18:00.123Z"
    );
}

#[test]
fn newest_row_shows_the_style_and_garbage_does_not() {
    let mut world = silent()
        .sql("UPDATE tasks SET updated_at = ''")
        .task("t2")
        .set("updated_at", "2026-04-11 03:00:00")
        .task("t3")
        .set("updated_at", "soon")
        .task("t4")
        .set("updated_at", "");
    world.sweep();
    assert_eq!(world.value("tasks.updated_at", "t1"), "2026-04-11 03:18:00");
}

#[test]
fn default_shows_the_style_of_an_empty_column() {
    let mut world = silent().redeclare(
        "task_events",
        "created_at TEXT NOT NULL",
        "created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP",
    );
    world.sweep();
    assert_eq!(
        world.query("SELECT created_at FROM task_events"),
        "2026-04-11 03:18:00"
    );
    let mut world = silent().redeclare(
        "workspaces",
        "released_at TEXT",
        "released_at INTEGER DEFAULT (unixepoch())",
    );
    world.sweep();
    assert_eq!(world.value("workspaces.released_at", "w1"), 1_775_877_480);
}

#[test]
fn number_column_gets_a_number_among_texts() {
    let mut world = silent().redeclare("task_events", "created_at TEXT", "created_at INTEGER");
    world.sweep();
    assert_eq!(world.query("SELECT created_at FROM task_events"), 1_775_877_480);
}

#[test]
fn strict_integer_column_gets_an_integer_among_reals() {
    for (style, expected) in [
        ("unixepoch(at) + 0.5", 1_775_877_480),
        ("(unixepoch(at) + 0.5) * 1000", 1_775_877_480_123),
    ] {
        let mut world = all_declared("REAL", style)
            .redeclare("task_events", "created_at REAL", "created_at INTEGER")
            .option("task_events", "STRICT");
        world.sweep();
        assert_eq!(
            world.query("SELECT created_at FROM task_events"),
            expected,
            "{style}"
        );
    }
}

#[test]
fn strict_text_column_gets_a_text_among_numbers() {
    let mut world = all_declared("INTEGER", "unixepoch(at)")
        .redeclare("task_events", "created_at INTEGER", "created_at TEXT")
        .option("task_events", "STRICT");
    world.sweep();
    assert_eq!(world.query("SELECT created_at FROM task_events"), "1775877480");
}

#[test]
fn queue_without_a_single_timestamp_gets_rfc_3339() {
    let mut world = World::new()
        .running("t1")
        .recurring()
        .run("r1")
        .status("failed")
        .sql("UPDATE tasks SET started_at = NULL, updated_at = ''; UPDATE task_runs SET started_at = ''");
    world.sweep();
    assert_eq!(world.value("tasks.updated_at", "t1"), "2026-04-11T03:18:00.000Z");
    assert_eq!(
        world.value("tasks.next_eligible_at", "t1"),
        "2026-04-11T03:18:00.000Z"
    );
}
