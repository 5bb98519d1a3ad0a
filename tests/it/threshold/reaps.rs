//! What was reaped for silence is neither a death nor a survival.

use zombie_sweeper::zombie::{WithReaps, bound};

use super::{DEFAULT, day, reaped, rising, s};

/// A thousand samples of 1 s to 1000 s, and so many reaps of other days.
fn with_reaps(count: usize) -> zombie_sweeper::zombie::Runs {
    let mut runs = rising(1_000);
    runs.past
        .extend((0..count).map(|i| reaped(day(999 - i).plus(s(40_000)), DEFAULT)));
    runs
}

#[test]
fn bound_is_given_without_them_and_with_them_as_longer_than_any() {
    let found = bound(&with_reaps(2));
    assert_eq!((found.n, found.reaps), (1_000, 2));
    assert_eq!(found.bound, Some(s(996)));
    assert_eq!(
        found.with_reaps,
        WithReaps::Is(s(998)),
        "the fifth longest of 1002"
    );
}

#[test]
fn bound_with_them_may_not_exist() {
    let found = bound(&with_reaps(4));
    assert_eq!(found.with_reaps, WithReaps::Is(s(1_000)));
    let found = bound(&with_reaps(5));
    assert_eq!(found.with_reaps, WithReaps::DoesNotExist);
    assert_eq!(found.bound, Some(s(996)));
}

#[test]
fn reaps_of_one_dead_host_are_one() {
    let mut runs = rising(1_000);
    runs.past
        .extend((0..20).map(|i| reaped(day(999).plus(s(40_000 + i)), DEFAULT)));
    assert_eq!(bound(&runs).with_reaps, WithReaps::Is(s(997)));
}

#[test]
fn they_are_no_samples() {
    let mut runs = rising(298);
    runs.past
        .extend((0..100).map(|i| reaped(day(i).plus(s(40_000)), DEFAULT)));
    let found = bound(&runs);
    assert_eq!((found.n, found.missing, found.reaps), (298, 1, 100));
    assert_eq!(found.with_reaps, WithReaps::TooFew);
}
