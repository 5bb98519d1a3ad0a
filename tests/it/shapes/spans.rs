//! A lease that is a start and a length.

use crate::world::{World, moment, reasons};

fn lease(claimed: &str, ttl: &str) -> World {
    World::foreign("CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT, claimed TEXT, ttl)")
        .sql(&format!(
            "INSERT INTO jobs VALUES ('j1', 'running', {claimed}, {ttl})"
        ))
        .profile(
            "events.table = ''\nruns.table = ''\n[tasks]\ntable = 'jobs'\n\
             [tasks.columns]\nlease = { start = 'claimed', seconds = 'ttl' }",
        )
}

fn at(when: &str) -> String {
    format!("'{}'", moment(when))
}

#[test]
fn it_lasts_so_many_seconds_from_its_start_on() {
    for ttl in ["3600", "3600.5", "'3600'", "3601"] {
        assert_eq!(lease(&at("1h ago"), ttl).sweep().healthy, 1, "{ttl}");
    }
    for ttl in ["3599", "0", "'3599.9'"] {
        assert_eq!(
            reasons(&lease(&at("1h ago"), ttl).sweep()),
            ["j1: lease_expired"],
            "{ttl}"
        );
    }
}

#[test]
fn a_length_that_is_none_is_undecided() {
    for (ttl, shown) in [("'soon'", "soon"), ("-1", "-1"), ("1e300", "1"), ("x'01'", "01")] {
        let report = lease(&at("1h ago"), ttl).sweep();
        let why = &report.undecided[0].why;
        assert!(
            why.contains(&format!("jobs.ttl is \"{shown}"))
                && why.contains("not understood as a number of seconds"),
            "{why}"
        );
    }
}

#[test]
fn without_a_length_or_a_start_there_is_no_lease() {
    for (claimed, ttl) in [(at("1h ago"), "NULL"), ("NULL".to_owned(), "60")] {
        let report = lease(&claimed, ttl).sweep();
        assert!(
            report.undecided[0].why.contains("no readable heartbeat"),
            "{report:?}"
        );
    }
}

#[test]
fn a_column_of_it_that_is_not_there_is_an_error() {
    let said = lease("NULL", "1")
        .profile("events.table = ''\nruns.table = ''\n[tasks]\ntable = 'jobs'\n[tasks.columns]\nlease = { start = 'claimed', seconds = 'time' }")
        .refused();
    assert!(
        said.contains("tasks.lease: expected time; table jobs has"),
        "{said}"
    );
}

#[test]
fn a_list_of_two_is_two_moments() {
    let mut world = World::foreign("CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT, until TEXT, extended TEXT, started_at TEXT)")
        .sql(&format!(
            "INSERT INTO jobs VALUES ('j1', 'running', {0}, NULL, {1}), ('j2', 'running', {1}, {0}, {1}), ('j3', 'running', {1}, NULL, {1})",
            at("in 1h"),
            at("2h ago")
        ))
        .profile(
            "events.table = ''\nruns.table = ''\n[tasks]\ntable = 'jobs'\n[tasks.columns]\nlease = ['until', 'extended']",
        );
    let report = world.sweep();
    assert_eq!(
        (report.healthy, reasons(&report)),
        (2, vec!["j3: lease_expired".to_owned()])
    );
}

#[test]
fn one_column_is_not_both() {
    let said = lease("NULL", "1")
        .profile("events.table = ''\nruns.table = ''\n[tasks]\ntable = 'jobs'\n[tasks.columns]\nlease = { start = 'ttl', seconds = 'ttl' }")
        .refused();
    assert!(
        said.contains("tasks.lease: jobs.ttl is both the start and the length"),
        "{said}"
    );
}
