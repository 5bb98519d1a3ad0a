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

/// Other ids that lead to the same rows: the digits of bytes, and what a collation or the type of a column takes for the same.
#[test]
fn an_id_that_is_not_shown_so_is_unknown() {
    for (declared, id, asked) in [
        ("TEXT", "'1'", "31"),
        ("TEXT", "'abcd'", "61626364"),
        ("INTEGER", "7", "07"),
        ("TEXT COLLATE NOCASE", "'abc'", "ABC"),
        ("BLOB", "x'00ff'", "00FF"),
    ] {
        let why = jobs(declared, id)
            .options(|options| options.task(asked))
            .refused();
        let unknown = format!("no task {asked:?} in the database");
        assert!(why.contains(&unknown), "{declared}: {why}");
    }
}

#[test]
fn an_id_that_is_also_the_digits_of_another_is_that_one_alone() {
    let mut world = jobs("TEXT", "'31'), ('1'").options(|options| options.task("31"));
    assert_eq!(reasons(&world.sweep()), ["31: stale_heartbeat"]);
}

/// A queue of a single table, with these ids.
fn jobs(declared: &str, ids: &str) -> World {
    World::foreign(&format!(
        "CREATE TABLE jobs (id {declared} PRIMARY KEY, status TEXT DEFAULT 'running', last_heartbeat INTEGER DEFAULT 1775876480);
         INSERT INTO jobs (id) VALUES ({ids})"
    ))
    .profile("events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\ntasks.table = 'jobs'")
}

#[test]
fn two_keys_that_are_shown_alike_are_both_meant_and_named_once() {
    let world = World::foreign(
        "CREATE TABLE jobs (queue TEXT, n TEXT, status TEXT, last_heartbeat INTEGER, PRIMARY KEY (queue, n)) WITHOUT ROWID;
         INSERT INTO jobs VALUES ('a', 'b/c', 'running', 1775876480), ('a/b', 'c', 'running', 1775876480),
                                 ('a', '5', 'running', 1775876480), ('a', '05', 'running', 1775876480)",
    )
    .profile(
        "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\ntasks.table = 'jobs'
         tasks.columns.id = ['queue', 'n']",
    );
    let mut world = world.options(|options| options.task("a/b/c").task("a/05"));
    let report = world.sweep();
    assert_eq!(report.reaps.len(), 3);
    assert_eq!(
        serde_json::to_value(&report).unwrap()["task_ids"],
        serde_json::json!(["a/05", "a/b/c"])
    );
}

#[test]
fn as_many_as_there_are_can_be_named() {
    for several in [false, true] {
        let id = if several { "'queue', 'n'" } else { "'n'" };
        let mut world = World::foreign(&format!(
            "CREATE TABLE jobs (queue TEXT, n INTEGER, status TEXT, last_heartbeat INTEGER, PRIMARY KEY ({})) WITHOUT ROWID;
             WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1500)
             INSERT INTO jobs SELECT 'a', n, 'running', 1775876480 FROM numbers",
            id.replace('\'', "")
        ))
        .profile(&format!(
            "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\ntasks.table = 'jobs'
             tasks.columns.id = [{id}]"
        ));
        for n in 1..1500 {
            let id = if several { format!("a/{n}") } else { n.to_string() };
            world = world.options(|options| options.task(id));
        }
        assert_eq!(world.dry_run().reaps.len(), 1499, "several: {several}");
    }
}
