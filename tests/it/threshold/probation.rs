//! A kind that never completes a run is given more time, else nothing would ever be learned of it.

use std::time::Duration;

use zombie_sweeper::zombie::{Because, PastRun, Runs};

use super::{CAP, DEFAULT, daily, day, ended, mute, reaped, s, threshold, threshold_after};

/// The latest twenty, of which so many were reaped.
fn latest(count: usize, borne: Duration) -> Runs {
    daily(20, |i| {
        if i < count {
            reaped(day(i), borne)
        } else {
            ended(day(i), s(60))
        }
    })
}

#[test]
fn threshold_doubles_where_over_half_of_the_latest_twenty_were_reaped() {
    let doubled = threshold(&latest(11, DEFAULT));
    assert_eq!(
        (doubled.stale_after, doubled.because),
        (2 * DEFAULT, Because::Probation)
    );
    assert_eq!(threshold(&latest(10, DEFAULT)).stale_after, DEFAULT);
}

#[test]
fn nothing_is_doubled_before_twenty_have_ended() {
    let mut runs = daily(19, |i| reaped(day(i), DEFAULT));
    assert_eq!(threshold(&runs).stale_after, DEFAULT);
    runs.past.push(mute(day(19)));
    assert_eq!(
        threshold(&runs).stale_after,
        2 * DEFAULT,
        "one that says nothing has ended too"
    );
}

#[test]
fn only_the_latest_twenty_are_asked() {
    let then = |later: fn(usize) -> PastRun| {
        let mut runs = daily(200, |i| reaped(day(i), DEFAULT));
        runs.past.extend((200..210).map(later));
        threshold(&runs).stale_after
    };
    assert_eq!(then(|i| ended(day(i), s(60))), DEFAULT);
    assert_eq!(
        then(|i| if i < 201 {
            reaped(day(i), DEFAULT)
        } else {
            ended(day(i), s(60))
        }),
        2 * DEFAULT
    );
}

#[test]
fn it_doubles_once_for_each_threshold() {
    let runs = latest(20, DEFAULT);
    let mut in_force = DEFAULT;
    for _ in 0..5 {
        in_force = threshold_after(&runs, in_force).stale_after;
        assert_eq!(
            in_force,
            2 * DEFAULT,
            "what was borne for less says nothing against the doubled one"
        );
    }
    assert_eq!(
        threshold_after(&latest(20, 2 * DEFAULT), in_force).stale_after,
        4 * DEFAULT
    );
}

#[test]
fn it_doubles_to_the_cap() {
    let decided = threshold_after(&latest(20, s(8_000)), s(8_000));
    assert_eq!((decided.stale_after, decided.because), (CAP, Because::Cap));
    assert_eq!(threshold_after(&latest(20, CAP), CAP).stale_after, CAP);
}

#[test]
fn it_holds_above_a_bound() {
    // The quick half of a kind says that nobody is silent, and the slow half is reaped again and again.
    let mut runs = daily(400, |i| ended(day(i), s(60)));
    runs.past.extend((400..420).map(|i| reaped(day(i), DEFAULT)));
    let decided = threshold(&runs);
    assert_eq!(decided.bound.bound, Some(s(60)));
    assert_eq!(decided.stale_after, 2 * DEFAULT);
}

#[test]
fn bound_that_asks_for_more_is_not_doubled() {
    let mut runs = daily(400, |i| ended(day(i), s(3_000)));
    runs.past.extend((400..420).map(|i| reaped(day(i), DEFAULT)));
    let decided = threshold(&runs);
    assert_eq!((decided.stale_after, decided.because), (s(6_000), Because::Bound));
}

/// A kind whose runs are all silent for so long, one after the other, under the thresholds that are learned from them.
fn lived(days: usize, silence: Duration) -> (Vec<Duration>, usize) {
    let (mut runs, mut in_force, mut borne) = (Runs::default(), DEFAULT, Vec::new());
    let mut reaps = 0;
    for i in 0..days {
        runs.past.push(if silence > in_force {
            reaps += 1;
            reaped(day(i), in_force)
        } else {
            ended(day(i), silence)
        });
        in_force = threshold_after(&runs, in_force).stale_after;
        borne.push(in_force);
    }
    borne.dedup();
    (borne, reaps)
}

#[test]
fn slow_kinds_end_up_with_a_bound_and_never_go_to_and_fro() {
    let (thresholds, reaps) = lived(2_000, s(5_000));
    assert_eq!(thresholds, [900, 1_800, 3_600, 7_200, 10_000].map(s));
    assert!(reaps < 60, "{reaps}");
    assert_eq!(lived(2_000, s(1_000)), (vec![s(900), s(1_800), s(2_000)], 20));
}
