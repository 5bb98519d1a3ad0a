//! A key or two of the built-in profile, overridden.

use super::one_zombie;
use crate::world::{NULL, moment, reasons};
use zombie_sweeper::Profile;

#[test]
fn run_that_was_abandoned_counts_as_finished_even_where_the_profile_forgets_it() {
    let mut world = one_zombie("runs.words = { finished = ['done'], abandoned = 'lost' }").status("lost");
    assert_eq!(reasons(&world.sweep()), ["t1: run_lost"]);
}

#[test]
fn words_may_be_numbers() {
    let mut world = one_zombie(
        "tasks.words = { running = '1', open = '0' }
         runs.words = { running = '1', finished = ['2', '3'], abandoned = '4' }",
    )
    .running("t2")
    .run("r2")
    .sql(
        "UPDATE tasks SET status = 1;
         UPDATE task_runs SET status = 1 WHERE id = 'r1';
         UPDATE task_runs SET status = 3 WHERE id = 'r2'",
    )
    .redeclare("tasks", "status TEXT NOT NULL DEFAULT 'open'", "status INTEGER")
    .redeclare(
        "task_runs",
        "status TEXT NOT NULL DEFAULT 'running'",
        "status INTEGER",
    );
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat", "t2: run_3"]);
    assert!(report.warnings.is_empty(), "{report:?}");
    assert_eq!(world.value("tasks.status", "t1"), 0);
    assert_eq!(world.value("task_runs.status", "r1"), 4);
    assert_eq!(world.value("task_runs.status", "r2"), 3);
}

#[test]
fn one_key_is_overridden_and_the_rest_inherited() {
    let mut world = one_zombie("tasks.words.open = 'ready'");
    world.sweep();
    assert_eq!(world.value("tasks.status", "t1"), "ready");
    assert_eq!(world.value("task_runs.status", "r1"), "abandoned");
    assert_eq!(world.value("tasks.updated_at", "t1"), moment("now"));
}

#[test]
fn role_is_switched_off_by_an_empty_list() {
    let mut world = one_zombie("runs.columns.ended = []\ntasks.clear = []\nworkspaces.table = ''")
        .workspace("w1")
        .set("task_id", "t1");
    world.sweep();
    assert_eq!(world.value("task_runs.completed_at", "r1"), NULL);
    assert_eq!(world.value("tasks.assigned_slot", "t1"), "slot-3");
    assert_eq!(world.value("workspaces.status", "w1"), "leased");
}

#[test]
fn constants_of_every_kind_have_the_last_word() {
    let mut world = one_zombie(
        "tasks.set = { title = '', priority = -1, frequency = 0.5, assigned_worker = 'nobody', completed_at = true }",
    );
    world.sweep();
    assert_eq!(world.value("tasks.title", "t1"), "");
    assert_eq!(world.value("tasks.priority", "t1"), -1);
    assert_eq!(world.value("tasks.frequency", "t1"), "0.5");
    assert_eq!(world.value("tasks.assigned_worker", "t1"), "nobody");
    assert_eq!(world.value("tasks.completed_at", "t1"), "1");
}

#[test]
fn timestamp_without_a_zone_is_of_the_profiles() {
    let silent_for = |toml: &str, wall: &str| {
        let mut world = one_zombie(toml).set("last_heartbeat", wall);
        world.sweep().reaps.len()
    };
    // A minute ago in the zone two hours east, two hours ahead in UTC.
    let zone = "database.time_zone = '+02:00'";
    assert_eq!(silent_for(zone, "2026-04-11 05:17:00"), 0);
    assert_eq!(silent_for(zone, "2026-04-11 05:00:00"), 1);
    assert_eq!(silent_for("", "2026-04-11 03:00:00"), 1);
    assert_eq!(silent_for("", "2026-04-11 03:17:00"), 0);
    assert_eq!(
        silent_for(zone, "2026-04-11T03:17:00Z"),
        0,
        "it has a zone of its own"
    );
}

#[test]
fn empty_file_changes_nothing() {
    let read = Profile::from_toml("").unwrap().called("orchestra");
    let built_in = Profile::default();
    assert_eq!(format!("{built_in:?}"), format!("{read:?}"));
}
