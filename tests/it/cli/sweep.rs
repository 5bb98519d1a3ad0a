//! A sweep of a real file: what it writes, and what it leaves beside the file.

use insta::assert_snapshot;

use super::place::Place;
use crate::world::World;

fn is_sound(place: &Place) {
    let world = place.world();
    assert_eq!(world.query("PRAGMA integrity_check"), "ok");
    assert_eq!(world.query("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

fn both_modes(story: impl Fn(World) -> World) -> [Place; 2] {
    [Place::queue(&story), Place::queue_with_journal(&story)]
}

#[test]
fn reaps_and_leaves_nothing_beside_the_file() {
    for place in both_modes(|world| world.zombie("t1").alive("t2")) {
        let mode = place.world().query("PRAGMA journal_mode");
        let summary = place.sweeper(&[]).run().summary();
        assert_eq!(summary["task_ids"], serde_json::json!(["t1"]));
        assert_eq!(summary["reasons"], serde_json::json!({"t1": "stale_heartbeat"}));
        assert_eq!(summary["healthy"], 1);
        assert_eq!(place.names(), ["orchestra.db"]);
        let world = place.world();
        assert_eq!(world.value("tasks.status", "t1"), "open");
        assert_eq!(world.value("tasks.status", "t2"), "running");
        assert_eq!(world.query("PRAGMA journal_mode"), mode);
        is_sound(&place);
    }
}

#[test]
fn second_sweep_reaps_nothing() {
    for place in both_modes(|world| world.zombie("t1")) {
        assert_eq!(place.sweeper(&[]).run().summary()["reaped"], 1);
        let summary = place.untouched(|| place.sweeper(&[]).run().summary());
        assert_eq!(
            (&summary["reaped"], &summary["transactions"]),
            (&0.into(), &0.into())
        );
    }
}

#[test]
fn nothing_to_reap_nothing_touched() {
    for place in both_modes(|world| world.alive("t1")) {
        let summary = place.untouched(|| place.sweeper(&[]).run().summary());
        assert_eq!((&summary["reaped"], &summary["scanned"]), (&0.into(), &1.into()));
    }
}

#[test]
fn nothing_to_reap_and_a_log_left_behind() {
    for place in [
        Place::with_a_log_left_behind(),
        Place::with_log_and_index_left_behind(),
    ] {
        let before = place.files();
        assert_eq!(
            place.sweeper(&["--project", "SciDEX"]).run().summary()["reaped"],
            0
        );
        assert!(place.files() == before);
        assert_eq!(place.sweeper(&["--dry-run"]).run().summary()["task_ids"][0], "t1");
    }
}

#[test]
fn log_left_behind_is_folded_in_by_a_sweep_that_reaps() {
    let place = Place::with_a_log_left_behind();
    assert_eq!(place.sweeper(&[]).run().summary()["task_ids"][0], "t1");
    assert_eq!(place.names(), ["orchestra.db"]);
    is_sound(&place);
}

#[test]
fn hot_journal_is_rolled_back_first() {
    let place = Place::with_a_hot_journal();
    assert_eq!(place.sweeper(&[]).run().summary()["reaped"], 200);
    assert_eq!(place.names(), ["orchestra.db"]);
    is_sound(&place);
}

#[test]
fn log_of_a_connected_orchestrator_is_left_to_it() {
    let (place, orchestrator) = Place::with_a_live_log();
    let database = place.files()["orchestra.db"].clone();
    assert_eq!(place.sweeper(&[]).run().summary()["task_ids"][0], "t1");
    assert!(place.files()["orchestra.db"] == database, "no checkpoint");
    assert_eq!(orchestrator.value("tasks.status", "t1"), "open");
    drop(orchestrator);
    is_sound(&place);
}

#[test]
fn relative_path_is_enough() {
    let place = Place::queue(|world| world.zombie("t1"));
    let program = super::program::zombie_sweeper::<&str>([]).in_folder(place.path());
    assert_eq!(program.run().summary()["reaped"], 1);
}

/// A zombie whose event leads to a row that refers to no task that there is.
fn queue_with_a_reference_to_no_task() -> Place {
    Place::queue(|world| {
        world.zombie("t1").sql(
            "CREATE TABLE notes (id TEXT PRIMARY KEY, task TEXT REFERENCES tasks(id)); \
             CREATE TRIGGER note AFTER INSERT ON task_events BEGIN INSERT INTO notes VALUES ('n', 'none'); END",
        )
    })
}

#[test]
fn foreign_keys_are_not_enforced_behind_the_orchestrators_back() {
    let place = queue_with_a_reference_to_no_task();
    assert_eq!(place.sweeper(&[]).run().summary()["reaped"], 1);
}

#[test]
fn foreign_keys_are_enforced_where_the_profile_says_so() {
    let place = queue_with_a_reference_to_no_task();
    let profile = place.write("queue.toml", "database.foreign_keys = true");
    let ran = place
        .sweeper(&["--profile", profile.to_str().unwrap()])
        .run()
        .exits(1);
    assert_snapshot!(ran.json()["failed"][0]["why"].as_str().unwrap(), @"FOREIGN KEY constraint failed");
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}
