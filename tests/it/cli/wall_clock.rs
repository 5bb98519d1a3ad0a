//! The clock of a machine without a battery may stand anywhere.

use std::fs;
use std::process::Command;

use super::place::Place;
use super::privilege::skipped;
use super::program::{BINARY, Program, Ran};

/// Runs the program where it is 1966, on this queue; `None` where nothing here sets a clock for one program.
fn in_1966(place: &Place, args: &[&str]) -> Option<Ran> {
    let by = |program: &str| {
        let mut command = Command::new("faketime");
        command.args(["-f", "@1966-05-04 03:02:01", program]);
        command
    };
    let date = by("date").args(["-u", "+%Y"]).output();
    if !date.is_ok_and(|date| date.stdout.trim_ascii() == b"1966") {
        skipped("there is no faketime here");
        return None;
    }
    let program = Program::by(by(BINARY)).args(args).env("ORCHESTRA_DB", place.db());
    Some(
        program
            .env("ZOMBIE_SWEEPER_LEDGER", place.file("state/ledger.db"))
            .run(),
    )
}

#[test]
fn before_1970() {
    let place = Place::queue(|world| {
        world
            .zombie("t1")
            .running("t2")
            .run("t2")
            .status("failed")
            .ended("1h ago")
    });
    let metrics = place.file("sweeper.prom");
    let sweep = ["--metrics-file", metrics.to_str().unwrap()];
    let commands: [&[&str]; 8] = [
        &sweep,
        &sweep,
        &["doctor"],
        &["history"],
        &["outcomes"],
        &["schema"],
        &["schema", "--init"],
        &["explain", "t1"],
    ];
    for args in commands {
        let Some(ran) = in_1966(&place, args) else { return };
        let ran = ran.exits(0);
        assert!(!ran.stderr.contains("damaged"), "{args:?}: {}", ran.stderr);
    }
    let told = fs::read_to_string(metrics).unwrap();
    assert!(told.contains("} -115"), "{told}");
}
