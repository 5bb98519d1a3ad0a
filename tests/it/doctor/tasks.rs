//! Running tasks that are dead, that nobody can judge, or that die again and again.

use chrono::TimeDelta;
use zombie_sweeper::inspect::{HoldingBack, Memory, Surroundings};

use crate::world::{NOW, World, codes, moment, seen};

fn with_a_task(run: impl FnOnce(World) -> World) -> World {
    run(World::healthy().bare_task("t5").status("running").run("r5"))
}

fn reaped(world: World, task: &str, times: &[&str]) -> World {
    times.iter().fold(world, |world, at| {
        world.sql(&format!(
            "INSERT INTO task_events (task_id, event_type, created_at, payload)
             VALUES ('{task}', 'zombie_reaped', '{}', '{{\"reason\": \"stale_heartbeat\"}}')",
            moment(at)
        ))
    })
}

#[test]
fn zombie_that_waits_for_the_next_sweep() {
    let diagnosis = with_a_task(|world| world.heartbeat("30m ago")).doctor();
    assert_eq!(codes(&diagnosis), ["notice zombies"]);
    assert_eq!(
        seen(&diagnosis, "zombies"),
        "a sweep would reap 1 of the running tasks, the first for 15 min: t5"
    );
}

#[test]
fn zombie_that_no_sweep_has_taken() {
    let story = |age: &str| codes(&with_a_task(|world| world.heartbeat(age)).doctor());
    assert_eq!(story("75m ago"), ["notice zombies"]);
    assert_eq!(story("76m ago"), ["error not_swept"]);
    let ended = with_a_task(|world| world.status("failed").heartbeat("3h ago").ended("2h ago"));
    assert_eq!(codes(&ended.doctor()), ["error not_swept"]);
}

/// It is not for the next sweep to take them, however long they have been due.
#[test]
fn zombies_that_every_sweep_holds_back() {
    let mut memory = Memory::default();
    let last = NOW - TimeDelta::minutes(5);
    memory.last_sweep = Some(last);
    memory.last_success = Some(NOW - TimeDelta::hours(9));
    memory.held_back = Some(HoldingBack {
        count: 12,
        since: NOW - TimeDelta::hours(8),
        last,
    });
    let mut around = Surroundings::default();
    around.memory = Some(memory);
    let diagnosis = with_a_task(|world| world.heartbeat("7h ago")).doctor_in(&around);
    assert_eq!(codes(&diagnosis), ["error held_back", "notice zombies"]);
    let said = seen(&diagnosis, "held_back");
    assert!(said.contains("found 12 zombies"), "{said}");
    assert!(said.contains("since 2026-04-10T19:18:00"), "{said}");
    assert!(!diagnosis.findings[1].advice.contains("next sweep"));
    // Nothing is left that they would hold back.
    assert_eq!(codes(&World::healthy().doctor_in(&around)), Vec::<String>::new());
}

/// Whoever holds a lease is not late before it is over.
#[test]
fn zombie_whose_lease_has_run_out() {
    let story = |lease: &str| {
        let world = World::healthy()
            .bare_task("t5")
            .status("running")
            .lease(lease)
            .run("r5");
        codes(&world.started("119m ago").doctor())
    };
    assert_eq!(story("5m ago"), ["notice zombies"]);
    assert_eq!(story("70m ago"), ["error not_swept"]);
}

#[test]
fn undecided_since_its_newest_value() {
    let world = with_a_task(|world| world.set("started_at", "soon")).sql(&format!(
        "UPDATE tasks SET started_at = NULL, updated_at = '{}' WHERE id = 't5'",
        moment("3h ago")
    ));
    let diagnosis = world.doctor();
    assert_eq!(
        codes(&diagnosis),
        ["warning unreadable_time", "warning undecided"]
    );
    let said = seen(&diagnosis, "undecided");
    assert!(
        said.contains("since 2026-04-11T00:18:00.000000Z or later"),
        "{said}"
    );
}

#[test]
fn undecided_since_it_was_remembered() {
    let mut memory = Memory::default();
    memory
        .undecided_since
        .insert("t5".to_owned(), NOW - TimeDelta::days(2));
    let mut around = Surroundings::default();
    around.memory = Some(memory);
    let diagnosis = with_a_task(|world| world.set("started_at", "soon")).doctor_in(&around);
    assert!(seen(&diagnosis, "undecided").contains("since 2026-04-09T03:18:00.000000Z"));
}

