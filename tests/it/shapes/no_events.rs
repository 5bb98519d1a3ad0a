//! A queue without a table of events: the summary and the log are the record.

use crate::world::World;

#[test]
fn the_summary_shows_the_evidence_unasked() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .sql("DROP TABLE task_events")
        .profile("events.table = ''");
    let report = world.sweep();
    let zombies = report.zombies.expect("the evidence");
    assert_eq!(zombies[0].run_id, Some("r1".into()));
    assert_eq!(world.value("task_runs.status", "r1"), "abandoned");
}

#[test]
fn a_table_that_is_missed_is_an_error_that_says_how_to_say_that_there_is_none() {
    let said = World::new().sql("DROP TABLE task_events").refused();
    assert!(
        said.contains("a profile says that there is none by events.table = \"\""),
        "{said}"
    );
    let said = World::new().sql("DROP TABLE task_runs").refused();
    assert!(
        said.contains("a profile says that there is none by runs.table = \"\""),
        "{said}"
    );
}
