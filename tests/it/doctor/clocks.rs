//! Whether the clocks agree.

use std::time::Duration;

use chrono::TimeDelta;
use zombie_sweeper::inspect::{ClockReading, Memory, Surroundings};
use zombie_sweeper::store::Place;

use crate::world::{NOW, World, codes, seen};

fn reading(boot_id: &str, minutes: i64, since_boot: u64) -> ClockReading {
    ClockReading {
        boot_id: boot_id.to_owned(),
        wall: NOW + TimeDelta::minutes(minutes),
        since_boot: Duration::from_secs(60 * since_boot),
    }
}

fn with_clocks(clocks: Vec<ClockReading>) -> Surroundings {
    let mut around = Surroundings::default();
    let mut memory = Memory::default();
    memory.clocks = clocks;
    around.memory = Some(memory);
    around
}

#[test]
fn sign_of_life_ahead_of_now() {
    let world = World::healthy().sql(&format!(
        "UPDATE task_runs SET last_heartbeat = '{}' WHERE id = 'r1'",
        crate::world::moment("in 2m")
    ));
    assert_eq!(codes(&world.doctor()), ["warning clock_ahead"]);
}

#[test]
fn nobody_has_shown_life() {
    let mut world = World::new().bare_task("t0");
    for n in 1..=3 {
        world = world
            .bare_task(format!("t{n}"))
            .status("running")
            .run(format!("r{n}"))
            .heartbeat("20m ago");
    }
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["error all_silent", "notice zombies"]);
    assert!(seen(&diagnosis, "all_silent").contains("3 running tasks has shown life for 20 min:"));
}

#[test]
fn one_that_lives_speaks_for_the_clock() {
    let mut world = World::healthy();
    for n in 5..=9 {
        world = world
            .bare_task(format!("t{n}"))
            .status("running")
            .run(format!("r{n}"))
            .heartbeat("20m ago");
    }
    assert_eq!(codes(&world.doctor()), ["notice zombies"]);
}

#[test]
fn suspended_since_it_booted() {
    let world = World::healthy().options(|options| options.suspended(Duration::from_secs(4000)));
    let diagnosis = world.doctor();
    assert_eq!(codes(&diagnosis), ["notice suspended"]);
    assert!(seen(&diagnosis, "suspended").contains("1 h 6 min"));
}

#[test]
fn file_written_ahead_of_now() {
    let mut place = Place::default();
    place.is_wal = true;
    (place.may_write, place.may_write_folder) = (true, true);
    place.modified = Some(NOW + TimeDelta::minutes(10));
    let mut around = Surroundings::default();
    around.place = Some(place);
    assert_eq!(
        codes(&World::healthy().doctor_in(&around)),
        ["warning clock_stepped"]
    );
}

#[test]
fn clock_that_was_set_between_two_sweeps() {
    let world = World::healthy();
    let even = with_clocks(vec![
        reading("a", -30, 10),
        reading("a", -15, 25),
        reading("a", 0, 40),
    ]);
    assert_eq!(codes(&world.doctor_in(&even)), Vec::<String>::new());
    let set_back = with_clocks(vec![reading("a", -30, 10), reading("a", -20, 40)]);
    let diagnosis = world.doctor_in(&set_back);
    assert_eq!(codes(&diagnosis), ["warning clock_stepped"]);
    assert!(seen(&diagnosis, "clock_stepped").contains("set back by 20 min"));
    let another_boot = with_clocks(vec![reading("a", -30, 10), reading("b", -20, 40)]);
    assert_eq!(codes(&world.doctor_in(&another_boot)), Vec::<String>::new());
}

/// The reading of now counts too.
#[test]
fn clock_that_was_set_since_the_last_sweep() {
    let mut around = with_clocks(vec![reading("a", -30, 10)]);
    around.clock = Some(reading("a", 0, 20));
    let diagnosis = World::healthy().doctor_in(&around);
    assert!(seen(&diagnosis, "clock_stepped").contains("set ahead by 20 min"));
}

#[test]
fn times_without_a_zone_that_lie_hours_off() {
    let local = (NOW - TimeDelta::hours(2))
        .format("%Y-%m-%d %H:%M:%S")
        .to_string();
    let world = World::healthy().sql(&format!(
        "UPDATE task_runs SET last_heartbeat = '{local}' WHERE id = 'r1'"
    ));
    assert!(codes(&world.doctor()).contains(&"warning local_time".to_owned()));
}
