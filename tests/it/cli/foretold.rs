//! A dry run opens the file to be read, where SQLite forgets its CHECKs. It ends as the sweep would all the same.

use zombie_sweeper::rusqlite::functions::FunctionFlags;

use super::place::Place;
use crate::world::World;

/// A queue whose runs carry a CHECK that calls a function of the orchestrator's own.
fn queue_with(old: &'static str, new: &'static str) -> Place {
    Place::queue(|world: World| {
        let world = world.zombie("t1");
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        world
            .conn
            .create_scalar_function("is_known", 1, flags, |_| Ok(true))
            .unwrap();
        world.redeclare("task_runs", old, new)
    })
}

#[test]
fn function_that_only_the_orchestrator_has_ends_both_alike() {
    let place = queue_with(
        "status TEXT NOT NULL DEFAULT 'running'",
        "status TEXT NOT NULL CHECK (length(status) > 2 OR is_known(status))",
    );
    let told = place.untouched(|| place.sweeper(&["--dry-run"]).run()).exits(69);
    assert!(told.stderr.contains("is_known"), "{}", told.stderr);
    let swept = place.untouched(|| place.sweeper(&[]).run()).exits(69);
    assert_eq!(told.stderr, swept.stderr);
}

#[test]
fn function_that_no_write_of_ours_calls_is_in_nobodys_way() {
    let place = queue_with("error TEXT", "error TEXT CHECK (is_known(error))");
    let told = place.untouched(|| place.sweeper(&["--dry-run"]).run().summary());
    assert_eq!(told["task_ids"], serde_json::json!(["t1"]));
    assert_eq!(place.sweeper(&[]).run().summary()["task_ids"], told["task_ids"]);
}

#[test]
fn function_of_a_check_is_missed_even_where_triggers_hide_the_rest() {
    let place = queue_with(
        "status TEXT NOT NULL",
        "status TEXT NOT NULL CHECK (is_known(status))",
    );
    place.world().sql(
        "CREATE TRIGGER cascade AFTER UPDATE OF status ON tasks
         BEGIN UPDATE task_runs SET error = 'reaped' WHERE task_id = NEW.id; END",
    );
    for args in [&["--dry-run"][..], &[]] {
        place.untouched(|| place.sweeper(args).run()).exits(69);
    }
}

#[test]
fn check_that_refuses_is_foretold() {
    let place = Place::queue(|world| {
        world.zombie("t1").zombie("t2").redeclare(
            "task_runs",
            "error TEXT",
            "error TEXT CHECK (id <> 'r-t2' OR status <> 'abandoned')",
        )
    });
    let told = place.untouched(|| place.sweeper(&["--dry-run"]).run()).json();
    let swept = place.sweeper(&[]).run().json();
    assert_eq!(told["task_ids"], serde_json::json!(["t1"]));
    for key in ["task_ids", "failed"] {
        assert_eq!(told[key], swept[key]);
    }
}
