//! `explain`, as it is typed.

use insta::assert_snapshot;
use serde_json::Value;

use super::place::Place;
use super::program::Program;
use super::unpark::among_the_living;
use crate::world::check_explanation;

const NOW: &str = "2026-04-11T03:18:00Z";

/// What it prints as JSON, and that it leaves the files alone.
#[track_caller]
fn explained(place: &Place, program: Program) -> Value {
    let ran = place.untouched(|| program.run().exits(0));
    assert_eq!(ran.stderr, "");
    let json = serde_json::from_str(&ran.stdout).unwrap();
    check_explanation(&json);
    json
}

fn queue() -> Place {
    Place::queue(|world| {
        world
            .running("t1")
            .run("r1")
            .heartbeat("16m ago")
            .workspace("w1")
            .set("task_id", "t1")
            .running("t2")
            .run("r2")
            .heartbeat("4m ago")
    })
}

#[test]
fn json_is_that_of_the_schema() {
    let place = queue();
    let json = explained(&place, place.sweeper(&["explain", "t1", "--now", NOW]));
    assert_eq!(json["tasks"][0]["reason"], "stale_heartbeat");
    assert_eq!(json["as_of"], "2026-04-11T03:18:00.000000Z");
}

#[test]
fn text_of_a_zombie() {
    let place = queue();
    let program = place.sweeper(&["explain", "t1", "--now", NOW, "--format", "text"]);
    assert_snapshot!(place.untouched(|| program.run().exits(0).stdout));
}

#[test]
fn text_of_a_task_that_is_alive() {
    let place = queue();
    let program = place.sweeper(&["explain", "t2", "--now", NOW, "--format", "text"]);
    assert_snapshot!(place.untouched(|| program.run().exits(0).stdout));
}

#[test]
fn patience_is_that_of_the_sweep() {
    let place = queue();
    let args = [
        "explain",
        "t2",
        "--now",
        NOW,
        "--stale-after",
        "3m",
        "--settle",
        "1m",
        "--claim-grace",
        "2m",
    ];
    let json = explained(&place, place.sweeper(&args));
    assert_eq!(json["tasks"][0]["verdict"], "zombie");
    assert_eq!(
        [&json["stale_after_s"], &json["claim_grace_s"], &json["settle_s"]],
        [180.0, 120.0, 60.0]
    );
    let by_variable = place
        .sweeper(&["explain", "t2", "--now", NOW])
        .env("ZOMBIE_SWEEPER_STALE_AFTER", "3m");
    assert_eq!(explained(&place, by_variable)["tasks"][0]["verdict"], "zombie");
}

/// A task that was reaped for its silence, and is silent again among others that are alive.
fn silent_again() -> Place {
    Place::queue(|world| {
        world.running("killer").run("r1").heartbeat("16m ago").sql(
            r#"INSERT INTO task_events (task_id, event_type, payload, created_at)
               VALUES ('killer', 'zombie_reaped', '{"reason": "stale_heartbeat"}', '2026-04-11T02:00:00Z')"#,
        )
    })
}

#[test]
fn parking_is_that_of_the_sweep() {
    let place = silent_again();
    let args = ["explain", "killer", "--now", NOW];
    let is_parked = |program: Program| {
        let json = explained(&place, program);
        (
            json["tasks"][0]["would_be_parked"].clone(),
            json["park_after"].clone(),
        )
    };
    assert_eq!(is_parked(place.sweeper(&args)), (false.into(), Value::Null));
    let by_option = [&args[..], &["--park-after", "2"]].concat();
    assert_eq!(is_parked(place.sweeper(&by_option)), (true.into(), 2.into()));
    let by_variable = place.sweeper(&args).env("ZOMBIE_SWEEPER_PARK_AFTER", "2");
    assert_eq!(is_parked(by_variable), (true.into(), 2.into()));
    let within = [&by_option[..], &["--park-within", "1h"]].concat();
    assert_eq!(is_parked(place.sweeper(&within)), (false.into(), 2.into()));
}

