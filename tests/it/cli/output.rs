//! What stands on standard output and standard error, and what becomes of a sweep when nobody can read it.

use std::fs::File;
use std::io;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;

use super::place::Place;

const NOW: [&str; 3] = ["--dry-run", "--now", "2026-04-11T03:18:00Z"];
/// An id that would colour the terminal, rename its window, and fake a line of the log.
const HOSTILE: &str = "\u{1b}[31mt\u{1b}]0;owned\u{7}\u{9b}1m\nerror: fake";

fn thousands() -> Place {
    Place::queue(|world| {
        world.sql(
            "WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT 3000) \
             INSERT INTO tasks (id, project_id, title, status, created_at, updated_at) \
             SELECT format('t%04d', n), 'p-SciDEX', '', 'running', '2026-01-01', '2026-01-01T00:00:00Z' FROM n",
        )
    })
}

fn stable(stdout: &str) -> String {
    let mut summary: Value = serde_json::from_str(stdout).unwrap();
    summary["duration_ms"] = "[ms]".into();
    summary["version"] = "[version]".into();
    serde_json::to_string_pretty(&summary).unwrap()
}

/// Text, without how long it took.
pub(crate) fn timeless(stdout: &str) -> String {
    let words = stdout.split_inclusive(char::is_whitespace).collect::<Vec<_>>();
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        let before_ms = words.get(place + 1).is_some_and(|next| next.trim_end() == "ms.");
        text.push_str(if before_ms { "[n] " } else { word });
    }
    text
}

fn has_no_control_characters(text: &str) {
    let raw = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(raw, None, "{text:?}");
}

fn reaped(place: &Place) -> bool {
    place
        .world()
        .query("SELECT count(*) FROM tasks WHERE status = 'running'")
        == 0
}

