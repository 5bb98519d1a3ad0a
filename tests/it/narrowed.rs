//! A sweep of the tasks that are named, and of no other.

use crate::world::{World, reasons, zombies};

#[test]
fn only_those_named_are_swept() {
    let mut world = zombies(3).options(|options| options.task("t3").task("t1"));
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat", "t3: stale_heartbeat"]);
    assert_eq!(report.scanned, 2);
    assert_eq!(
        serde_json::to_value(&report).unwrap()["tasks"],
        serde_json::json!(["t3", "t1"])
    );
    assert_eq!(world.value("tasks.status", "t2"), "running");
}

#[test]
fn dry_run_is_narrowed_too() {
    let mut world = zombies(3).options(|options| options.task("t2"));
    assert_eq!(reasons(&world.dry_run()), ["t2: stale_heartbeat"]);
}

#[test]
fn an_unknown_one_is_an_error_that_names_the_nearest() {
    let mut world = zombies(3).options(|options| options.task("t1").task("t9"));
    let why = world.refused();
    assert!(why.contains("no task \"t9\" in the database"), "{why}");
    assert!(why.contains("\"t1\""), "{why}");
}

#[test]
fn one_that_does_not_run_is_told_of() {
    let mut world = zombies(1).task("waits").options(|options| options.task("waits"));
    let report = world.sweep();
    assert_eq!((report.scanned, report.transactions), (0, 0));
    assert_eq!(
        report.warnings,
        ["task waits does not run, so that there is nothing to reap"]
    );
}

#[test]
fn one_of_another_project_is_not_swept() {
    let mut world = zombies(1)
        .project("Other")
        .running("o1")
        .run("o-r1")
        .heartbeat("16m ago")
        .options(|options| options.project("Other").task("t1").task("o1"));
    assert_eq!(reasons(&world.sweep()), ["o1: stale_heartbeat"]);
}

#[test]
fn ids_are_found_as_they_are_shown() {
    for (declared, id, shown) in [
        ("INTEGER", "7", "7"),
        ("TEXT", "'7'", "7"),
        ("BLOB", "x'00ff'", "00ff"),
        ("TEXT", "'it''s ?1'", "it's ?1"),
    ] {
        let world = World::foreign(&format!(
            "CREATE TABLE jobs (id {declared} PRIMARY KEY, status TEXT, last_heartbeat INTEGER);
             INSERT INTO jobs VALUES ({id}, 'running', 1775877480 - 1000), (8, 'running', 1775877480 - 1000)"
        ));
        let mut world = world
            .profile("events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\ntasks.table = 'jobs'")
            .options(|options| options.task(shown));
        let report = world.sweep();
        assert_eq!(
            reasons(&report),
            [format!("{shown}: stale_heartbeat")],
            "{declared}"
        );
    }
}

#[test]
fn key_of_several_columns_is_named_as_it_is_shown() {
    let world = World::foreign(
        "CREATE TABLE jobs (queue TEXT, n INTEGER, status TEXT, last_heartbeat INTEGER, PRIMARY KEY (queue, n)) WITHOUT ROWID;
         INSERT INTO jobs VALUES ('a', 1, 'running', 1775877480 - 1000), ('a', 2, 'running', 1775877480 - 1000)",
    );
    let mut world = world
        .profile(
            "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\ntasks.table = 'jobs'
             tasks.columns.id = ['queue', 'n']",
        )
        .options(|options| options.task("a/2"));
    assert_eq!(reasons(&world.sweep()), ["a/2: stale_heartbeat"]);
}

/// A task that is named alone is all that is seen: that says nothing of a fleet.
#[test]
fn reap_of_a_single_one_does_not_pass_for_the_death_of_a_fleet() {
    let mut world = zombies(1).options(|options| options.task("t1"));
    world.sweep();
    assert!(world.payload().get("sweep").is_none());
}
