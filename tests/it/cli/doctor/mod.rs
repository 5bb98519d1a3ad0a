//! `zombie-sweeper doctor`, on real files.

mod places;
mod printed;
mod systemd;
mod trial;

use serde_json::Value;

use super::place::Place;
use super::program::{Program, Ran};
use crate::world::check_diagnosis;

/// What it prints, held to its schema; it has nothing else to say.
#[track_caller]
fn diagnosis(ran: &Ran) -> Value {
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.stdout.matches('\n').count(), 1, "{}", ran.stdout);
    let diagnosis: Value = serde_json::from_str(&ran.stdout).unwrap();
    check_diagnosis(&diagnosis);
    diagnosis
}

/// Asks, without a trace on the files of the queue.
#[track_caller]
fn ask(place: &Place, args: &[&str]) -> Value {
    untouched(place, place.sweeper(&["doctor"]).args(args))
}

#[track_caller]
fn untouched(place: &Place, program: Program) -> Value {
    let ran = place.untouched(|| program.run()).exits(0);
    diagnosis(&ran)
}

/// Each finding but those of the machine that the tests run on, such as `warning undecided`.
fn codes(diagnosis: &Value) -> Vec<String> {
    let of_the_machine = [
        "suspended",
        "no_schedule",
        "timer_inactive",
        "sweep_failed",
        "disk_full",
    ];
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = diagnosis["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| !of_the_machine.contains(&finding["code"].as_str().unwrap()))
        .map(|finding| format!("{} {}", text(finding, "severity"), text(finding, "code")))
        .collect()
}

/// What the finding with this code saw.
#[track_caller]
fn seen(diagnosis: &Value, code: &str) -> String {
    let mut findings = diagnosis["findings"].as_array().unwrap().iter();
    let finding = findings.find(|finding| finding["code"] == code);
    let finding = finding.unwrap_or_else(|| panic!("{code} in {diagnosis:#}"));
    finding["seen"].as_str().unwrap().to_owned()
}

/// A queue in which nothing is wrong, at the time that the program takes from the clock.
fn healthy() -> Place {
    Place::queue(|world| world.alive("t1").bare_task("t2"))
}
