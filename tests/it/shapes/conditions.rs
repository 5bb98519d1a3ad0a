//! A condition tells what runs, in the place of a word.

use super::kinds::CONDITION;
use crate::world::{World, moment, reasons};

fn jobs() -> World {
    World::foreign(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, reserved_at TEXT, done_at TEXT, tries INTEGER DEFAULT 0)",
    )
    .sql(&format!(
        "INSERT INTO jobs VALUES ('j1', '{}', NULL, 0)",
        moment("2h ago")
    ))
}

#[test]
fn a_reap_after_which_the_condition_still_holds_is_undone_and_reported() {
    let mut world =
        jobs().profile(&CONDITION.replace("clear = ['reserved_at']", "clear = []\nincrement = ['tries']"));
    let before = world.dump();
    for report in [world.dry_run(), world.sweep()] {
        assert_eq!(report.reaps.len(), 0, "{report:?}");
        assert!(
            report.failed[0]
                .why
                .contains("running_where is still true after the reap"),
            "{report:?}"
        );
    }
    assert_eq!(world.dump(), before);
}

#[test]
fn a_reap_that_writes_nothing_is_refused() {
    let said = jobs()
        .profile(&CONDITION.replace("['reserved_at']", "[]"))
        .refused();
    assert!(said.contains("tasks: a reap has nothing to write"), "{said}");
}

#[test]
fn a_condition_that_does_not_compile_is_shown() {
    let said = jobs()
        .profile(&CONDITION.replace("done_at IS NULL", "colour IS NULL"))
        .refused();
    assert!(
        said.contains("tasks.running_where: expected an SQL condition on the task t, found \"reserved_at IS NOT NULL AND colour IS NULL\""),
        "{said}"
    );
}

#[test]
fn a_task_finished_between_look_and_lock_is_left() {
    // The trigger of another table's row stands for the worker that finishes while the sweep waits.
    let mut world = jobs().profile(CONDITION).sql(&format!(
        "INSERT INTO jobs VALUES ('j2', '{0}', NULL, 0);
         CREATE TRIGGER finish AFTER UPDATE ON jobs WHEN NEW.id = 'j1' BEGIN
             UPDATE jobs SET done_at = '{1}' WHERE id = 'j2'; END",
        moment("2h ago"),
        moment("now")
    ));
    let report = world.sweep();
    assert_eq!(reasons(&report), ["j1: stale_heartbeat"]);
    assert_eq!(world.value("jobs.reserved_at", "j2"), moment("2h ago"));
}

#[test]
fn a_run_called_open_that_has_an_end_is_warned_of() {
    let mut world = World::foreign(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT, run INTEGER);
         CREATE TABLE runs (id INTEGER PRIMARY KEY, job TEXT, verdict TEXT, ended_at TEXT, started_at TEXT)",
    )
    .sql(&format!(
        "INSERT INTO jobs VALUES ('j1', 'running', 1); INSERT INTO runs VALUES (1, 'j1', NULL, '{0}', '{0}')",
        moment("2h ago")
    ))
    .profile(
        "events.table = ''\n[tasks]\ntable = 'jobs'\ncolumns = { active_run = 'run' }\n\
         [runs]\ntable = 'runs'\nrunning_where = 'r.verdict IS NULL'\ncolumns = { task = 'job', status = 'verdict' }",
    );
    let report = world.sweep();
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("runs called running that have an end: 1, such as \"1\"")),
        "{report:?}"
    );
    assert_eq!(world.value("runs.verdict", "1"), "abandoned");
}

#[test]
fn a_finished_run_is_called_by_its_outcome_or_by_none() {
    let reason = |profile: &str, outcome: &str| {
        let mut world = World::foreign(
            "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT, run INTEGER);
             CREATE TABLE runs (id INTEGER PRIMARY KEY, job TEXT, open INTEGER, outcome TEXT);
             INSERT INTO jobs VALUES ('j1', 'running', 1)",
        )
        .sql(&format!("INSERT INTO runs VALUES (1, 'j1', 0, {outcome})"))
        .profile(&format!(
            "events.table = ''\n[tasks]\ntable = 'jobs'\ncolumns = {{ active_run = 'run' }}\n\
             [runs]\ntable = 'runs'\nrunning_where = 'r.open'\n{profile}"
        ));
        reasons(&world.sweep()).join(", ")
    };
    let with_status = "set = { open = 0 }\ncolumns = { task = 'job', status = 'outcome' }";
    let without = "set = { open = 0 }\ncolumns = { task = 'job', status = [] }";
    assert_eq!(reason(with_status, "'succeeded'"), "j1: run_succeeded");
    assert_eq!(reason(with_status, "NULL"), "j1: run_ended");
    assert_eq!(reason(without, "NULL"), "j1: run_ended");
}

#[test]
fn a_misspelt_name_in_quotes_is_no_text() {
    for profile in [
        CONDITION.replace("reserved_at IS NOT NULL", "\"reserved_att\" IS NOT NULL"),
        CONDITION.replace("table = 'jobs'", "table = 'jobs'\nwhere = '\"kindd\" <> 1'"),
    ] {
        let said = jobs().profile(&profile).refused();
        assert!(said.contains("no such column"), "{said}");
    }
}
