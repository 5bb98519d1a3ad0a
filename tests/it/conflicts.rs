//! A table whose definition says what becomes of rows that conflict: nobody's row is deleted for a reap, and none is
//! swallowed.

use crate::world::{World, reasons};

/// Two zombies with a workspace each, beside a task that is open.
fn two_zombies() -> World {
    World::new()
        .bare_task("idle")
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .workspace("w1")
        .set("task_id", "t1")
        .running("t2")
        .set("title", "another title")
        .run("r2")
        .heartbeat("16m ago")
        .workspace("w2")
        .set("task_id", "t2")
        .set("slot", "slot-9")
}

/// The table, its last column, what must not be twice, and what of the past t1 would come into conflict with.
const CONFLICTS: [(&str, &str, &str, &str); 4] = [
    ("tasks", "completed_at TEXT", "title, assigned_slot", ""),
    (
        "task_runs",
        "error TEXT",
        "task_id, status",
        "INSERT INTO task_runs (id, task_id, status, started_at) VALUES ('r0', 't1', 'abandoned', '')",
    ),
    (
        "workspaces",
        "released_at TEXT",
        "slot, status",
        "INSERT INTO workspaces (id, path, slot, status) VALUES ('w0', '/trees/0', 'slot-3', 'free')",
    ),
    (
        "task_events",
        "created_at TEXT NOT NULL",
        "task_id, event_type",
        "INSERT INTO task_events (task_id, event_type, created_at) VALUES ('t1', 'zombie_reaped', '')",
    ),
];

#[test]
fn nobodys_row_is_deleted_and_no_reap_swallowed() {
    for (table, last, unique, past) in CONFLICTS {
        for clause in ["REPLACE", "IGNORE", "FAIL", "ROLLBACK"] {
            let declared = format!("{last}, UNIQUE ({unique}) ON CONFLICT {clause}");
            let mut world = two_zombies().redeclare(table, last, &declared).sql(past);
            let before = world.dump();
            let report = world.sweep();
            let shown = format!("{table} {clause}: {report:?}");
            assert_eq!(reasons(&report), ["t2: stale_heartbeat"], "{shown}");
            assert_eq!(report.failed.len(), 1, "{shown}");
            assert_eq!(report.failed[0].task_id, "t1", "{shown}");
            assert!(report.failed[0].why.contains("UNIQUE"), "{shown}");
            let after = world.dump();
            for (table, rows) in &before {
                for (key, row) in rows {
                    let is_of_the_other = ["t2", "r2", "w2"].contains(&key.as_str());
                    if !is_of_the_other && table != "sqlite_sequence" && table != "sqlite_schema" {
                        assert_eq!(after[table].get(key), Some(row), "{shown}, {table} {key}");
                    }
                }
            }
            assert_eq!(
                world.query("SELECT count(*) FROM task_events WHERE task_id = 't2'"),
                1
            );
        }
    }
}

#[test]
fn clause_of_a_column_is_one_too() {
    for clause in ["REPLACE", "IGNORE"] {
        let mut world = two_zombies()
            .sql("UPDATE tasks SET assigned_slot = 'slot-9' WHERE id = 't2'")
            .redeclare(
                "tasks",
                "assigned_slot TEXT NOT NULL DEFAULT ''",
                &format!(
                    "assigned_slot TEXT CONSTRAINT \"one on each\" UNIQUE oN\n conflict {clause} DEFAULT ''"
                ),
            );
        let report = world.sweep();
        assert_eq!((report.reaps.len(), report.failed.len()), (0, 2), "{clause}");
        assert_eq!(world.value("tasks.status", "idle"), "open");
        assert_eq!(world.query("SELECT count(*) FROM tasks"), 3);
    }
}

/// What the queue's own triggers say of conflicts is the queue's business.
#[test]
fn triggers_write_as_the_queue_meant_it() {
    for (or, kept) in [("REPLACE", 2), ("IGNORE", 1)] {
        let mut world = two_zombies().sql(&format!(
            "CREATE TABLE latest (title TEXT PRIMARY KEY, n INTEGER);
             INSERT INTO latest VALUES ('a title', 1), ('another title', 1);
             CREATE TRIGGER remember AFTER UPDATE OF status ON tasks
             BEGIN INSERT OR {or} INTO latest VALUES (NEW.title, 2); END;
             CREATE TRIGGER remember_run AFTER UPDATE OF status ON task_runs
             BEGIN INSERT OR {or} INTO latest VALUES (NEW.id, 2), (NEW.id, 3); END;
             CREATE TRIGGER remember_event AFTER INSERT ON task_events
             BEGIN INSERT OR {or} INTO latest SELECT title, 2 FROM tasks WHERE id = NEW.task_id; END"
        ));
        assert_eq!(world.sweep().reaps.len(), 2, "{or}");
        assert_eq!(
            world.query("SELECT max(n) FROM latest WHERE title LIKE '%title'"),
            kept,
            "{or}"
        );
        assert_eq!(world.query("SELECT count(*) FROM latest"), 4, "{or}");
    }
}
