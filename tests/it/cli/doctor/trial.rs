//! A reap of one row, undone: what the queue refuses is told, and nothing is changed.

use serde_json::{Value, json};

use super::super::place::Place;
use super::super::program::Ran;
use super::super::signals::{ended, send, wait_until};
use super::{ask, codes, healthy, seen};
use crate::world::World;

/// The events that a reap has in the tables that it writes.
const WRITES: [&str; 4] = [
    "UPDATE ON tasks",
    "UPDATE ON task_runs",
    "UPDATE ON workspaces",
    "INSERT ON task_events",
];

#[track_caller]
fn tried(place: &Place) -> Value {
    let diagnosis = ask(place, &["--trial"]);
    assert_eq!(diagnosis["trial"]["passed"], true, "{diagnosis:#}");
    let trial = &diagnosis["trial"];
    json!([trial["task_id"], trial["of"], trial["wrote"]])
}

fn with_a_zombie(story: impl FnOnce(World) -> World) -> Place {
    Place::queue(|world| {
        story(
            world
                .alive("t0")
                .zombie("t1")
                .workspace("w1")
                .set("task_id", "t1"),
        )
    })
}

const ALL: [&str; 4] = ["task", "run", "workspace", "event"];

#[test]
fn zombie_goes_first() {
    assert_eq!(tried(&with_a_zombie(|world| world)), json!(["t1", "zombie", ALL]));
}

#[test]
fn else_a_task_at_work() {
    let place = Place::queue(|world| world.alive("t0").workspace("w1").set("task_id", "t0"));
    assert_eq!(tried(&place), json!(["t0", "at_work", ALL]));
}

/// It is brought into shape first, and that is undone too.
#[test]
fn else_one_that_does_not_run() {
    let place = Place::queue(|world| {
        world
            .bare_task("t2")
            .status("done")
            .other_run("r2")
            .status("completed")
            .ended("1h ago")
            .bare_task("t3")
    });
    assert_eq!(tried(&place), json!(["t2", "made_up", ["task", "run", "event"]]));
    let place = Place::queue(|world| world.bare_task("t3"));
    assert_eq!(tried(&place), json!(["t3", "made_up", ["task", "event"]]));
}

#[test]
fn queue_without_a_task() {
    let diagnosis = ask(&Place::queue(|world| world), &["--trial"]);
    assert!(
        codes(&diagnosis).contains(&"notice trial_not_made".to_owned()),
        "{diagnosis:#}"
    );
    assert_eq!(diagnosis["trial"], Value::Null);
}

/// Nothing is tried unasked, and what is set for every run asks for nothing.
#[test]
fn only_where_it_is_asked_for() {
    let refusing = with_a_zombie(|world| {
        world.sql("CREATE TRIGGER no BEFORE UPDATE ON tasks BEGIN SELECT RAISE(ABORT, 'no'); END")
    });
    assert_eq!(ask(&refusing, &[])["trial"], Value::Null);
    let by_variable = refusing.sweeper(&["doctor"]).env("ZOMBIE_SWEEPER_TRIAL", "yes");
    let ran = by_variable.run().exits(2);
    assert!(
        ran.stderr.contains("ZOMBIE_SWEEPER_TRIAL is that of no option"),
        "{}",
        ran.stderr
    );
    assert!(seen(&ask(&refusing, &["--trial"]), "trial_refused").ends_with("no"));
}

#[track_caller]
fn refused(place: &Place) -> String {
    let diagnosis = ask(place, &["--trial"]);
    assert_eq!(diagnosis["trial"]["passed"], false, "{diagnosis:#}");
    assert!(
        codes(&diagnosis).contains(&"error trial_refused".to_owned()),
        "{diagnosis:#}"
    );
    seen(&diagnosis, "trial_refused")
}

#[test]
fn trigger_that_refuses_any_write() {
    for write in WRITES {
        for how in ["ABORT", "FAIL", "ROLLBACK"] {
            let place = with_a_zombie(|world| {
                world.sql(&format!(
                    "CREATE TRIGGER no BEFORE {write} BEGIN SELECT RAISE({how}, 'not with us'); END"
                ))
            });
            assert!(refused(&place).contains("not with us"), "{write} {how}");
            place.sweeper(&[]).run().exits(1);
        }
    }
}

/// Nobody holds it, so that no reap would free it.
#[test]
fn workspace_that_is_final() {
    let place = Place::queue(|world| {
        world.zombie("t1").workspace("w1").set("status", "archived").sql(
            "CREATE TRIGGER keep BEFORE UPDATE ON workspaces WHEN OLD.status = 'archived'
             BEGIN SELECT RAISE(ABORT, 'archived is final'); END",
        )
    });
    assert_eq!(tried(&place), json!(["t1", "zombie", ["task", "run", "event"]]));
}

