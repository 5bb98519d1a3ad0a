//! Silences that overlap in time are one.

use zombie_sweeper::zombie::bound;

use super::{daily, day, ended, s, threshold};

#[test]
fn outage_in_which_twenty_runs_fell_silent_is_one_trial() {
    let mut runs = daily(1_000, |i| ended(day(i), s(30)));
    let during = day(500).plus(s(40_000));
    runs.past
        .extend((0..20).map(|i| ended(during.plus(s(i)), s(3_600))));
    let found = bound(&runs);
    assert_eq!(
        found.bound,
        Some(s(30)),
        "five in a thousand would be needed, and this is one"
    );
    assert_eq!(found.overlapping, 19);
    assert_eq!(found.n, 1_000 - 19);
    assert_eq!(threshold(&runs).stale_after, super::DEFAULT);
}

#[test]
fn as_many_silences_of_different_days_are_as_many_trials() {
    let mut runs = daily(1_000, |i| ended(day(i), s(30)));
    runs.past
        .extend((0..20).map(|i| ended(day(500 + i).plus(s(40_000)), s(3_600))));
    assert_eq!(bound(&runs).bound, Some(s(3_600)));
}

#[test]
fn ordinary_silences_of_runs_that_work_at_once_are_as_many_trials() {
    // Twenty workers, whose runs are never silent for longer than their beat.
    let runs = daily(299, |i| ended(day(i / 20).plus(s(i as u64 % 20)), s(60)));
    let found = bound(&runs);
    assert_eq!((found.n, found.bound), (299, Some(s(60))));
}

#[test]
fn silences_that_only_meet_do_not_overlap() {
    let mut runs = daily(470, |i| ended(day(i), s(30)));
    let one = day(600);
    runs.past.extend([
        ended(one, s(500)),
        ended(one.plus(s(400)), s(400)),
        ended(one.plus(s(700)), s(300)),
    ]);
    // Of 473 the second counts.
    assert_eq!(bound(&runs).bound, Some(s(400)));
}
