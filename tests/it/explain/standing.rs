//! Tasks that no sweep looks at.

use zombie_sweeper::zombie::Standing;

use crate::world::World;

#[test]
fn task_that_is_not_running_says_so_and_when_it_was_last_reaped() {
    let mut world = World::new().running("t1").run("r1").heartbeat("16m ago");
    world.sweep();
    let task = world.explain("t1");
    assert_eq!((task.standing, task.verdict), (Standing::NotRunning, None));
    assert!(task.says.contains("its status is open"), "{}", task.says);
    assert!(
        task.says
            .contains("last reaped 0 s ago, at 2026-04-11T03:18:00Z: stale_heartbeat"),
        "{}",
        task.says
    );
    assert_eq!(task.reaps[0].run_id, Some("r1".into()));
    assert_eq!(task.reaps[0].silence_s, Some(960.0));
    assert_eq!(task.runs[0].status, "abandoned".into());
}

#[test]
fn reap_of_which_the_event_says_nothing_is_told_all_the_same() {
    let world = World::new().task("t1").sql(
        "INSERT INTO task_events (task_id, event_type, payload, created_at) VALUES ('t1', 'zombie_reaped', '{half', 'soon')",
    );
    let task = world.explain("t1");
    assert_eq!((&task.reaps[0].at, &task.reaps[0].reason), (&None, &None));
    assert!(
        task.says.contains("at a time that the event does not say"),
        "{}",
        task.says
    );
}

#[test]
fn task_that_the_profile_leaves_out_says_so() {
    let world = World::new()
        .running("t1")
        .profile("[tasks]\nwhere = \"t.task_type <> 'one_shot'\"");
    let task = world.explain("t1");
    assert_eq!(task.standing, Standing::OutsideCondition);
    assert!(task.says.contains("tasks.where"), "{}", task.says);
}

#[test]
fn task_of_another_project_says_so() {
    let world = World::new().running("t1").project("Atlas").running("t2");
    let world = world.options(|options| options.project("Atlas"));
    assert_eq!(world.explain("t1").standing, Standing::OutsideProject);
    assert_eq!(world.explain("t2").standing, Standing::LookedAt);
}

#[test]
fn unknown_project_is_an_error() {
    let world = World::new()
        .running("t1")
        .options(|options| options.project("Nobody"));
    let error = world.explanation("t1").unwrap_err().to_string();
    assert!(error.contains("no project \"Nobody\""), "{error}");
}
