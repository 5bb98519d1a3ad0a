//! What is in force falls only as far as runs show that lived under it.

use zombie_sweeper::zombie::{Because, Runs};

use super::{CAP, DEFAULT, daily, day, ended, reaped, s, threshold_after};

/// Runs that were quick to show life while much was reaped at 900 s, and then so many of another sort.
fn then(later: impl Fn(usize) -> zombie_sweeper::zombie::PastRun, count: usize) -> Runs {
    let mut runs = daily(1_000, |i| {
        if i % 2 == 0 {
            ended(day(i), s(60))
        } else {
            reaped(day(i), DEFAULT)
        }
    });
    runs.past.extend((1_000..1_000 + count).map(later));
    runs
}

#[test]
fn runs_that_lived_under_a_lower_threshold_do_not_lower_it() {
    let runs = then(|i| ended(day(i), s(60)), 298);
    let decided = threshold_after(&runs, s(3_600));
    assert_eq!(decided.bound.bound, Some(s(60)));
    assert_eq!((decided.stale_after, decided.because), (s(3_600), Because::Kept));
}

#[test]
fn as_many_as_a_bound_needs_that_lived_under_it_do() {
    let runs = then(|i| ended(day(i), s(60)), 299);
    assert_eq!(threshold_after(&runs, s(3_600)).stale_after, DEFAULT);
    let runs = then(|i| ended(day(i), s(700)), 299);
    assert_eq!(threshold_after(&runs, s(3_600)).stale_after, s(1_400));
}

#[test]
fn it_falls_to_what_they_ask_for_even_where_most_of_the_thousand_ask_for_less() {
    let runs = then(|i| ended(day(i), if i == 1_100 { s(1_500) } else { s(60) }), 299);
    let decided = threshold_after(&runs, s(3_600));
    assert_eq!(decided.bound.bound, Some(s(60)));
    assert_eq!((decided.stale_after, decided.because), (s(3_000), Because::Bound));
    assert_eq!(threshold_after(&runs, s(3_000)).because, Because::Bound);
}

#[test]
fn it_does_not_fall_while_more_than_a_tenth_is_reaped() {
    let runs = |each: usize| {
        then(
            move |i| {
                if i % each == 0 {
                    reaped(day(i), CAP)
                } else {
                    ended(day(i), s(60))
                }
            },
            900,
        )
    };
    assert_eq!(threshold_after(&runs(9), CAP).stale_after, CAP);
    assert_eq!(threshold_after(&runs(11), CAP).stale_after, DEFAULT);
}

#[test]
fn without_any_reap_all_runs_lived_under_it() {
    let runs = daily(299, |i| ended(day(i), s(1_000)));
    assert_eq!(threshold_after(&runs, CAP).stale_after, s(2_000));
}

#[test]
fn each_threshold_on_the_way_down_is_asked() {
    // What lived under 4 h releases it, and 1 h is where over a tenth of what lived under that was reaped.
    let runs = |under_an_hour: usize| {
        let mut runs = daily(100, |i| reaped(day(i), DEFAULT));
        runs.past
            .extend((100..100 + under_an_hour).map(|i| reaped(day(i), s(3_600))));
        runs.past.extend((200..499).map(|i| ended(day(i), s(60))));
        runs
    };
    assert_eq!(threshold_after(&runs(90), CAP).stale_after, s(3_600));
    assert_eq!(threshold_after(&runs(9), CAP).stale_after, DEFAULT);
}
