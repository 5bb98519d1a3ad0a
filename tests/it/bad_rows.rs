//! A row that cannot be written for a reason of its own keeps no other from being reaped.

use std::num::NonZeroUsize;

use crate::world::{World, zombies};

/// The fifth is as it was and named with this reason, the others are reaped; again and again.
fn all_but_the_fifth(mut world: World, why: &str) {
    let before = world.dump();
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 8, "{why}: {report:?}");
    assert_eq!((report.runs_abandoned, report.workspaces_freed), (8, 8), "{why}");
    let [failed] = report.failed.as_slice() else {
        panic!("{why}: {report:?}");
    };
    assert_eq!(failed.task_id, "t5", "{why}");
    assert!(failed.why.contains(why), "{why}: {failed:?}");
    let after = world.dump();
    for (table, key) in [("tasks", "t5"), ("task_runs", "r5"), ("workspaces", "w5")] {
        assert_eq!(after[table][key], before[table][key], "{why}");
    }
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 8, "{why}");
    let again = world.sweep();
    assert_eq!((again.reaps.len(), again.failed.len()), (0, 1), "{why}");
    assert_eq!(again.transactions, 0, "{why}");
}

#[test]
fn check_of_any_table() {
    for (table, column, check) in [
        ("tasks", "completed_at TEXT", "id <> 't5' OR status = 'running'"),
        ("task_runs", "error TEXT", "id <> 'r5' OR status = 'running'"),
        (
            "workspaces",
            "released_at TEXT",
            "id <> 'w5' OR status = 'leased'",
        ),
        ("task_events", "created_at TEXT NOT NULL", "task_id <> 't5'"),
    ] {
        let declared = format!("{column}, CONSTRAINT keep_off CHECK ({check})");
        all_but_the_fifth(zombies(9).redeclare(table, column, &declared), "keep_off");
    }
}

#[test]
fn unique_index() {
    let world = zombies(9).sql(
        "UPDATE tasks SET title = id;
         CREATE UNIQUE INDEX one_open ON tasks(title) WHERE status = 'open'",
    );
    all_but_the_fifth(world.bare_task("idle").set("title", "t5"), "UNIQUE");
}

#[test]
fn value_that_the_event_may_not_have() {
    let world = zombies(9)
        .sql("UPDATE tasks SET assigned_worker = printf('%.*c', 3000, 'x') WHERE id = 't5'")
        .redeclare(
            "task_events",
            "payload TEXT NOT NULL DEFAULT '{}'",
            "payload TEXT NOT NULL DEFAULT '{}' CONSTRAINT too_long CHECK (length(payload) < 2000)",
        );
    all_but_the_fifth(world, "too_long");
}

#[test]
fn type_of_a_strict_column() {
    let world = zombies(9)
        .redeclare("tasks", "priority INTEGER NOT NULL DEFAULT 50", "priority")
        .sql(
            "UPDATE tasks SET priority = iif(id = 't5', 'high', 1);
             CREATE TABLE counts (n INTEGER NOT NULL) STRICT;
             CREATE TRIGGER count AFTER UPDATE ON tasks BEGIN INSERT INTO counts VALUES (NEW.priority); END",
        );
    all_but_the_fifth(world, "cannot store TEXT value in INTEGER column");
}

#[test]
fn batches_of_any_size() {
    for size in [1, 2, 4, 5, 9, 10] {
        let world = zombies(9)
            .options(|options| options.batch_size(NonZeroUsize::new(size).unwrap()))
            .sql(
                "CREATE TRIGGER no BEFORE UPDATE ON task_runs WHEN NEW.id = 'r5'
                 BEGIN SELECT RAISE(ROLLBACK, 'not this one'); END",
            );
        all_but_the_fifth(world, "not this one");
    }
}

#[test]
fn constraint_that_is_looked_at_with_the_commit() {
    for size in [1, 4, 10] {
        let world = zombies(9)
            .options(|options| options.batch_size(NonZeroUsize::new(size).unwrap()))
            .sql(
                "PRAGMA foreign_keys = ON;
                 CREATE TABLE parents (id TEXT PRIMARY KEY);
                 CREATE TABLE children (parent TEXT REFERENCES parents(id) DEFERRABLE INITIALLY DEFERRED);
                 CREATE TRIGGER orphan AFTER UPDATE ON tasks WHEN NEW.id = 't5'
                 BEGIN INSERT INTO children VALUES ('nobody'); END",
            );
        all_but_the_fifth(world, "FOREIGN KEY");
    }
}

#[test]
fn all_of_them() {
    let mut world =
        zombies(9).sql("CREATE TRIGGER no BEFORE UPDATE ON tasks BEGIN SELECT RAISE(ROLLBACK, 'none'); END");
    let before = world.dump();
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.failed.len()), (0, 9));
    assert_eq!(report.transactions, 0);
    assert_eq!(world.dump(), before);
    assert!(world.conn.is_autocommit());
}
