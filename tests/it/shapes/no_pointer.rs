//! Runs, and no pointer to the active one: the unfinished run begun last is meant.

use super::kinds::NO_POINTER;
use crate::world::{World, moment, reasons};

const TABLES: &str = "CREATE TABLE jobs (id TEXT PRIMARY KEY, state TEXT NOT NULL, changed_at TEXT);
    CREATE TABLE attempts (id INTEGER PRIMARY KEY, job TEXT, state TEXT, beat_at TEXT, begun_at TEXT, ended_at TEXT);";

/// A running job, last changed then, with these attempts: state, heartbeat, start, end.
fn job(changed: &str, attempts: &[[&str; 4]]) -> [World; 2] {
    let at = |when: &str| {
        if when.is_empty() {
            "NULL".to_owned()
        } else {
            format!("'{}'", moment(when))
        }
    };
    let attempt = |[state, beat, begun, ended]: &[&str; 4]| {
        let times = [beat, begun, ended].map(|when| at(when)).join(", ");
        format!(
            "INSERT INTO attempts (job, state, beat_at, begun_at, ended_at) VALUES ('j1', '{state}', {times});"
        )
    };
    let attempts: String = attempts.iter().map(attempt).collect();
    let job = format!("INSERT INTO jobs VALUES ('j1', 'working', {});", at(changed));
    let world = |index: &str| {
        World::foreign(TABLES)
            .sql(&job)
            .sql(&attempts)
            .sql(index)
            .profile(NO_POINTER)
    };
    [world(""), world("CREATE INDEX of_job ON attempts (job)")]
}

fn found(worlds: [World; 2]) -> String {
    let [one, other] = worlds.map(|mut world| {
        let report = world.sweep();
        let undecided = report.undecided.iter().map(|undecided| undecided.why.clone());
        let healthy = (report.healthy > 0).then(|| "healthy".to_owned());
        let all: Vec<_> = reasons(&report)
            .into_iter()
            .chain(undecided)
            .chain(healthy)
            .collect();
        all.join(", ")
    });
    assert_eq!(one, other, "with an index and without");
    one
}

#[test]
fn an_unfinished_run_counts_before_a_finished_one_that_began_later() {
    let silent = ["working", "16m ago", "3h ago", ""];
    let done = ["done", "5m ago", "1h ago", "5m ago"];
    assert_eq!(found(job("3h ago", &[silent, done])), "j1: stale_heartbeat");
}

#[test]
fn of_several_unfinished_ones_any_may_be_alive() {
    let silent = ["working", "16m ago", "1h ago", ""];
    let alive = ["working", "1m ago", "3h ago", ""];
    assert_eq!(found(job("3h ago", &[alive, silent])), "healthy");
    assert_eq!(found(job("3h ago", &[silent, alive])), "healthy");
    let mut worlds = job("3h ago", &[silent, silent]);
    assert_eq!(worlds[0].sweep().runs_abandoned, 2);
}

#[test]
fn one_that_has_not_begun_counts_as_last() {
    let silent = ["working", "16m ago", "1h ago", ""];
    let not_begun = ["queued", "", "", ""];
    let said = found(job("", &[silent, not_begun]));
    assert!(
        said.contains("the active run is unfinished, and no readable heartbeat or start"),
        "{said}"
    );
    // It is judged by the claim, where that says more.
    assert_eq!(found(job("1m ago", &[silent, not_begun])), "healthy");
}

#[test]
fn where_all_have_ended_the_one_begun_last_says_how() {
    let failed = ["failed", "", "3h ago", "2h ago"];
    let done = ["done", "", "1h ago", "30m ago"];
    assert_eq!(found(job("1h ago", &[done, failed])), "j1: run_done");
    assert_eq!(found(job("1h ago", &[failed, done])), "j1: run_done");
    // By the order of the rows, where nothing else tells.
    let timeless = |state| [state, "", "", ""];
    assert_eq!(
        found(job("", &[timeless("done"), timeless("failed")])),
        "j1: run_failed"
    );
}

#[test]
fn a_task_touched_since_they_ended_is_a_claim() {
    let done = ["done", "", "1h ago", "30m ago"];
    assert_eq!(found(job("1m ago", &[done])), "healthy");
    assert_eq!(found(job("16m ago", &[done])), "j1: no_active_run");
    assert_eq!(found(job("16m ago", &[])), "j1: no_active_run");
    assert_eq!(
        found(job("", &[])),
        "there is no active run, and no readable heartbeat, start or update says how old the claim is"
    );
}

#[test]
fn a_run_inserted_between_look_and_lock_is_seen() {
    for mut world in job("3h ago", &[["working", "16m ago", "1h ago", ""]]) {
        // The reap of the first writes a run of the second, as a worker would that takes it meanwhile.
        let now = moment("now");
        world = world.sql(&format!(
            "INSERT INTO jobs VALUES ('j2', 'working', '{0}');
             INSERT INTO attempts (job, state, begun_at) VALUES ('j2', 'done', '{0}');",
            moment("2h ago")
        ));
        assert_eq!(world.sweep().reaps.len(), 2, "{now}");
    }
}
