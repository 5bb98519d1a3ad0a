//! What the queue's own tables refuse of a reap, a dry run says beforehand; and it says nothing that does not come true.

use zombie_sweeper::rusqlite::config::DbConfig;
use zombie_sweeper::rusqlite::functions::FunctionFlags;
use zombie_sweeper::store::StoreError;
use zombie_sweeper::{SweepError, SweepReport};

use crate::world::{World, reasons, zombies};

type Story = fn(World) -> World;

/// Who was refused, and why.
fn failed(report: &SweepReport) -> Vec<(String, String)> {
    let failed = report.failed.iter();
    let mut failed: Vec<_> = failed
        .map(|task| (task.task_id.clone(), task.why.clone()))
        .collect();
    failed.sort();
    failed
}

/// A dry run, and a sweep that comes to the same. Returns the ids of those that are refused.
#[track_caller]
fn refused(mut world: World, what: &str) -> Vec<String> {
    let before = world.dump();
    let told = world.dry_run();
    assert_eq!(world.dump(), before, "{what}");
    let swept = world.sweep();
    assert_eq!(reasons(&told), reasons(&swept), "{what}");
    assert_eq!(failed(&told), failed(&swept), "{what}");
    failed(&told).into_iter().map(|(task_id, _)| task_id).collect()
}

/// The four tables, each with a column to be declared anew, and what is true of the second zombie's row once it is written.
const WRITES: [(&str, &str, &str); 4] = [
    ("tasks", "completed_at TEXT", "id = 't2' AND status = 'open'"),
    ("task_runs", "error TEXT", "id = 'r2' AND status = 'abandoned'"),
    ("workspaces", "released_at TEXT", "id = 'w2' AND status = 'free'"),
    (
        "task_events",
        "created_at TEXT NOT NULL",
        "task_id = 't2' AND event_type = 'zombie_reaped'",
    ),
];

#[test]
fn check_that_refuses_one_row() {
    for (table, column, refusal) in WRITES {
        let check = format!("{column} CHECK (NOT ({refusal}))");
        let world = zombies(3).redeclare(table, column, &check);
        assert_eq!(refused(world, table), ["t2"], "{table}");
    }
}

#[test]
fn check_that_refuses_our_words() {
    for (table, column, word) in [
        ("tasks", "status TEXT NOT NULL", "open"),
        ("task_runs", "status TEXT NOT NULL", "abandoned"),
        ("workspaces", "status TEXT NOT NULL", "free"),
        ("task_events", "event_type TEXT NOT NULL", "zombie_reaped"),
    ] {
        let name = column.split(' ').next().unwrap();
        let check = format!("{column} CHECK ({name} <> '{word}')");
        let world = zombies(3).redeclare(table, column, &check);
        assert_eq!(refused(world, table), ["t1", "t2", "t3"], "{table}");
    }
}

#[test]
fn strict_column_of_another_type() {
    let world = zombies(3)
        .redeclare(
            "task_events",
            "payload TEXT NOT NULL DEFAULT '{}'",
            "payload BLOB NOT NULL",
        )
        .option("task_events", "STRICT");
    assert_eq!(refused(world, "BLOB"), ["t1", "t2", "t3"]);
}

#[test]
fn trigger_that_refuses_by_the_row_alone() {
    for (table, _, refusal) in WRITES {
        let event = if table == "task_events" {
            "INSERT"
        } else {
            "UPDATE"
        };
        let refusal = refusal.replace("AND ", "AND NEW.");
        for how in ["ABORT, 'no'", "FAIL, 'no'", "ROLLBACK, 'no'", "IGNORE"] {
            let trigger = format!(
                "CREATE TRIGGER guard BEFORE {event} ON {table} WHEN NEW.{refusal}
                 BEGIN SELECT RAISE({how}); END"
            );
            assert_eq!(refused(zombies(3).sql(&trigger), &trigger), ["t2"], "{trigger}");
        }
    }
}

