//! What starts sweeps.

use chrono::TimeDelta;
use zombie_sweeper::inspect::{Diagnosis, Memory, Schedule, Surroundings, Timer, Unit};

use crate::world::{NOW, World, codes, seen};

fn with(change: impl FnOnce(&mut Schedule)) -> Diagnosis {
    let mut timer = Timer::named("zombie-sweeper.timer");
    timer.next = Some(NOW + TimeDelta::minutes(3));
    let mut schedule = Schedule::default();
    schedule.timers = vec![timer];
    schedule.units = vec![Unit::ended("zombie-sweeper.service", "success")];
    change(&mut schedule);
    let mut around = Surroundings::default();
    around.schedule = Some(schedule);
    World::healthy().doctor_in(&around)
}

#[test]
fn timer_says_when_the_next_sweep_is() {
    let diagnosis = with(|_| {});
    assert_eq!(codes(&diagnosis), Vec::<String>::new());
    assert_eq!(diagnosis.sweeper.next_sweep, Some(NOW + TimeDelta::minutes(3)));
}

#[test]
fn timer_that_does_not_run() {
    let diagnosis = with(|schedule| schedule.timers[0].next = None);
    assert_eq!(codes(&diagnosis), ["warning timer_inactive"]);
    assert!(seen(&diagnosis, "timer_inactive").starts_with("zombie-sweeper.timer "));
}

#[test]
fn sweep_that_failed() {
    let diagnosis = with(|schedule| {
        schedule.units[0] = Unit::ended("zombie-sweeper.service", "exit-code");
        schedule.units[0].exit = 77;
    });
    assert_eq!(codes(&diagnosis), ["error sweep_failed"]);
    assert!(seen(&diagnosis, "sweep_failed").ends_with("exit-code (exit code 77)"));
}

#[test]
fn nothing_that_starts_sweeps() {
    assert_eq!(
        codes(&with(|schedule| schedule.timers.clear())),
        ["notice no_schedule"]
    );
    let cron = with(|schedule| {
        schedule.timers.clear();
        schedule.cron = vec!["/etc/crontab".to_owned()];
    });
    assert_eq!(codes(&cron), Vec::<String>::new());
}

#[test]
fn what_is_remembered_of_sweeps_is_told() {
    let remembered = |success: i64| {
        let mut memory = Memory::default();
        memory.last_sweep = Some(NOW - TimeDelta::minutes(5));
        memory.last_success = Some(NOW - TimeDelta::minutes(success));
        let mut around = Surroundings::default();
        around.memory = Some(memory);
        World::healthy().doctor_in(&around)
    };
    let succeeded = remembered(5);
    assert_eq!(codes(&succeeded), Vec::<String>::new());
    assert_eq!(succeeded.sweeper.last_success, Some(NOW - TimeDelta::minutes(5)));
    let failed = remembered(20);
    assert_eq!(codes(&failed), ["error sweep_failed"]);
    assert_eq!(failed.sweeper.last_sweep, Some(NOW - TimeDelta::minutes(5)));
}
