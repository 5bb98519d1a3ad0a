//! A queue that goes away under a server that does not watch, and comes back.

use std::fs;

use super::client::post;
use crate::cli::place::Place;

#[test]
fn one_is_logged_once_and_its_end_too() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.answer(&[]);
    let plan = post("/v1/plans", "{}").bearer(&served.token("write"));
    let away = place.file("away.db");
    fs::rename(place.db(), &away).unwrap();
    for _ in 0..3 {
        served.ask(&plan).is(503);
    }
    fs::rename(&away, place.db()).unwrap();
    for _ in 0..3 {
        served.ask(&plan).is(201);
    }
    let said = served.stop().exits(0).stderr;
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].contains("does not answer"), "{said}");
    assert!(lines[0].contains("no database at"), "{said}");
    assert!(lines[1].contains("answers `plan` again"), "{said}");
}

#[test]
fn a_slip_of_who_asks_is_none() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.answer(&[]);
    let write = served.token("write");
    for body in [r#"{"project": "Typo"}"#, r#"{"tasks": ["nobodys"]}"#] {
        served.ask(&post("/v1/plans", body).bearer(&write)).is(404);
    }
    served
        .ask(&post("/v1/unpark", r#"{"task": "t1"}"#).bearer(&write))
        .is(409);
    assert_eq!(served.stop().exits(0).stderr, "");
}