/// It would let every zombie go, and has never met the living one that is tried.
#[test]
fn guard_of_those_who_live() {
    let fresh = |sign: &str| format!("julianday({sign}) > julianday('now', '-15 minutes')");
    for guard in [
        format!(
            "(SELECT {} FROM task_runs WHERE id = OLD.active_run_id)",
            fresh("last_heartbeat")
        ),
        format!(
            "(SELECT {} FROM task_runs WHERE id = OLD.active_run_id)",
            fresh("started_at")
        ),
        fresh("OLD.updated_at"),
    ] {
        let place = Place::queue(|world| {
            world.alive("t0").sql(&format!(
                "UPDATE task_runs SET started_at = last_heartbeat;
                 UPDATE tasks SET updated_at = (SELECT last_heartbeat FROM task_runs);
                 CREATE TRIGGER guard BEFORE UPDATE ON tasks
                 WHEN OLD.status = 'running' AND NEW.status = 'open' AND {guard}
                 BEGIN SELECT RAISE(ABORT, 'its worker is alive'); END"
            ))
        });
        assert_eq!(tried(&place)[1], "at_work", "{guard}");
    }
}

/// A trigger may ask for what only a worker that is dead has.
#[test]
fn refusal_to_reap_what_is_no_zombie_is_no_error() {
    let place = Place::queue(|world| {
        world.alive("t0").sql(
            "CREATE TRIGGER guard BEFORE UPDATE ON tasks WHEN NEW.status = 'open'
             BEGIN SELECT RAISE(ABORT, 'its process is there'); END",
        )
    });
    let diagnosis = ask(&place, &["--trial"]);
    assert!(
        codes(&diagnosis).contains(&"warning trial_refused".to_owned()),
        "{diagnosis:#}"
    );
    assert!(seen(&diagnosis, "trial_refused").contains("it was no zombie"));
}

/// A queue may refuse that a task is at work; that says nothing of a reap.
#[test]
fn task_that_cannot_be_brought_into_shape() {
    let place = Place::queue(|world| {
        world.bare_task("t2").sql(
            "CREATE TRIGGER no BEFORE UPDATE ON tasks WHEN NEW.status = 'running'
             BEGIN SELECT RAISE(ABORT, 'only by the orchestrator'); END",
        )
    });
    let diagnosis = ask(&place, &["--trial"]);
    assert!(
        codes(&diagnosis).contains(&"notice trial_not_made".to_owned()),
        "{diagnosis:#}"
    );
    assert!(seen(&diagnosis, "trial_not_made").ends_with("only by the orchestrator"));
}

#[test]
fn trigger_that_swallows_a_write() {
    let place = with_a_zombie(|world| {
        world.sql("CREATE TRIGGER no BEFORE INSERT ON task_events BEGIN SELECT RAISE(IGNORE); END")
    });
    assert!(refused(&place).contains("keeps a row of it from being written"));
}

#[test]
fn check_that_knows_no_such_word() {
    let place = Place::queue(|world| {
        world.zombie("t1").redeclare(
            "tasks",
            "status TEXT NOT NULL DEFAULT 'open'",
            "status TEXT NOT NULL CHECK (status <> 'open')",
        )
    });
    assert!(refused(&place).contains("CHECK"));
}

#[test]
fn function_that_only_the_orchestrator_has() {
    for write in WRITES {
        let place = Place::queue(|world| {
            world
                .zombie("t1")
                .workspace("w1")
                .set("task_id", "t1")
                .sql(&format!(
                    "CREATE TRIGGER theirs AFTER {write} BEGIN SELECT notify_orchestrator(NEW.rowid); END"
                ))
        });
        assert!(refused(&place).contains("notify_orchestrator"), "{write}");
    }
}

/// It bites only when all is written: nothing but a commit tells.
#[test]
fn key_that_is_looked_at_when_it_is_committed() {
    let place =
        Place::queue(|world| {
            world.running("t1").heartbeat("16m ago").redeclare(
            "tasks",
            "assigned_slot TEXT NOT NULL DEFAULT ''",
            "assigned_slot TEXT NOT NULL DEFAULT '' REFERENCES slots(id) DEFERRABLE INITIALLY DEFERRED",
        )
        .sql("CREATE TABLE slots (id TEXT PRIMARY KEY); INSERT INTO slots VALUES ('slot-3')")
        });
    assert_eq!(tried(&place)[0], "t1", "where keys are not enforced");
    let profile = place.write("queue.toml", "[database]\nforeign_keys = true\n");
    let profile = profile.to_str().unwrap();
    let diagnosis = ask(&place, &["--trial", "--profile", profile]);
    assert!(
        seen(&diagnosis, "trial_refused").ends_with("at its commit"),
        "{diagnosis:#}"
    );
    place
        .connect()
        .execute_batch("INSERT INTO slots VALUES ('')")
        .unwrap();
    let diagnosis = ask(&place, &["--trial", "--profile", profile]);
    assert_eq!(diagnosis["trial"]["passed"], true, "{diagnosis:#}");
}