#[test]
fn text_of_a_task_that_would_be_parked_fits_on_a_terminal() {
    let place = silent_again();
    let args = [
        "explain",
        "killer",
        "--now",
        NOW,
        "--format",
        "text",
        "--park-after",
        "2",
    ];
    let text = place.untouched(|| place.sweeper(&args).run().exits(0).stdout);
    assert!(text.contains("A sweep parks it"), "{text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn command_that_unparks_it_stands_on_one_line() {
    let place = Place::queue(|world| among_the_living(world.zombie("killer")));
    drop(
        place
            .sweeper(&["--park-after", "1", "--task", "killer"])
            .run()
            .exits(0),
    );
    let text = place
        .sweeper(&["explain", "killer", "--format", "text"])
        .run()
        .exits(0)
        .stdout;
    let command = "`zombie-sweeper unpark killer`";
    assert!(text.lines().any(|line| line.contains(command)), "{text}");
}

#[test]
fn text_of_a_task_that_was_reaped() {
    let place = Place::queue(|world| {
        let mut world = world.running("t1").run("r1").heartbeat("16m ago");
        world.sweep();
        world
    });
    let program = place.sweeper(&["explain", "t1", "--now", NOW, "--format", "text"]);
    assert_snapshot!(place.untouched(|| program.run().exits(0).stdout));
}

#[test]
fn ledger_is_asked_where_the_queue_keeps_no_events() {
    let place = Place::queue(|world| world.zombie("t1"));
    place.write("profile.toml", b"events.table = ''");
    let sweeper = |args: &[&str]| {
        let profile = place.file("profile.toml");
        let program = place.sweeper(args).env("ZOMBIE_SWEEPER_PROFILE", profile);
        program.env("ZOMBIE_SWEEPER_LEDGER", place.file("ledger.db"))
    };
    let unread: Value = serde_json::from_str(&sweeper(&["explain", "t1"]).run().exits(0).stdout).unwrap();
    assert_eq!(unread["source"], "nowhere");
    assert!(unread["warnings"].to_string().contains("ledger.db"), "{unread}");
    drop(sweeper(&[]).run().exits(0));
    let json = explained(&place, sweeper(&["explain", "t1"]));
    assert_eq!(json["source"], "ledger");
    assert_eq!(json["tasks"][0]["reaps"][0]["condition"], "C");
    let says = json["tasks"][0]["says"].as_str().unwrap();
    assert!(says.contains("It was last reaped"), "{says}");
}

#[test]
fn unknown_task_is_wrong_usage() {
    let place = queue();
    assert_snapshot!(place.sweeper(&["explain", "t11"]).run().failure(place.path()), @r#"
    exit 2
    error: no task "t11" in the database; of 2 ids looked at, the nearest are "t1", "t2"
    "#);
}

#[test]
fn who_may_only_read_may_ask() {
    let place = queue();
    place.mode("orchestra.db", 0o444);
    place.mode(".", 0o555);
    let args = ["explain", "t1", "--now", NOW];
    for program in [
        place.unprivileged_sweeper(&args),
        place.sweeper_on_a_read_only_mount(&args),
    ] {
        let Some(program) = program else { return };
        assert_eq!(explained(&place, program)["tasks"][0]["verdict"], "zombie");
    }
}

#[test]
fn profile_that_fits_is_taken_unasked() {
    let place = Place::empty();
    place
        .connect()
        .execute_batch(include_str!("../shapes/hermes-kanban.sql"))
        .unwrap();
    let ids: Value =
        serde_json::from_str(&place.sweeper(&["--dry-run", "--now", NOW]).run().exits(0).stdout).unwrap();
    let id = ids["task_ids"][0].as_str().unwrap();
    let json = explained(&place, place.sweeper(&["explain", id, "--now", NOW]));
    assert_eq!(json["tasks"][0]["verdict"], "zombie");
    assert!(
        json["warnings"][0]
            .as_str()
            .unwrap()
            .contains("fits the profile hermes-kanban")
    );
}
