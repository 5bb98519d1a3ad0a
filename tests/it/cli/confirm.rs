//! Looking twice before silence is taken for death: what the program waits for, and what ends the wait.

use std::process::Command;
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use super::place::Place;
use super::privilege::skipped;
use super::program::{BINARY, Program};
use super::signals::{ended, send, wait_until};

/// A task whose run has ended, one that is silent, and one whose worker was late.
fn queue() -> Place {
    Place::queue(|world| {
        let world = world.running("ended").run("r-ended").status("completed");
        world.zombie("silent").zombie("late")
    })
}

fn wait_until_reaped(place: &Place, task: &str) {
    wait_until("it is reaped", || {
        place.world().value("tasks.status", task) == "open"
    });
}

fn beat(place: &Place, task: &str) {
    let beat =
        "UPDATE task_runs SET last_heartbeat = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE task_id = ?1";
    assert_eq!(place.connect().execute(beat, [task]).unwrap(), 1);
}

#[test]
fn who_beats_between_the_looks_is_alive() {
    let place = queue();
    let sweep = place.sweeper(&["--confirm", "3s"]).start();
    wait_until_reaped(&place, "ended");
    beat(&place, "late");
    let summary = ended(sweep).summary();
    assert_eq!(
        summary["reasons"],
        json!({"ended": "run_completed", "silent": "stale_heartbeat"})
    );
    assert_eq!(
        (&summary["confirm_s"], &summary["healthy"]),
        (&json!(3.0), &json!(1))
    );
    assert_eq!(place.world().value("tasks.status", "late"), "running");
}

#[test]
fn signal_ends_the_wait_with_the_summary_of_what_was_committed() {
    let place = queue();
    let sweep = place.sweeper(&["--confirm", "10m"]).start();
    wait_until_reaped(&place, "ended");
    // Nothing is held meanwhile: neither the write lock nor a place in the log.
    place
        .connect()
        .execute_batch("BEGIN EXCLUSIVE; ROLLBACK")
        .unwrap();
    send("TERM", &sweep);
    let ran = ended(sweep).exits(143);
    assert_eq!(ran.json()["reasons"], json!({"ended": "run_completed"}));
    assert_snapshot!(ran.stderr, @"error: stopped by SIGTERM before the second look: who was silent at the first was left alone");
    assert_eq!(place.world().value("tasks.status", "silent"), "running");
}

#[test]
fn dry_run_of_another_time_looks_again_a_little_later() {
    let place = queue();
    let at = ["-n", "--now", "2026-04-11T03:18:00Z", "--confirm", "50ms"];
    let summary = place.untouched(|| place.sweeper(&at).run().summary());
    assert_eq!(summary["reaped"], 3);
    for zombie in summary["zombies"].as_array().unwrap() {
        let age = zombie["age_s"].as_f64();
        assert!(age.is_none_or(|age| age < 3.0 * 3600.0), "{zombie}");
    }
}

/// The program where the machine seems to have been suspended for an hour; `None` where that cannot be feigned.
fn after_a_suspend(place: &Place, args: &[&str]) -> Option<Program> {
    let feigned = || {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--time", "--boottime", "3600"]);
        command
    };
    let works = feigned().arg("true").output();
    if !works.is_ok_and(|output| output.status.success()) {
        skipped("no clock can be set apart here");
        return None;
    }
    let mut command = feigned();
    command.arg(BINARY).arg("--db").arg(place.db()).args(args);
    Some(Program::by(command))
}

/// `t1` has been silent for so many minutes.
fn silent_for(minutes: u32) -> Place {
    let beat = format!(
        "UPDATE task_runs SET last_heartbeat = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-{minutes} minutes')"
    );
    Place::queue(|world| {
        let world = world.zombie("t1").sql(&beat);
        world.running("ended").run("r-ended").status("completed")
    })
}

#[test]
fn silence_that_a_suspend_explains_is_looked_at_twice_unasked() {
    let place = silent_for(70);
    let Some(program) = after_a_suspend(&place, &[]) else {
        return;
    };
    let sweep = program.start();
    wait_until_reaped(&place, "ended");
    thread::sleep(Duration::from_millis(300));
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
    send("TERM", &sweep);
    assert_eq!(ended(sweep).exits(143).json()["reaped"], 1);
}

#[test]
fn silence_that_no_suspend_explains_is_looked_at_once() {
    for (minutes, suspended) in [(80, true), (70, false)] {
        let place = silent_for(minutes);
        let program = if suspended {
            after_a_suspend(&place, &[])
        } else {
            Some(place.sweeper(&[]))
        };
        let Some(program) = program else { continue };
        assert_eq!(program.run().summary()["reaped"], 2, "{minutes}");
    }
}