/// It would count for minutes.
#[test]
fn trigger_that_takes_long_is_given_up() {
    let place = with_a_zombie(|world| {
        world.sql(
            "CREATE TABLE counted (n); CREATE TRIGGER slow AFTER UPDATE ON tasks BEGIN
             INSERT INTO counted WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)
             SELECT max(i) FROM n; END",
        )
    });
    let diagnosis = ask(&place, &["--trial"]);
    assert!(
        codes(&diagnosis).contains(&"warning trial_slow".to_owned()),
        "{diagnosis:#}"
    );
}

/// One function is one step, which nothing interrupts.
#[test]
fn trigger_that_cannot_be_given_up() {
    let place = with_a_zombie(|world| {
        world.sql(
            "CREATE TRIGGER slow BEFORE UPDATE ON tasks
             WHEN instr(printf('%.*c', 300000, 'a'), printf('%.*c', 60000, 'a') || 'b') = 0
             BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
    });
    let diagnosis = ask(&place, &["--trial"]);
    assert_eq!(diagnosis["trial"]["passed"], false, "{diagnosis:#}");
    assert!(
        seen(&diagnosis, "trial_slow").ends_with("could not be stopped before"),
        "{diagnosis:#}"
    );
}

/// With a rollback journal too, and whoever else has it open.
#[test]
fn nothing_is_changed_however_the_files_lie() {
    tried(&Place::queue_with_journal(|world| world.zombie("t1")));
    tried(&Place::with_log_and_index_left_behind());
    let (place, orchestrator) = Place::with_a_live_log();
    let version = || orchestrator.query("PRAGMA data_version");
    let before = version();
    tried(&place);
    assert_eq!(version(), before);
    let reader = place.connect();
    reader.execute_batch("BEGIN; SELECT count(*) FROM tasks").unwrap();
    tried(&place);
}

/// Whoever opens it to write folds in what a crash has left, and that is a change.
#[test]
fn what_a_crash_left_is_left() {
    for place in [Place::with_a_log_left_behind(), Place::with_a_hot_journal()] {
        let diagnosis = ask(&place, &["--trial"]);
        assert!(
            seen(&diagnosis, "trial_not_made").contains("a crash left"),
            "{diagnosis:#}"
        );
    }
}

/// Where journals are kept, one that is done with begins with zeroes.
#[test]
fn journal_that_is_kept_is_none_that_a_crash_left() {
    let place = Place::queue_with_journal(|world| world.zombie("t1"));
    let orchestrator = place.connect();
    orchestrator
        .execute_batch("PRAGMA journal_mode = PERSIST; UPDATE tasks SET priority = 7")
        .unwrap();
    assert!(place.file("orchestra.db-journal").exists());
    tried(&place);
}

/// Its journal looks as one that a crash left.
#[test]
fn writer_without_a_log_is_waited_for() {
    let place = Place::queue_with_journal(|world| world.zombie("t1"));
    let orchestrator = place.connect();
    orchestrator
        .execute_batch("BEGIN IMMEDIATE; UPDATE tasks SET priority = 7")
        .unwrap();
    assert!(place.file("orchestra.db-journal").exists());
    let diagnosis = ask(&place, &["--trial", "--busy-timeout", "50ms"]);
    assert!(
        seen(&diagnosis, "trial_not_made").contains("database is locked"),
        "{diagnosis:#}"
    );
}

#[test]
fn lock_that_cannot_be_had() {
    let (place, orchestrator) = Place::with_a_live_log();
    orchestrator.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    let diagnosis = ask(&place, &["--trial", "--busy-timeout", "50ms"]);
    assert!(
        seen(&diagnosis, "trial_not_made").contains("database is locked"),
        "{diagnosis:#}"
    );
}

#[test]
fn signal_while_it_waits_for_the_lock() {
    let (place, orchestrator) = Place::with_a_live_log();
    orchestrator.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    let trial = place
        .sweeper(&["doctor", "--trial", "--busy-timeout", "60s"])
        .start();
    let files = format!("/proc/{}/fd", trial.id());
    let log = place.file("orchestra.db-wal");
    wait_until("it has opened the log to write", || {
        let mut files = std::fs::read_dir(&files).into_iter().flatten().flatten();
        files.any(|file| std::fs::read_link(file.path()).is_ok_and(|file| file == log))
    });
    send("TERM", &trial);
    let ran: Ran = ended(trial);
    assert_eq!((ran.exit, ran.stdout.as_str()), (143, ""), "{}", ran.stderr);
}

/// A queue of one table, without events.
#[test]
fn queue_of_another_shape() {
    let place = Place::empty();
    let conn = place.connect();
    conn.execute_batch(include_str!("../../shapes/litequeue.sql"))
        .unwrap();
    drop(conn);
    let diagnosis = ask(
        &place,
        &["--trial", "--profile", "litequeue", "--stale-after", "1h"],
    );
    let trial = &diagnosis["trial"];
    assert_eq!(
        json!([trial["passed"], trial["of"], trial["wrote"]]),
        json!([true, "zombie", ["task"]])
    );
}

#[test]
fn healthy_queue_has_nothing() {
    assert_eq!(codes(&ask(&healthy(), &["--trial"])), Vec::<String>::new());
}
