//! What a person has to mend ends it at once.

use super::super::place::Place;
use super::super::program::Ran;

#[track_caller]
fn refused(place: &Place, args: &[&str], code: i32, why: &str) {
    let ran = place.watcher(args).run().exits(code);
    assert_said(&ran, why);
}

#[track_caller]
fn assert_said(ran: &Ran, why: &str) {
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn no_database() {
    refused(&Place::empty(), &[], 66, "no database at");
}

#[test]
fn what_is_none() {
    let place = Place::empty();
    place.write(
        "orchestra.db",
        "this is no database, and longer than a header of one would be".repeat(9),
    );
    refused(&place, &[], 65, "is not a SQLite database");
}

#[test]
fn schema_that_is_not_understood() {
    let place = Place::empty();
    place.connect().execute_batch("CREATE TABLE other (x)").unwrap();
    refused(&place, &[], 65, "tasks");
}

#[test]
fn project_that_is_not_there() {
    let place = Place::queue(|world| world.alive("t1"));
    refused(&place, &["--project", "nobody"], 2, "nobody");
}

#[test]
fn what_only_a_single_sweep_does() {
    let place = Place::queue(|world| world.zombie("t1"));
    refused(&place, &["--dry-run"], 2, "--dry-run");
    refused(&place, &["--now", "2026-01-01"], 2, "--now");
    for (name, value) in [("DRY_RUN", "true"), ("TASK", "t1")] {
        let variable = format!("ZOMBIE_SWEEPER_{name}");
        let ran = place.watcher(&[]).env(&variable, value).run().exits(2);
        assert_said(&ran, &variable);
    }
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn interval_of_no_time() {
    let place = Place::queue(|world| world.zombie("t1"));
    refused(&place, &["--interval", "0s"], 2, "--interval");
}

#[test]
fn metrics_in_the_place_of_the_database() {
    let place = Place::queue(|world| world.zombie("t1"));
    let beside = format!("{}-x.prom", place.db().display());
    refused(&place, &["--metrics-file", &beside], 2, "--metrics-file");
}
