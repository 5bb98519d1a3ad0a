//! Runs at work have been silent for at least so long.

use zombie_sweeper::zombie::{Runs, bound};

use super::{CAP, DEFAULT, day, gap, rising, s, threshold_after};

#[test]
fn living_run_raises_the_bound_and_is_no_sample() {
    let mut runs = rising(299);
    runs.living.push(gap(day(400), s(5_000)));
    let found = bound(&runs);
    assert_eq!((found.n, found.living), (299, 1));
    assert_eq!(
        (found.bound, found.without_living),
        (Some(s(5_000)), Some(s(299)))
    );
}

#[test]
fn living_run_holds_up_what_is_in_force_and_does_not_raise_it() {
    let mut runs = rising(299);
    let decide = |runs: &Runs, in_force| threshold_after(runs, in_force).stale_after;
    assert_eq!(decide(&runs, s(3_600)), DEFAULT);
    runs.living.push(gap(day(400), s(5_000)));
    assert_eq!(decide(&runs, s(3_600)), s(3_600));
    assert_eq!(decide(&runs, CAP), s(10_000), "twice its silence");
    assert_eq!(
        decide(&runs, DEFAULT),
        DEFAULT,
        "or a dead one would put off its own end for ever"
    );
}

#[test]
fn living_runs_alone_bound_nothing() {
    let mut runs = rising(298);
    runs.living.extend((0..300).map(|i| gap(day(i), s(5_000))));
    let found = bound(&runs);
    assert_eq!((found.bound, found.missing), (None, 1));
}

#[test]
fn living_run_that_is_briefly_silent_changes_nothing() {
    let mut runs = rising(299);
    runs.living.push(gap(day(400), s(100)));
    assert_eq!(bound(&runs).bound, Some(s(299)));
}

#[test]
fn living_runs_that_are_silent_at_once_are_one() {
    let mut runs = rising(1_000);
    runs.living.extend((0..20).map(|_| gap(day(2_000), s(5_000))));
    // The fifth longest: one of the living, and four that have ended.
    assert_eq!(bound(&runs).bound, Some(s(997)));
}
