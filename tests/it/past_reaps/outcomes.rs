//! What became of a task, by its next run, else by how it stands.

use zombie_sweeper::zombie::Outcome;

use super::all;
use crate::world::World;

/// A task that was reaped an hour ago, with the run that was lost.
fn reaped(status: &str) -> World {
    World::new()
        .task("t1")
        .status(status)
        .other_run("r1")
        .status("abandoned")
        .reaped("t1", "1h ago")
}

trait Story {
    /// A run that began after the reap.
    fn next(self, status: &str) -> World;
}

impl Story for World {
    fn next(self, status: &str) -> World {
        let sql = format!(
            "INSERT INTO task_runs (id, task_id, status, started_at) VALUES ('r2', 't1', '{status}', '{}')",
            crate::world::moment("50m ago")
        );
        self.sql(&sql)
    }
}

/// What became of it, at each of its reaps, the newest first.
#[track_caller]
fn became(world: &World, outcomes: &[Outcome]) {
    let history = world.history(&all());
    let found: Vec<_> = history.reaps.iter().map(|reap| reap.outcome.unwrap()).collect();
    assert_eq!(found, outcomes, "{history:#?}");
}

#[test]
fn next_run_tells() {
    became(&reaped("done").next("completed"), &[Outcome::Completed]);
    became(&reaped("open").next("failed"), &[Outcome::Failed]);
    became(&reaped("open").next("aborted"), &[Outcome::Failed]);
    became(&reaped("running").next("running"), &[Outcome::AtWork]);
    let history = reaped("done").next("completed").history(&all());
    assert_eq!(history.reaps[0].next_run_id, Some("r2".into()));
    assert_eq!(history.reaps[0].status.as_deref(), Some("completed"));
}

#[test]
fn without_a_next_run_the_task_tells() {
    became(&reaped("open"), &[Outcome::Waiting]);
    became(&reaped("running"), &[Outcome::AtWork]);
    became(&reaped("done"), &[Outcome::Completed]);
    became(&reaped("failed"), &[Outcome::Failed]);
    became(&World::new().reaped("t1", "1h ago"), &[Outcome::Gone]);
}

#[test]
fn status_that_nobody_knows_tells_nothing() {
    let history = reaped("archived").history(&all());
    assert_eq!(history.reaps[0].outcome, None);
    assert_eq!(history.reaps[0].status.as_deref(), Some("archived"));
}

#[test]
fn reaped_again() {
    became(
        &reaped("open").reaped("t1", "30m ago"),
        &[Outcome::Waiting, Outcome::Again],
    );
    let lost = reaped("open").next("abandoned").reaped("t1", "30m ago");
    became(&lost, &[Outcome::Waiting, Outcome::Again]);
    // It did its work, and was reaped as nobody told the task.
    let done = reaped("open").next("completed").reaped("t1", "30m ago");
    became(&done, &[Outcome::Waiting, Outcome::Completed]);
}

#[test]
fn later_reap_counts_where_it_is_not_asked_for_itself() {
    let world = reaped("open").event(
        "t1",
        "zombie_reaped",
        r#"{"reason": "run_failed"}"#,
        &crate::world::moment("30m ago"),
    );
    let history = world.history(&all().reason("stale_heartbeat"));
    assert_eq!(history.reaps[0].outcome, Some(Outcome::Again));
}

