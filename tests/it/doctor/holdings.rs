//! Who holds what.

use crate::world::{World, codes, seen};

#[test]
fn open_run_of_a_task_that_does_not_run() {
    let world = World::healthy().bare_task("t5").other_run("r5");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["warning open_run_of_idle_task"]);
    assert!(seen(&diagnosis, "open_run_of_idle_task").ends_with(": r5 (of task t5)"));
}

#[test]
fn open_run_of_no_task_at_all() {
    let world = World::healthy()
        .bare_task("t5")
        .other_run("r5")
        .sql("PRAGMA foreign_keys = OFF; DELETE FROM tasks WHERE id = 't5'");
    assert_eq!(codes(&world.doctor()), ["warning open_run_of_idle_task"]);
}

#[test]
fn open_run_that_its_task_does_not_name() {
    let world = World::healthy()
        .bare_task("t5")
        .status("running")
        .run("r5")
        .heartbeat("1m ago")
        .other_run("r6");
    assert_eq!(codes(&world.doctor()), ["warning open_run_unnamed"]);
}

/// Between the run's first row and the task's, an orchestrator may take a moment.
#[test]
fn run_that_has_just_begun_is_left_alone() {
    let world = World::healthy().bare_task("t5").other_run("r5").started("1m ago");
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

#[test]
fn worker_that_goes_on_with_what_it_has_lost() {
    let world = World::healthy()
        .bare_task("t5")
        .other_run("r5")
        .heartbeat("1m ago");
    assert_eq!(codes(&world.doctor()), ["error stray_worker"]);
}

/// Who ends a task ends its run a moment later, and who begins one may name it a moment later.
#[test]
fn run_that_goes_on_for_a_moment_is_no_stray() {
    let ended = World::healthy()
        .bare_task("t5")
        .status("done")
        .updated("1s ago")
        .other_run("r5")
        .heartbeat("1s ago");
    assert_eq!(codes(&ended.doctor()), Vec::<String>::new());
    let taken_again = World::healthy()
        .bare_task("t5")
        .status("running")
        .set("started_at", crate::world::moment("1s ago"))
        .run("r6")
        .heartbeat("1s ago")
        .other_run("r5")
        .heartbeat("1m ago");
    assert_eq!(codes(&taken_again.doctor()), Vec::<String>::new());
}

/// Where the task does not say when it came to wait, nobody says that its run has not just begun, or just ended.
#[test]
fn run_of_a_task_that_tells_no_time() {
    let of = |started: Option<&str>| {
        World::healthy()
            .bare_task("t5")
            .set("started_at", None::<String>)
            .set("updated_at", "")
            .other_run("r5")
            .heartbeat("1s ago")
            .set(
                "started_at",
                started.map(crate::world::moment).unwrap_or_default(),
            )
    };
    assert_eq!(codes(&of(None).doctor()), Vec::<String>::new());
    assert_eq!(
        codes(&of(Some("2h ago")).doctor()),
        ["warning open_run_of_idle_task"]
    );
}

/// What a profile leaves aside is at work all the same.
#[test]
fn run_of_a_task_that_is_not_looked_at() {
    let world = World::healthy()
        .bare_task("t5")
        .status("running")
        .set("priority", 1)
        .run("r5")
        .heartbeat("1m ago")
        .profile("[tasks]\nwhere = 't.priority > 1'\n");
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

#[test]
fn task_that_names_the_run_of_another() {
    let world = World::healthy()
        .bare_task("t5")
        .status("running")
        .updated("1m ago")
        .names_run("r1");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["warning run_of_another"]);
    assert!(seen(&diagnosis, "run_of_another").ends_with(": t5 (run r1 of task t1)"));
}

#[test]
fn slot_that_two_tasks_at_work_have() {
    let world = World::healthy()
        .bare_task("t5")
        .status("running")
        .set("assigned_slot", "slot-3")
        .updated("1m ago");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["error held_twice"]);
    assert!(seen(&diagnosis, "held_twice").ends_with("slot-3 (tasks t1, t5)"));
}

/// Each project may count its own.
#[test]
fn slot_of_the_same_name_in_two_projects() {
    let world = World::healthy()
        .sql("INSERT INTO projects VALUES ('another', 'another', '')")
        .bare_task("t5")
        .status("running")
        .set("project_id", "another")
        .set("assigned_slot", "slot-3")
        .updated("1m ago");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["warning held_twice"]);
    assert!(seen(&diagnosis, "held_twice").contains("of several projects"));
}

/// One worker may well have several tasks; which columns one alone can hold is the profile's to say.
#[test]
fn what_several_may_have_is_for_the_profile_to_say() {
    let two = || {
        World::healthy()
            .bare_task("t5")
            .status("running")
            .set("assigned_worker", "worker-7")
            .updated("1m ago")
    };
    assert_eq!(codes(&two().doctor()), Vec::<String>::new());
    let strict = two().profile("[hints]\nexclusive = ['worker']\n");
    assert_eq!(codes(&strict.doctor()), ["error held_twice"]);
}

#[test]
fn slot_of_a_task_that_waits() {
    let world = World::healthy().bare_task("t5").set("assigned_slot", "slot-9");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["warning held_by_idle_task"]);
    assert!(
        seen(&diagnosis, "held_by_idle_task")
            .starts_with("assigned_slot still set in tasks that wait (1): t5 (slot-9)")
    );
}

#[test]
fn workspace_of_a_task_that_does_not_run() {
    let world = World::healthy().workspace("w5").set("task_id", "t4");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["warning workspace_of_idle_task"]);
    assert!(seen(&diagnosis, "workspace_of_idle_task").ends_with(": w5 (task t4)"));
}

#[test]
fn workspace_of_a_run_that_has_ended() {
    let of_run = |run: &str| World::healthy().workspace("w5").set("run_id", run);
    assert_eq!(codes(&of_run("r1").doctor()), Vec::<String>::new());
    assert_eq!(codes(&of_run("r4").doctor()), ["warning workspace_of_idle_task"]);
}

#[test]
fn workspace_that_was_released_is_history() {
    let world = World::healthy()
        .workspace("w5")
        .set("task_id", "t4")
        .set("released_at", crate::world::moment("1h ago"));
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

#[test]
fn workspace_that_two_have() {
    let world = World::healthy()
        .workspace("w5")
        .set("task_id", "t2")
        .set("run_id", "r1");
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["error held_twice"]);
    assert!(seen(&diagnosis, "held_twice").ends_with("w5 (task t2, and run r1 of task t1)"));
}
