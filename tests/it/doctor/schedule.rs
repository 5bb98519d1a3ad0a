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

/// Of a sweep five minutes ago.
fn remembering(change: impl FnOnce(&mut Memory)) -> Diagnosis {
    let mut memory = Memory::default();
    memory.last_sweep = Some(NOW - TimeDelta::minutes(5));
    memory.last_success = memory.last_sweep;
    change(&mut memory);
    let mut around = Surroundings::default();
    around.memory = Some(memory);
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
fn watch_stands_in_its_place() {
    let diagnosis = with(|schedule| {
        schedule.timers[0].next = None;
        schedule.watches = vec!["zombie-sweeper-watch.service".to_owned()];
    });
    assert_eq!(codes(&diagnosis), Vec::<String>::new());
    let diagnosis = with(|schedule| {
        schedule.timers.clear();
        schedule.watches = vec!["zombie-sweeper-watch.service".to_owned()];
    });
    assert_eq!(codes(&diagnosis), Vec::<String>::new());
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
fn ledger_that_cannot_be_read() {
    let mut around = Surroundings::default();
    around.unread_memory = Some("there is no ledger at /var/lib/ledger.db".to_owned());
    let diagnosis = World::healthy().doctor_in(&around);
    assert_eq!(codes(&diagnosis), ["warning ledger_unread"]);
    assert!(seen(&diagnosis, "ledger_unread").ends_with("no ledger at /var/lib/ledger.db"));
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
    let remembered =
        |success: i64| remembering(|memory| memory.last_success = Some(NOW - TimeDelta::minutes(success)));
    let succeeded = remembered(5);
    assert_eq!(codes(&succeeded), Vec::<String>::new());
    assert_eq!(succeeded.sweeper.last_success, Some(NOW - TimeDelta::minutes(5)));
    let failed = remembered(20);
    assert_eq!(codes(&failed), ["error sweep_failed"]);
    assert_eq!(failed.sweeper.last_sweep, Some(NOW - TimeDelta::minutes(5)));
}

/// With the message of its own, which need not be looked for in a log.
#[test]
fn failure_is_told_with_its_message() {
    let diagnosis = remembering(|memory| {
        memory.last_success = Some(NOW - TimeDelta::minutes(20));
        memory.last_error = Some("no space left".to_owned());
    });
    assert_eq!(codes(&diagnosis), ["error sweep_failed"]);
    let said = seen(&diagnosis, "sweep_failed");
    assert!(
        said.contains("failed: no space left; the last that succeeded"),
        "{said}"
    );
}

#[test]
fn sweeper_of_which_nothing_is_heard_for_an_hour() {
    let last = |minutes: i64| {
        let at = Some(NOW - TimeDelta::minutes(minutes));
        remembering(|memory| (memory.last_sweep, memory.last_success) = (at, at))
    };
    assert_eq!(codes(&last(60)), Vec::<String>::new());
    let silent = last(61);
    assert_eq!(codes(&silent), ["warning sweeper_silent"]);
    let said = seen(&silent, "sweeper_silent");
    assert!(said.contains("2026-04-11T02:17:00"), "{said}");
}

/// Though sweeps come, or one never did better.
#[test]
fn sweeper_that_fails_for_an_hour() {
    let failing = |success: Option<i64>, last: i64| {
        remembering(|memory| {
            memory.last_sweep = Some(NOW - TimeDelta::minutes(last));
            memory.last_success = success.map(|minutes| NOW - TimeDelta::minutes(minutes));
            memory.last_error = Some("no space left".to_owned());
        })
    };
    let silent = failing(Some(90), 5);
    assert_eq!(codes(&silent), ["error sweep_failed", "warning sweeper_silent"]);
    assert!(seen(&silent, "sweeper_silent").ends_with("failed: no space left"));
    assert_eq!(codes(&failing(None, 5)), ["error sweep_failed"]);
    assert_eq!(
        codes(&failing(None, 90)),
        ["error sweep_failed", "warning sweeper_silent"]
    );
}

#[test]
fn last_reap_of_a_queue_without_events_is_remembered() {
    let at = Some(NOW - TimeDelta::minutes(7));
    assert_eq!(remembering(|memory| memory.last_reap = at).sweeper.last_reap, at);
}

/// The clock was set back: the last success seems to be the later one.
#[test]
fn failure_that_seems_to_be_before_the_last_success() {
    let diagnosis = remembering(|memory| {
        memory.last_success = Some(NOW - TimeDelta::minutes(1));
        memory.last_error = Some("no space left".to_owned());
    });
    assert_eq!(codes(&diagnosis), ["error sweep_failed"]);
}