/// Written to the second, a run may have begun in the very second of the reap.
#[test]
fn next_run_of_the_same_second_is_the_next() {
    let world = World::new()
        .task("t1")
        .event("t1", "zombie_reaped", r#"{"run_id": "r1"}"#, "2026-04-11T02:18:00.700Z")
        .sql("INSERT INTO task_runs (id, task_id, status, started_at) VALUES ('r2', 't1', 'completed', '2026-04-11T02:18:00Z')");
    became(&world, &[Outcome::Completed]);
}

#[test]
fn run_that_was_reaped_is_not_its_own_next() {
    let world = World::new()
        .task("t1")
        .status("open")
        .event("t1", "zombie_reaped", r#"{"run_id": "r1"}"#, "2026-04-11T02:18:00.700Z")
        .sql("INSERT INTO task_runs (id, task_id, status, started_at) VALUES ('r1', 't1', 'abandoned', '2026-04-11T02:18:00Z')");
    became(&world, &[Outcome::Waiting]);
}

#[test]
fn run_that_was_reaped_and_began_anew_is_the_next() {
    let world = World::new()
        .task("t1")
        .status("open")
        .event("t1", "zombie_reaped", r#"{"run_id": "r1"}"#, "2026-04-11T02:18:00Z")
        .sql("INSERT INTO task_runs (id, task_id, status, started_at) VALUES ('r1', 't1', 'completed', '2026-04-11T02:30:00Z')");
    became(&world, &[Outcome::Completed]);
}

#[test]
fn word_of_the_profile_says_what_is_completed() {
    let world = |words: &str| {
        reaped("open")
            .next("succeeded")
            .profile(&format!(
                "[runs.words]\nfinished = ['succeeded', 'failed']\n{words}"
            ))
            .history(&all())
    };
    assert_eq!(
        world("completed = 'succeeded'").reaps[0].outcome,
        Some(Outcome::Completed)
    );
    let untold = &world("").reaps[0];
    assert_eq!(
        (untold.outcome, untold.status.as_deref()),
        (None, Some("succeeded"))
    );
}

#[test]
fn task_that_is_its_own_run_tells_by_its_status() {
    let queue = |status: &str| {
        World::foreign(
            "CREATE TABLE jobs (id INTEGER PRIMARY KEY, status TEXT, last_heartbeat TEXT);
             CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id INTEGER, event_type TEXT, payload TEXT, created_at TEXT)",
        )
        .profile("runs.table = ''\nworkspaces.table = ''\nprojects.table = ''\ntasks.table = 'jobs'")
        .sql(&format!("INSERT INTO jobs VALUES (1, '{status}', '')"))
        .reaped("1", "1h ago")
    };
    became(&queue("open"), &[Outcome::Waiting]);
    became(&queue("running"), &[Outcome::AtWork]);
    became(&queue("completed"), &[Outcome::Completed]);
}

#[test]
fn outcomes_of_those_listed_are_counted() {
    let world = reaped("open").reaped("t1", "30m ago").reaped("t9", "20m ago");
    let counts: Vec<_> = world.history(&all()).outcomes.into_iter().collect();
    assert_eq!(
        counts,
        [(Outcome::Again, 1), (Outcome::Waiting, 1), (Outcome::Gone, 1)]
    );
}

/// No index leads from a task to its runs.
#[test]
fn runs_are_found_without_an_index() {
    became(
        &reaped("open").next("failed").sql("DROP INDEX idx_task_runs_task"),
        &[Outcome::Failed],
    );
}

/// By a sweep, or by whoever else set it aside.
#[test]
fn parked() {
    let mut world = World::new()
        .running("alive-1")
        .run("a1")
        .heartbeat("1m ago")
        .running("alive-2")
        .run("a2")
        .heartbeat("1m ago")
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .options(|options| options.park_after(1.try_into().unwrap()));
    assert_eq!(world.sweep().parked.len(), 1);
    let history = world.history(&all());
    assert_eq!(history.reaps[0].outcome, Some(Outcome::Parked));
}

/// However many came after it, with an index that leads to them and without.
#[test]
fn next_run_is_the_first_since_of_all() {
    let many = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
         INSERT INTO task_runs (id, task_id, status, started_at)
         SELECT 'later-' || i, 't1', 'completed', '{}' FROM n",
        crate::world::moment("40m ago")
    );
    for index in ["", "DROP INDEX idx_task_runs_task"] {
        let world = reaped("done").next("failed").sql(&many).sql(index);
        became(&world, &[Outcome::Failed]);
        assert_eq!(world.history(&all()).reaps[0].next_run_id, Some("r2".into()));
    }
}

/// Each reap has its own, up to the next reap.
#[test]
fn every_reap_has_its_own_next_run() {
    let world = reaped("open")
        .next("failed")
        .reaped("t1", "30m ago")
        .other_run("r3")
        .status("completed")
        .started("20m ago")
        .reaped("t1", "10m ago");
    became(&world, &[Outcome::Waiting, Outcome::Completed, Outcome::Failed]);
}

/// Whatever the record of the reap says, or whoever set it aside.
#[test]
fn task_with_the_parked_word_is_parked() {
    let world = World::new().task("t1").status("blocked").event(
        "t1",
        "zombie_reaped",
        "{bad",
        &crate::world::moment("1h ago"),
    );
    became(&world, &[Outcome::Parked]);
    became(&reaped("blocked"), &[Outcome::Parked]);
}