#[test]
fn trigger_that_keeps_the_time_of_the_last_change_stands_in_nobodys_way() {
    for key in ["id", "rowid"] {
        let world = zombies(3)
            .sql(&format!(
                "CREATE TRIGGER touch AFTER UPDATE OF status ON tasks
                 BEGIN UPDATE tasks SET updated_at = 'touched' WHERE {key} = NEW.{key}; END"
            ))
            .redeclare(
                "task_runs",
                "error TEXT",
                "error TEXT CHECK (id <> 'r3' OR status = 'running')",
            );
        assert_eq!(refused(world, key), ["t3"]);
    }
}

#[test]
fn whatever_the_tables_are_like() {
    let check = "error TEXT CHECK (id <> 'r3' OR status = 'running')";
    let stories: [(&str, Story); 5] = [
        ("plain", |world| world),
        ("without row ids", |world| {
            world.option("task_runs", "WITHOUT ROWID")
        }),
        ("a column that is computed", |world| {
            world.sql("ALTER TABLE task_runs ADD COLUMN is_open INT AS (status = 'running')")
        }),
        ("a trigger that writes a log", |world| {
            world.sql(
                "CREATE TABLE audit (line);
                 CREATE TRIGGER audit AFTER UPDATE ON tasks
                 BEGIN INSERT INTO audit SELECT count(*) FROM tasks; END",
            )
        }),
        ("a conflict clause", |world| {
            world.redeclare(
                "task_runs",
                "worker_id TEXT NOT NULL",
                "worker_id TEXT NOT NULL ON CONFLICT REPLACE",
            )
        }),
    ];
    for (what, story) in stories {
        let world = story(zombies(3).redeclare("task_runs", "error TEXT", check));
        assert_eq!(refused(world, what), ["t3"], "{what}");
    }
}

#[test]
fn refusal_on_a_later_page() {
    let check = "error TEXT CHECK (id <> 'r3' OR status = 'running')";
    let world = zombies(3)
        .redeclare("task_runs", "error TEXT", check)
        .options(|options| options.batch_size(1.try_into().unwrap()));
    assert_eq!(refused(world, "pages of one"), ["t3"]);
}