/// However many there are, it is one finding for each sort.
#[test]
fn undecided_are_counted_by_what_stands_in_the_way() {
    let mut world = World::healthy();
    for n in 10..30 {
        world = world
            .bare_task(format!("t{n}"))
            .status("running")
            .run(format!("r{n}"))
            .set("started_at", "soon");
    }
    let diagnosis = world.doctor();
    assert!(seen(&diagnosis, "undecided").starts_with("nothing proves 20 running tasks dead or alive"));
    let finding = diagnosis
        .findings
        .iter()
        .find(|finding| finding.code.word() == "undecided");
    let finding = finding.unwrap();
    assert_eq!((finding.count, finding.examples.len()), (Some(20), 5));
}

#[test]
fn claim_that_shows_nothing_but_its_update() {
    let world = World::healthy().sql("UPDATE tasks SET started_at = NULL WHERE id = 't2'");
    assert_eq!(codes(&world.doctor()), ["notice claim_by_update"]);
}

#[test]
fn called_running_and_ended() {
    let profile =
        "[tasks]\nrunning_where = \"t.status = 'running'\"\n[runs]\nrunning_where = \"r.status <> 'done'\"\n";
    let world = World::healthy()
        .sql("UPDATE task_runs SET completed_at = '2026-04-11T03:00:00Z' WHERE id = 'r1'")
        .profile(profile);
    assert!(codes(&world.doctor()).contains(&"warning ended_yet_running".to_owned()));
}

#[test]
fn reaped_again_and_again() {
    let twice = reaped(World::healthy(), "t3", &["40h ago", "20h ago"]);
    assert_eq!(codes(&twice.doctor()), Vec::<String>::new());
    let thrice = reaped(twice, "t3", &["1h ago"]);
    let diagnosis = thrice.doctor();
    assert_eq!(codes(&diagnosis), ["warning repeats"]);
    assert!(seen(&diagnosis, "repeats").ends_with(": t3"));
    assert_eq!(diagnosis.sweeper.last_reap, Some(NOW - TimeDelta::hours(1)));
}

/// Who is parked kills nobody any more, and waits for somebody to open it.
#[test]
fn reaped_again_and_again_and_parked() {
    let times = ["40h ago", "20h ago", "1h ago"];
    let advice = |world: &World| world.doctor().findings[0].advice.clone();
    let world = reaped(World::healthy(), "t3", &times);
    assert!(advice(&world).contains("--park-after"));
    assert!(!advice(&world).contains("unpark"));
    let world = world.sql("UPDATE tasks SET status = 'blocked' WHERE id = 't3'");
    assert!(!advice(&world).contains("--park-after"));
    assert!(advice(&world).contains("what is parked (t3)") && advice(&world).contains("unpark"));
    assert!(seen(&world.doctor(), "repeats").contains("all parked by now"));
    let world = reaped(world.bare_task("t5"), "t5", &times);
    assert!(seen(&world.doctor(), "repeats").contains("(2, 1 parked by now): t3, t5"));
}

#[test]
fn reaps_of_long_ago_are_history() {
    let world = reaped(
        World::healthy(),
        "t3",
        &["80h ago", "75h ago", "73h ago", "1h ago"],
    );
    assert_eq!(codes(&world.doctor()), Vec::<String>::new());
}

/// A task that its workers finish now and then does not kill them.
#[test]
fn completed_run_begins_the_count_anew() {
    let ended = |word: &str| {
        let world = reaped(
            World::healthy(),
            "t3",
            &["40h ago", "30h ago", "20h ago", "10h ago"],
        );
        world.sql(&format!(
            "INSERT INTO task_runs (id, task_id, status, started_at, completed_at)
             VALUES ('r3', 't3', '{word}', '{}', '{}')",
            moment("26h ago"),
            moment("25h ago")
        ))
    };
    assert_eq!(codes(&ended("completed").doctor()), Vec::<String>::new());
    assert_eq!(codes(&ended("failed").doctor()), ["warning repeats"]);
}
