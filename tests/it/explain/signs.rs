//! Every sign of life: what is written, what it is read as, and whether it counts.

use zombie_sweeper::inspect::{ExplainedSign, ExplainedTask};

use crate::world::{World, moment};

fn sign<'t>(task: &'t ExplainedTask, of: &str, column: &str) -> &'t ExplainedSign {
    let mut signs = task.signs.iter();
    signs
        .find(|sign| sign.of == of && sign.column == column)
        .unwrap_or_else(|| panic!("{column} of {of} in {:#?}", task.signs))
}

#[track_caller]
fn does_not_count(task: &ExplainedTask, of: &str, column: &str, why: &str) {
    let sign = sign(task, of, column);
    assert_eq!(sign.counts, Some(false), "{sign:?}");
    let said = sign.why_not.as_ref().unwrap();
    assert!(said.contains(why), "{said}");
}

#[test]
fn value_is_shown_as_it_is_written_and_as_it_is_read() {
    let world = World::new()
        .running("t1")
        .run("r1")
        .set("last_heartbeat", "1775876520");
    let task = world.explain("t1");
    let beat = sign(&task, "run r1", "task_runs.last_heartbeat");
    assert_eq!(beat.value, "1775876520");
    assert_eq!(beat.read_as.as_deref(), Some("2026-04-11T03:02:00.000000Z"));
    assert_eq!(
        (beat.age_s, beat.counts, beat.is_newest),
        (Some(960.0), Some(true), true)
    );
}

#[test]
fn older_sign_counts_and_is_not_the_newest() {
    let task = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .explain("t1");
    let start = sign(&task, "run r1", "task_runs.started_at");
    assert_eq!((start.counts, start.is_newest), (Some(true), false));
}

#[test]
fn what_is_not_asked_for_does_not_count() {
    let task = World::new()
        .running("t1")
        .updated("1m ago")
        .lease("in 1h")
        .run("r1")
        .heartbeat("16m ago")
        .ended("17m ago")
        .explain("t1");
    does_not_count(&task, "task", "tasks.updated_at", "an update may be anybody's");
    does_not_count(&task, "task", "tasks.started_at", "an earlier attempt's");
    does_not_count(&task, "task", "tasks.lease_expires_at", "no lease is asked for");
    does_not_count(&task, "task", "tasks.last_heartbeat", "nothing is written there");
    does_not_count(&task, "run r1", "task_runs.completed_at", "no sign of life");
}

#[test]
fn leftover_of_a_lease_does_not_count() {
    let task = World::new().running("t1").lease("3h ago").run("r1").explain("t1");
    does_not_count(&task, "task", "tasks.lease_expires_at", "a leftover");
}

#[test]
fn what_cannot_be_read_or_believed_stands_in_the_way() {
    let task = World::new()
        .running("t1")
        .set("last_heartbeat", moment("in 1h"))
        .run("r1")
        .set("last_heartbeat", "soon")
        .explain("t1");
    does_not_count(&task, "run r1", "task_runs.last_heartbeat", "cannot be read");
    does_not_count(&task, "task", "tasks.last_heartbeat", "further ahead of now");
}

#[test]
fn start_that_may_be_a_claim_after_the_end_stands_in_the_way() {
    let task = World::new()
        .running("t1")
        .set("started_at", "soon")
        .run("r1")
        .status("failed")
        .ended("1h ago")
        .explain("t1");
    assert_eq!(task.verdict, Some("undecided"));
    does_not_count(
        &task,
        "task",
        "tasks.started_at",
        "cannot be read, and stands in the way",
    );
}

#[test]
fn runs_that_are_over_are_in_the_timeline_and_not_among_the_signs() {
    let task = World::new()
        .running("t1")
        .other_run("r0")
        .status("failed")
        .ended("1h ago")
        .run("r1")
        .explain("t1");
    assert!(task.signs.iter().all(|sign| sign.of != "run r0"));
    assert_eq!(task.runs.len(), 2);
    let ended = task
        .timeline
        .iter()
        .find(|happened| happened.what == "run r0 ended")
        .unwrap();
    assert_eq!(
        (ended.age_s, ended.column.as_deref()),
        (3600.0, Some("task_runs.completed_at"))
    );
    assert!(task.timeline.is_sorted_by_key(|happened| happened.at.clone()));
}

#[test]
fn worker_that_is_another_life_or_gone_does_not_count() {
    let workers = |worker: &str| {
        World::new()
            .sql("CREATE TABLE workers (id TEXT PRIMARY KEY, last_heartbeat TEXT, started_at TEXT)")
            .profile("[workers]\ntable = 'workers'")
            .running("t1")
            .run("r1")
            .sql(&format!(
                "INSERT INTO workers VALUES ('worker-7', '{}', '{}')",
                moment("1m ago"),
                moment(worker)
            ))
            .explain("t1")
    };
    let another = workers("5m ago");
    does_not_count(
        &another,
        "worker worker-7",
        "workers.last_heartbeat",
        "another life under the same name",
    );
    assert_eq!(another.workers[0].worker_id, "worker-7".into());
    let same = workers("5h ago");
    assert_eq!(
        sign(&same, "worker worker-7", "workers.last_heartbeat").counts,
        Some(true)
    );
    assert_eq!(same.verdict, Some("healthy"));
}

/// A pointer that was kept: the claim is judged, and not the run that has ended.
#[test]
fn start_counts_where_the_task_was_claimed_again_since_its_run_ended() {
    let claimed = |start: &str| {
        World::new()
            .running("t1")
            .started(start)
            .run("r1")
            .status("failed")
            .started("3h ago")
            .heartbeat("2h ago")
            .ended("2h ago")
            .explain("t1")
    };
    let again = claimed("20m ago");
    assert_eq!(sign(&again, "task", "tasks.started_at").counts, Some(true));
    let beat = sign(&again, "run r1", "task_runs.last_heartbeat");
    assert_eq!(beat.counts, Some(false), "{beat:?}");
    let before = claimed("4h ago");
    let start = sign(&before, "task", "tasks.started_at");
    assert_eq!(start.counts, Some(false), "{start:?}");
}