/// What nothing but a look at other rows could tell is not told, nor anything else instead.
#[test]
fn no_false_alarm() {
    let abandoned_is_refused = |world: World| {
        world.redeclare(
            "task_runs",
            "status TEXT NOT NULL",
            "status TEXT NOT NULL CHECK (status <> 'abandoned')",
        )
    };
    let sql = |sql: &str| zombies(3).sql(sql);
    let worlds = [
        (
            "a trigger that ends the runs itself",
            abandoned_is_refused(zombies(3)).sql(
                "CREATE TRIGGER cascade AFTER UPDATE OF status ON tasks
                 BEGIN UPDATE task_runs SET status = 'aborted' WHERE task_id = NEW.id; END",
            ),
        ),
        (
            "the same by way of a view",
            abandoned_is_refused(zombies(3)).sql(
                "CREATE VIEW ended AS SELECT id FROM tasks;
                 CREATE TRIGGER cascade AFTER UPDATE OF status ON tasks
                 BEGIN DELETE FROM ended WHERE id = NEW.id; END;
                 CREATE TRIGGER through INSTEAD OF DELETE ON ended
                 BEGIN UPDATE \"task_runs\" SET status = 'aborted' WHERE task_id = OLD.id; END",
            ),
        ),
        (
            "the same by the action of a foreign key",
            abandoned_is_refused(zombies(3)).sql(
                "PRAGMA foreign_keys = OFF;
                 CREATE TABLE words (word TEXT PRIMARY KEY); INSERT INTO words VALUES ('running'), ('aborted');
                 ALTER TABLE task_runs ADD COLUMN word TEXT REFERENCES words(word) ON DELETE CASCADE;
                 UPDATE task_runs SET word = 'running';
                 PRAGMA foreign_keys = ON;
                 CREATE TRIGGER cascade AFTER UPDATE OF status ON tasks BEGIN DELETE FROM words; END",
            ),
        ),
        (
            "checks that nobody looks at",
            abandoned_is_refused(zombies(3)).sql("PRAGMA ignore_check_constraints = ON"),
        ),
        (
            "a guard that finds other rows",
            sql(
                "CREATE TRIGGER guard BEFORE UPDATE ON tasks WHEN (SELECT count(*) FROM projects) = 0
                 BEGIN SELECT RAISE(ABORT, 'no'); END",
            ),
        ),
        (
            "a guard with a table of words",
            sql("CREATE TABLE words (word); INSERT INTO words VALUES ('open');
                 CREATE TRIGGER guard BEFORE UPDATE ON tasks WHEN NEW.status NOT IN words
                 BEGIN SELECT RAISE(ABORT, 'no'); END"),
        ),
        (
            "a trigger that mends the row by a function of the process's own",
            {
                let world = zombies(3).redeclare(
                    "task_runs",
                    "error TEXT",
                    "error TEXT CHECK (error IS NOT NULL OR status = 'running')",
                );
                let flags = FunctionFlags::SQLITE_UTF8;
                world
                    .conn
                    .create_scalar_function("what_happened", 0, flags, |_| Ok("reaped"))
                    .unwrap();
                world.sql(
                    "CREATE TRIGGER mend BEFORE UPDATE OF status ON task_runs
                     BEGIN UPDATE task_runs SET error = what_happened() WHERE id = NEW.id; END",
                )
            },
        ),
        (
            "a guard that counts changes",
            sql(
                "CREATE TRIGGER guard BEFORE INSERT ON task_events WHEN total_changes() < 12
                 BEGIN SELECT RAISE(ABORT, 'no'); END",
            ),
        ),
        (
            "events that are numbered further",
            sql("INSERT INTO task_events VALUES (1000, 'other', 'other', '', '', '2026-04-11T03:00:00Z')")
                .redeclare("task_events", "id INTEGER", "id INTEGER CHECK (id >= 1000)"),
        ),
        (
            "events that are dated as the last one was",
            sql("INSERT INTO task_events VALUES (9, 'other', 'other', '', '', '2026-04-11 03:00:00')")
                .redeclare(
                    "task_events",
                    "created_at TEXT",
                    "created_at TEXT CHECK (created_at LIKE '____-__-__ __:__:__')",
                ),
        ),
    ];
    for (what, world) in worlds {
        assert_eq!(refused(world, what), [""; 0], "{what}");
    }
}

#[test]
fn triggers_that_are_switched_off_refuse_nothing() {
    let world =
        zombies(3).sql("CREATE TRIGGER guard BEFORE UPDATE ON tasks BEGIN SELECT RAISE(ABORT, 'no'); END");
    let triggers = DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER;
    world.conn.set_db_config(triggers, false).unwrap();
    assert_eq!(refused(world, "triggers off"), [""; 0]);
}

const THEIR_CHECK: (&str, &str, &str) = (
    "task_runs",
    "status TEXT NOT NULL DEFAULT 'running'",
    "status TEXT NOT NULL DEFAULT 'running' CHECK (is_word(status))",
);

#[test]
fn function_that_the_process_has_is_none_that_is_missing() {
    for (answer, told) in [(true, 3), (false, 0)] {
        let mut world = zombies(3);
        let conn = &world.conn;
        conn.create_scalar_function("is_word", 1, FunctionFlags::SQLITE_UTF8, move |call| {
            Ok(answer || call.get::<String>(0)? == "running")
        })
        .unwrap();
        let (table, old, new) = THEIR_CHECK;
        world = world.redeclare(table, old, new);
        // What it says is known when it is asked, and a dry run does not ask it.
        assert_eq!(world.dry_run().reaps.len(), 3);
        assert_eq!(world.sweep().reaps.len(), told);
    }
}

#[test]
fn function_that_is_missing_in_a_trigger_is_told_at_once() {
    let mut world =
        zombies(3).sql("CREATE TRIGGER theirs AFTER UPDATE ON tasks BEGIN SELECT notify(NEW.id); END");
    world = world.options(|options| options.dry_run(true));
    let error = world.try_sweep().unwrap_err();
    assert!(
        matches!(error, SweepError::Store(StoreError::MissingFunction { .. })),
        "{error:?}"
    );
}
