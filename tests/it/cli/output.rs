//! What stands on standard output and standard error, and what becomes of a sweep when nobody can read it.

use std::fs::File;
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::place::Place;
use super::program::{BINARY, Program};
use super::signals::{ended, long_sweep, wait_until};
use crate::world::moment;

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
      "confirm_s": 0.0,
      "dry_run": true,
      "duration_ms": "[ms]",
      "failed": [],
      "healthy": 1,
      "moved_on": 0,
      "parked": [],
      "profile": "orchestra",
      "project": null,
      "reaped": 1,
      "reasons": {
        "t1": "stale_heartbeat"
      },
      "repeats": [],
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
      "workspaces_freed": 0,
      "zombies": [
        {
          "age_s": 960.0,
          "condition": "C",
          "held": {
            "assigned_slot": "slot-3",
            "assigned_worker": "worker-7",
            "workspace_path": "/trees/3"
          },
          "reason": "stale_heartbeat",
          "run_id": "r-t1",
          "sign_of_life": "2026-04-11T03:02:00.000000Z",
          "task_id": "t1",
          "threshold_s": 900.0
        }
      ]
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
     TASK  REASON           RUN   SILENCE  HELD
     t1    stale_heartbeat  r-t1  16m      assigned_slot slot-3, assigned_worker worker-7, workspace_pa…
     t2    run_completed    r2    2h 0m    assigned_slot slot-3, assigned_worker worker-7, workspace_pa…
    3 running tasks of all projects: 0 healthy, 1 undecided; 1 run abandoned, 0 workspaces freed, 0 transactions, [n] ms.

    Undecided, left alone:
     TASKS  WHICH  WHY
     1      t3     tasks.updated_at is "yesterday", which is not understood as a time
    warning: tasks.updated_at: 1 not readable as a timestamp, such as "yesterday"; silence is not proven by it
    warning: claims without a run that show nothing but when they were last updated: 1, such as task "t3"; whatever touches the row of such a task keeps it from being reaped
    "#);
}