#[test]
fn json_summary() {
    let place = Place::queue(|world| world.zombie("t1").running("t2").run("r2").heartbeat("1m ago"));
    let ran = place.sweeper(&NOW).run();
    assert_snapshot!(stable(&ran.stdout), @r#"
    {
      "actor": "zombie-sweeper",
      "claim_grace_s": 900.0,
      "dry_run": true,
      "duration_ms": "[ms]",
      "healthy": 1,
      "moved_on": 0,
      "project": null,
      "reaped": 1,
      "reasons": {
        "t1": "stale_heartbeat"
      },
      "runs_abandoned": 1,
      "scanned": 2,
      "settle_s": 0.0,
      "stale_after_s": 900.0,
      "swept_at": "2026-04-11T03:18:00.000000Z",
      "task_ids": [
        "t1"
      ],
      "transactions": 0,
      "undecided": [],
      "version": "[version]",
      "warnings": [],
      "workspaces_freed": 0
    }
    "#);
    ran.summary();
}

#[test]
fn text_with_zombies() {
    let place = Place::queue(|world| {
        let world = world.zombie("t1").running("t2").run("r2").status("completed");
        world
            .running("t3")
            .set("started_at", "")
            .set("updated_at", "yesterday")
    });
    let ran = place.sweeper(&NOW).args(["--format", "text"]).run().exits(0);
    has_no_control_characters(&ran.stdout);
    assert_eq!(ran.stderr, "");
    assert_snapshot!(timeless(&ran.stdout), @r#"
    Would reap 2 zombie tasks.
     TASK  REASON
     t1    stale_heartbeat
     t2    run_completed
    3 running tasks of all projects: 0 healthy, 1 undecided; 1 run abandoned, 0 workspaces freed, 0 transactions, [n] ms.

    Undecided, left alone:
     TASK  WHY
     t3    there is no active run, and no readable heartbeat, start or update says how old the claim is
    warning: tasks.updated_at: 1 not readable as a timestamp, such as "yesterday"; no sign of life was taken from it
    "#);
}

#[test]
fn text_without_zombies() {
    let place = Place::queue(|world| world.alive("t1"));
    let ran = place
        .sweeper(&["--format", "text", "--project", "SciDEX"])
        .run()
        .exits(0);
    assert_snapshot!(timeless(&ran.stdout), @"
    No zombie tasks found.
    1 running task of project SciDEX: 1 healthy, 0 undecided; 0 runs abandoned, 0 workspaces freed, 0 transactions, [n] ms.
    ");
}

#[test]
fn text_of_the_schema() {
    let place = Place::queue(|world| world);
    let ran = place.sweeper(&["schema", "--format", "text"]).run().exits(0);
    assert_snapshot!(ran.stdout);
}

#[test]
fn schema_is_one_line_of_json() {
    let place = Place::queue(|world| world);
    let ran = place.sweeper(&["schema"]).run().exits(0);
    assert_eq!(ran.stdout.matches('\n').count(), 1);
    let understood: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(understood["database"], place.db().to_str().unwrap());
    assert_eq!(ran.stderr, "");
}

#[test]
fn ids_do_not_speak_to_the_terminal() {
    let place = Place::queue(|world| world.zombie(HOSTILE));
    let ran = place.sweeper(&["-n", "-vv", "--format", "text"]).run().exits(0);
    has_no_control_characters(&ran.stdout);
    has_no_control_characters(&ran.stderr);
    assert!(!ran.stderr.contains("\nerror: fake"), "{}", ran.stderr);
    let json = place.sweeper(&["-n"]).run().summary();
    assert_eq!(json["task_ids"][0], HOSTILE);
}

#[test]
fn errors_do_not_speak_to_the_terminal() {
    let place = Place::queue(|world| {
        world.zombie(HOSTILE).sql(
            "CREATE TRIGGER strike BEFORE INSERT ON task_events BEGIN SELECT RAISE(ABORT, 'on strike'); END",
        )
    });
    let ran = place.sweeper(&[]).run().exits(1);
    has_no_control_characters(&ran.stderr);
    assert_snapshot!(ran.failure(place.path()), @r"
    exit 1
    error: failed to reap task \u{1b}[31mt\u{1b}]0;owned\u{7}\u{9b}1m\nerror: fake: on strike: Error code 1811: constraint failed
    ");
}

#[test]
fn reader_that_has_gone_away() {
    for place in [thousands(), Place::queue(|world| world.zombie("t1"))] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let ran = place
            .sweeper(&[])
            .run_into(writer.into(), Stdio::piped())
            .exits(0);
        assert_eq!(ran.stderr, "");
        assert!(reaped(&place));
    }
}

#[test]
fn output_that_cannot_be_written() {
    insta::allow_duplicates! {
        for place in [thousands(), Place::queue(|world| world.zombie("t1"))] {
            for args in [&["-n"][..], &["-n", "--format", "text"], &["schema"], &[]] {
                let full = File::options().write(true).open("/dev/full").unwrap();
                let ran = place.sweeper(args).run_into(full.into(), Stdio::piped()).exits(74);
                assert_snapshot!(ran.stderr, @"error: failed to write to standard output: No space left on device (os error 28)");
            }
            assert!(reaped(&place));
        }
    }
}

#[test]
fn log_that_cannot_be_written() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for log_format in ["text", "json"] {
        let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
        let args = ["-vv", "--log-format", log_format];
        let ran = place.sweeper(&args).run_into(Stdio::piped(), full().into());
        assert_eq!(ran.exits(0).json()["reaped"], 2);
        let ran = place.sweeper(&args).args(["--project", "?"]);
        ran.run_into(Stdio::piped(), full().into()).exits(2);
    }
}

/// The second of three zombies cannot be reaped.
fn strike() -> Place {
    Place::queue(|world| {
        world.zombie("t1").zombie("t2").zombie("t3").sql(
            "CREATE TRIGGER strike BEFORE INSERT ON task_events WHEN new.task_id = 't2' \
             BEGIN SELECT RAISE(ABORT, 'on strike'); END",
        )
    })
}

#[test]
fn sweep_that_fails_halfway_says_what_it_did() {
    let place = strike();
    let ran = place.sweeper(&["--batch-size", "1"]).run().exits(1);
    let summary = ran.json();
    assert_eq!(summary["task_ids"], serde_json::json!(["t1"]));
    assert_eq!(summary["transactions"], 1);
    assert_snapshot!(summary["error"].as_str().unwrap(), @"failed to reap task t2: on strike: Error code 1811: constraint failed");
    assert_snapshot!(ran.stderr, @"error: the sweep stopped after 1 committed transactions: failed to reap task t2: on strike: Error code 1811: constraint failed");
    let world = place.world();
    assert_eq!(world.value("tasks.status", "t1"), "open");
    assert_eq!(world.value("tasks.status", "t2"), "running");
    assert_eq!(world.query("SELECT group_concat(task_id) FROM task_events"), "t1");
}

#[test]
fn sweep_that_fails_at_once_prints_no_summary() {
    let place = strike();
    let before = place.files();
    let ran = place.sweeper(&[]).run();
    assert_snapshot!(ran.failure(place.path()), @"
    exit 1
    error: failed to reap task t2: on strike: Error code 1811: constraint failed
    ");
    assert_eq!(place.names(), ["orchestra.db"]);
    assert!(place.files() == before);
}

#[test]
fn queue_that_needs_what_only_its_orchestrator_has() {
    let place = Place::queue(|world| {
        world
            .zombie("t1")
            .sql("CREATE TRIGGER tell BEFORE INSERT ON task_events BEGIN SELECT announce(new.task_id); END")
    });
    let ran = place.untouched(|| place.sweeper(&[]).run());
    assert_snapshot!(ran.failure(place.path()), @"
    exit 69
    error: a trigger on the queue's tables calls a function that only the orchestrator's own process registers (no such function: announce): sweep from within it, through the library, or drop the trigger
    ");
}
