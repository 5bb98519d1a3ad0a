//! What it prints, and how it ends.

use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use super::super::place::Place;
use super::super::program::{BINARY, Program};
use super::{ask, codes, diagnosis, healthy, seen};

#[test]
fn healthy_queue() {
    let place = healthy();
    let diagnosis = ask(&place, &[]);
    assert_eq!(codes(&diagnosis), Vec::<String>::new());
    assert_eq!(
        (&diagnosis["scanned"], &diagnosis["healthy"]),
        (&1.into(), &1.into())
    );
    assert_eq!(diagnosis["database"], place.db().to_str().unwrap());
}

/// 3 where one is as bad as asked, by flag and by variable; what is printed is the same.
#[test]
fn fails_on_the_level_that_is_asked_for() {
    let place = Place::queue(|world| world.alive("t1").bare_task("t2").other_run("r2"));
    for (level, exit) in [("notice", 3), ("warning", 3), ("error", 0)] {
        let ran = place.sweeper(&["doctor", "--fail-on", level]).run().exits(exit);
        assert_eq!(codes(&diagnosis(&ran)), ["warning open_run_of_idle_task"]);
        place
            .sweeper(&["doctor"])
            .env("ZOMBIE_SWEEPER_FAIL_ON", level)
            .run()
            .exits(exit);
    }
    healthy()
        .sweeper(&["doctor", "--fail-on", "error"])
        .run()
        .exits(0);
}

/// What docs/running.md offers to Nagios and its like: 0, 1 for a warning, 2 for an error, 3 for what could not be told.
#[test]
fn check_for_monitors_tells_the_levels_apart() {
    let page = include_str!("../../../../docs/running.md");
    let (_, section) = page.split_once("\n## What is wrong with my queue?\n").unwrap();
    let (_, script) = section.split_once("```sh\n").unwrap();
    let script = script.split("```").next().unwrap();
    let folder = Path::new(BINARY).parent().unwrap().display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let check = |place: &Place| {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "check"]).arg(place.db());
        Program::by(shell).env("PATH", &path).run().exit
    };
    assert_eq!(check(&healthy()), 0);
    let warned = Place::queue(|world| world.alive("t1").bare_task("t2").other_run("r2"));
    assert_eq!(check(&warned), 1);
    let broken = Place::queue(|world| world.alive("t1").alive("t2"));
    assert_eq!(check(&broken), 2, "both have the same slot");
    assert_eq!(check(&Place::empty()), 3);
}

#[test]
fn thresholds_are_asked_for() {
    let place = healthy();
    let diagnosis = ask(
        &place,
        &["--stale-after", "2h", "--claim-grace", "3m", "--settle", "1s"],
    );
    assert_eq!(diagnosis["stale_after_s"], 7200.0);
    assert_eq!(diagnosis["claim_grace_s"], 180.0);
    assert_eq!(diagnosis["settle_s"], 1.0);
}

/// A line for each, and one on the whole.
#[test]
fn text() {
    let place = Place::queue(|world| {
        world
            .alive("t1")
            .bare_task("t2")
            .other_run("r2")
            .bare_task("t3")
            .set("assigned_slot", "slot-3\u{1b}[31m")
    });
    // Without what the machine adds.
    let ran = place.sweeper(&["doctor", "--format", "text"]).run().exits(0);
    let lines = ran.stdout.lines().filter(|line| !line.starts_with("notice"));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
    warning open_run_of_idle_task: runs said to be at work, though their tasks are not, or are not there (1): r2 (of task t2) -> no sweep touches them: see who ends tasks without their runs, and set the runs' status by hand
    warning held_by_idle_task: assigned_slot still set in tasks that wait (1): t3 (slot-3\u{1b}[31m) -> where the orchestrator takes it for in use, empty it by hand; see who resets tasks without emptying it
    1 running task: 1 healthy, 0 zombies, 0 undecided.
    ");
}

#[test]
fn text_of_a_healthy_queue_says_so() {
    let place = healthy();
    let ran = place.sweeper(&["doctor", "--format", "text"]).run().exits(0);
    assert!(
        ran.stdout
            .ends_with("1 running task: 1 healthy, 0 zombies, 0 undecided.\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn schema_that_fits_nothing() {
    let place = Place::empty();
    place
        .connect()
        .execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
        .unwrap();
    let diagnosis = ask(&place, &["--trial"]);
    assert!(
        codes(&diagnosis).contains(&"error schema_misfit".to_owned()),
        "{diagnosis:#}"
    );
    assert_eq!(diagnosis["trial"], serde_json::Value::Null);
    let ran = place.sweeper(&["doctor", "--format", "text"]).run().exits(0);
    let last = ran.stdout.lines().last().unwrap();
    assert_eq!(last, "No task was looked at.", "and none of them called healthy");
}

/// As `schema` and dry runs do.
#[test]
fn profile_that_ships_is_taken_where_none_is_named() {
    let place = Place::empty();
    place
        .connect()
        .execute_batch(include_str!("../../shapes/litequeue.sql"))
        .unwrap();
    let diagnosis = ask(&place, &[]);
    assert_eq!(diagnosis["profile"], "litequeue");
    assert!(seen(&diagnosis, "profile_guessed").contains("litequeue"));
    let named = ask(&place, &["--profile", "litequeue"]);
    assert!(!codes(&named).contains(&"warning profile_guessed".to_owned()));
}

#[test]
fn no_database_is_an_error() {
    let place = Place::empty();
    let ran = place.sweeper(&["doctor"]).run();
    assert_snapshot!(ran.failure(place.path()), @"
    exit 66
    error: no database at ~/orchestra.db: expected an existing SQLite file, and none is created; name the database with --db, or in ORCHESTRA_DB
    ");
}