#[test]
fn text_shows_run_silence_and_what_was_held() {
    let place = Place::queue(|world| {
        let world = world.running("t1").set("assigned_slot", "slot-07");
        let world = world.run("r1").heartbeat("125m ago");
        let world = world.set("started_at", "2026-04-01T00:00:00Z");
        let world = world.running("t2").run("r2").heartbeat("76h ago");
        let world = world.set("started_at", "2026-04-01T00:00:00Z");
        world.running("t3").run("r3").heartbeat("1370s ago")
    });
    let ran = place.sweeper(&NOW).args(["--format", "text"]).run();
    let table: Vec<_> = ran.stdout.lines().skip(1).take(4).collect();
    assert_snapshot!(table.join("\n"), @"
    TASK  REASON           RUN  SILENCE  HELD
    t1    stale_heartbeat  r1   2h 5m    assigned_slot slot-07, assigned_worker worker-7, workspace_p…
    t2    stale_heartbeat  r2   3d 4h    assigned_slot slot-3, assigned_worker worker-7, workspace_pa…
    t3    stale_heartbeat  r3   22m      assigned_slot slot-3, assigned_worker worker-7, workspace_pa…
    ");
}

#[test]
fn evidence_is_shown_where_it_is_asked_for() {
    let sweep = |args: &[&str]| {
        Place::queue(|world| world.zombie("t1"))
            .sweeper(args)
            .run()
            .summary()
    };
    assert_eq!(sweep(&[]).get("zombies"), None);
    for args in [&["--evidence"][..], &["-n"]] {
        let summary = sweep(args);
        assert_eq!(summary["zombies"][0]["task_id"], "t1");
        assert_eq!(summary["zombies"][0]["run_id"], "r-t1");
    }
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
fn schema_shows_what_a_running_task_has() {
    let place = Place::queue(|world| {
        let world = world.sql("ALTER TABLE tasks ADD COLUMN picked_at TEXT");
        world
            .zombie("t1")
            .running(HOSTILE)
            .set("picked_at", moment("now"))
    });
    let ran = place.sweeper(&["schema"]).run().exits(0);
    let understood: Value = serde_json::from_str(&ran.stdout).unwrap();
    let role = |name: &str| {
        let mut roles = understood["roles"].as_array().unwrap().iter();
        roles.find(|role| role["role"] == name).unwrap().clone()
    };
    assert_eq!(
        role("tasks.status"),
        json!({ "role": "tasks.status", "column": "tasks.status", "value": "running", "read_as": "running" })
    );
    assert_eq!(
        role("tasks.worker"),
        json!({ "role": "tasks.worker", "column": null, "value": null, "read_as": null })
    );
    assert_eq!(role("tasks")["read_as"], "the newest running task");
    assert_eq!(role("tasks.clear")["value"], "slot-3, worker-7, /trees/3, -");
    assert_eq!(role("tasks.clear")["read_as"], "emptied by a reap | nothing");
    let started = role("tasks.started");
    let started = started["read_as"].as_str().unwrap();
    assert!(
        started.starts_with("2026-04-11T01:18:00Z, ") && started.ends_with(" ago; text"),
        "{started}"
    );
    assert_eq!(
        understood["unused"][1],
        json!({ "column": "tasks.picked_at", "looks_like": "heartbeat", "value": "2026-04-11T03:18:00Z" })
    );
    let text = place
        .sweeper(&["schema", "--format", "text"])
        .run()
        .exits(0)
        .stdout;
    has_no_control_characters(&text);
    for line in [
        "tasks.clear tasks.assigned_slot slot-3 emptied by a reap",
        "tasks.clear tasks.assigned_worker worker-7 emptied by a reap",
        "unused: tasks.created_at looks like a time (2026-04-11T01:18:00Z) and plays no role",
    ] {
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_shown = text.lines().any(|shown| words(shown) == line);
        assert!(is_shown, "{line} in {text}");
    }
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
fn what_could_not_be_reaped_does_not_speak_to_the_terminal() {
    let place = Place::queue(|world| {
        world.zombie(HOSTILE).sql(
            "CREATE TRIGGER strike BEFORE INSERT ON task_events \
             BEGIN SELECT RAISE(ABORT, 'on strike' || char(27) || '[31m'); END",
        )
    });
    for args in [&["--format", "text"][..], &["-v", "--format", "text"]] {
        let ran = place.sweeper(args).run().exits(1);
        has_no_control_characters(&ran.stdout);
        has_no_control_characters(&ran.stderr);
        assert!(ran.stdout.contains("on strike"), "{}", ran.stdout);
    }
}

/// What is said where the output leads to nobody.
#[track_caller]
fn said_to_nobody(place: &Place, args: &[&str]) -> String {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let program = place.sweeper(args);
    program.run_into(writer.into(), Stdio::piped()).exits(74).stderr
}

/// The same where its disk is full.
#[track_caller]
fn said_to_a_full_disk(place: &Place, args: &[&str]) -> String {
    let full = File::options().write(true).open("/dev/full").unwrap();
    place
        .sweeper(args)
        .run_into(full.into(), Stdio::piped())
        .exits(74)
        .stderr
}

#[test]
fn lost_summary_of_a_sweep_says_what_was_committed() {
    let place = Place::queue(|world| world.zombie("t1").zombie("t2"));
    assert_snapshot!(said_to_nobody(&place, &[]), @"error: failed to print the summary: Broken pipe (os error 32); 2 tasks reaped, committed in 1 transaction: t1, t2");
    assert!(reaped(&place));
    let place = Place::queue(|world| world.zombie("t1").zombie(HOSTILE));
    assert_snapshot!(said_to_a_full_disk(&place, &["--batch-size", "1"]), @r"error: failed to print the summary: No space left on device (os error 28); 2 tasks reaped, committed in 2 transactions: \u{1b}[31mt\u{1b}]0;owned\u{7}\u{9b}1m\nerror: fake, t1");
    assert!(reaped(&place));
    let place = thousands();
    let said = said_to_a_full_disk(&place, &[]);
    let said = said.split_once("3000 tasks reaped, committed in ").unwrap().1;
    let (_, ids) = said.split_once(": ").unwrap();
    assert_snapshot!(ids, @"t0001, t0002, t0003, t0004, t0005, t0006, t0007, t0008, t0009, t0010, t0011, t0012, t0013, t0014, t0015, t0016, t0017, t0018, t0019, t0020 and 2980 more");
    assert!(reaped(&place));
}

#[test]
fn lost_summary_of_what_was_not_written() {
    insta::allow_duplicates! {
        for place in [thousands(), Place::queue(|world| world.zombie("t1"))] {
            for args in [&["-n"][..], &["-n", "--format", "text"]] {
                let said = place.untouched(|| said_to_a_full_disk(&place, args));
                assert_snapshot!(said, @"error: failed to print the summary: No space left on device (os error 28); nothing was written");
            }
        }
    }
    let place = Place::queue(|world| world.alive("t1"));
    assert_snapshot!(said_to_nobody(&place, &[]), @"error: failed to print the summary: Broken pipe (os error 32); nothing was written");
}

/// Nothing is lost with what can be asked for again.
#[test]
fn reader_of_the_schema_may_go_away() {
    let place = Place::queue(|world| world.zombie("t1"));
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let ran = place.sweeper(&["schema"]).run_into(writer.into(), Stdio::piped());
    assert_eq!(ran.exits(0).stderr, "");
    assert_snapshot!(said_to_a_full_disk(&place, &["schema"]), @"error: failed to write to standard output: No space left on device (os error 28)");
}

#[test]
fn what_is_undecided_for_one_reason_is_said_once() {
    let place = Place::queue(|world| {
        (1..=5).fold(world, |world, n| {
            world
                .running(format!("t{n}"))
                .set("started_at", "")
                .set("updated_at", "")
        })
    });
    let ran = place.sweeper(&["-n", "--format", "text"]).run().exits(0);
    let undecided = ran
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Undecided"));
    assert_snapshot!(undecided.collect::<Vec<_>>().join("\n"), @"
    Undecided, left alone:
     TASKS  WHICH                  WHY
     5      t1, t2, t3 and 2 more  there is no active run, and no readable heartbeat, start or update says how old the claim is
    ");
}

/// The shell's own limit, in blocks: a sweep writes more than none, and must not be killed for it.
#[test]
fn limit_for_the_size_of_a_file() {
    let place = Place::queue(|world| world.zombie("t1"));
    let before = place.world().dump();
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -f 0; exec "$@""#, "sh", BINARY, "--db"]);
    shell.env("LLVM_PROFILE_FILE", "/dev/null"); // where coverage is counted, its file may not grow either
    let ran = Program::by(shell).args([place.db()]).run();
    assert_snapshot!(ran.failure(place.path()), @"
    exit 74
    error: failed to open ~/orchestra.db: disk I/O error; a file has reached the size that the limit allows (`ulimit -f`)
    ");
    assert!(place.world().dump() == before);
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
fn zombie_that_cannot_be_reaped_is_named_and_keeps_no_other() {
    for args in [&[][..], &["--fail-on-zombies"], &["--batch-size", "1"]] {
        let place = strike();
        let ran = place.sweeper(args).run().exits(1);
        let summary = ran.json();
        assert_eq!(summary["task_ids"], serde_json::json!(["t1", "t3"]));
        assert_eq!(summary["failed"][0]["task_id"], "t2");
        assert_eq!(summary["failed"].as_array().unwrap().len(), 1);
        let why = summary["failed"][0]["why"].as_str().unwrap();
        assert!(why.contains("on strike"), "{why}");
        insta::allow_duplicates! {
            assert_snapshot!(ran.stderr, @"error: 1 task could not be reaped: see `failed` in the summary");
        }
        let world = place.world();
        assert_eq!(world.value("tasks.status", "t2"), "running");
        assert_eq!(
            world.query("SELECT group_concat(task_id) FROM task_events"),
            "t1,t3"
        );
    }
}

#[test]
fn text_of_a_zombie_that_cannot_be_reaped() {
    let ran = strike().sweeper(&["--format", "text"]).run().exits(1);
    let failed = ran
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Could not"));
    let failed: Vec<_> = failed.take(3).collect();
    assert_eq!(failed[0], "Could not be reaped:");
    assert!(
        failed[2].contains("t2") && failed[2].contains("on strike"),
        "{failed:?}"
    );
}

#[test]
fn lost_summary_of_a_zombie_that_could_not_be_reaped() {
    let said = said_to_a_full_disk(&strike(), &[]);
    assert!(said.contains("; 2 tasks reaped, committed in "), "{said}");
    assert!(said.ends_with(": t1, t3; 1 task could not be reaped\n"), "{said}");
}

#[test]
fn sweep_that_fails_halfway_says_what_it_did() {
    let place = long_sweep();
    let other = place.connect();
    let reaped = "SELECT count(*) FROM task_events WHERE event_type = 'zombie_reaped'";
    let sweep = place
        .sweeper(&["--batch-size", "1", "--busy-timeout", "50ms"])
        .start();
    wait_until("something is committed", || place.world().query(reaped) != 0);
    // Between two transactions the lock is free for a moment only.
    other.busy_timeout(Duration::ZERO).unwrap();
    while other.execute_batch("BEGIN IMMEDIATE").is_err() {}
    let ran = ended(sweep).exits(75);
    let summary = ran.json();
    let committed = summary["reaped"].as_u64().unwrap();
    assert_eq!(summary["transactions"], committed);
    assert_eq!(place.world().query(reaped), committed.cast_signed());
    assert_eq!(
        summary["error"],
        "failed to take the write lock: database is locked"
    );
    assert_eq!(
        ran.stderr,
        format!(
            "error: the sweep stopped after {committed} committed transactions: failed to take the write lock: \
             database is locked; try again, or wait longer with --busy-timeout\n"
        )
    );
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
    error: the queue's tables use what only the orchestrator's own process registers (no such function: announce): sweep from within it, through the library, or drop the trigger, index, column or check that uses it
    ");
}

/// They have what follows shown from right to left, or end that: what is read is then not what stands there.
#[test]
fn text_has_no_characters_that_turn_it_round() {
    let turns =
        "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    let place = Place::queue(|world| world.zombie(&format!("t{turns}")));
    let ran = place.sweeper(&["-n", "--format", "text"]).run().exits(0);
    assert_eq!(ran.stdout.find(|c| turns.contains(c)), None, "{:?}", ran.stdout);
    assert!(
        ran.stdout.contains(r"t\u{61c}\u{200e}\u{200f}\u{202a}"),
        "{}",
        ran.stdout
    );
}
