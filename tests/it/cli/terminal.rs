//! Colours, where a person looks on and has not switched them off.

use std::process::Command;

use super::place::Place;
use super::privilege::skipped;
use super::program::{BINARY, Program};

/// The program with a terminal for its output, as `script` makes one; `None` where there is no `script`.
fn on_a_terminal(place: &Place, args: &str) -> Option<Program> {
    if Command::new("script").arg("--version").output().is_err() {
        skipped("there is no `script` to make a terminal");
        return None;
    }
    let line = format!("{BINARY} --db {} {args}", place.db().display());
    let mut command = Command::new("script");
    command.args(["-q", "-e", "-c", &line, "/dev/null"]);
    Some(Program::by(command).env("TERM", "xterm-256color"))
}

fn queue() -> Place {
    Place::queue(|world| world.zombie("t1"))
}

#[test]
fn text_is_coloured() {
    let place = queue();
    let Some(program) = on_a_terminal(&place, "-n --format text") else {
        return;
    };
    let ran = program.run().exits(0);
    assert!(
        ran.stdout.contains("\u{1b}[1mWould reap 1 zombie task."),
        "{:?}",
        ran.stdout
    );
}

#[test]
fn unless_it_is_not_wanted() {
    let place = queue();
    let Some(program) = on_a_terminal(&place, "-n -vv --format text") else {
        return;
    };
    let ran = program.env("NO_COLOR", "1").run().exits(0);
    assert!(!ran.stdout.contains('\u{1b}'), "{:?}", ran.stdout);
    assert!(ran.stdout.contains("judged"), "{:?}", ran.stdout);
}

#[test]
fn json_is_laid_out_for_people() {
    let place = queue();
    let Some(program) = on_a_terminal(&place, "-n") else {
        return;
    };
    let ran = program.run().exits(0);
    assert!(ran.stdout.contains("  \"reaped\": 1,"), "{}", ran.stdout);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    crate::world::check_json(&json);
}
