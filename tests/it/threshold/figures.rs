//! How many samples there are, and which of them is the bound.

use zombie_sweeper::zombie::{Because, Runs, WithReaps, bound};

use super::{CAP, DEFAULT, daily, day, ended, mute, rising, s, threshold};

#[test]
fn no_bound_below_299_samples_and_how_many_are_missing() {
    for (n, missing) in [(0, 299), (1, 298), (298, 1)] {
        let found = bound(&rising(n));
        assert_eq!(found.bound, None, "{n}");
        assert_eq!(found.with_reaps, WithReaps::TooFew, "{n}");
        assert_eq!((found.n as usize, found.missing), (n, missing));
    }
    assert_eq!(bound(&rising(299)).missing, 0);
}

#[test]
fn bound_is_the_longest_of_299_and_the_fifth_longest_of_1000() {
    for (n, k) in [(299, 1), (472, 1), (473, 2), (1000, 5)] {
        let found = bound(&rising(n));
        assert_eq!(found.k, k, "{n}");
        // The longest is n seconds, and each other a second shorter.
        assert_eq!(found.bound, Some(s(n as u64 + 1 - u64::from(k))), "{n}");
        assert_eq!(found.with_reaps, WithReaps::Is(found.bound.unwrap()));
    }
}

#[test]
fn latest_thousand_count() {
    let runs = |days| daily(days, |i| ended(day(i), if i < 10 { s(1_000) } else { s(10) }));
    assert_eq!(bound(&runs(1_000)).bound, Some(s(1_000)));
    assert_eq!(bound(&runs(1_005)).bound, Some(s(1_000)));
    assert_eq!(
        bound(&runs(1_006)).bound,
        Some(s(10)),
        "four of a thousand are left"
    );
    assert_eq!(bound(&runs(1_006)).n, 1_000);
}

#[test]
fn runs_that_say_nothing_are_counted_apart_and_push_out_none() {
    let mut runs = rising(299);
    runs.past.extend((299..2_000).map(|i| mute(day(i))));
    let found = bound(&runs);
    assert_eq!((found.n, found.refused, found.missing), (299, 1_701, 0));
    assert_eq!(found.bound, Some(s(299)));
}

#[test]
fn what_was_refused_before_the_latest_thousand_is_of_another_time() {
    let runs = daily(1_100, |i| {
        if i < 100 {
            mute(day(i))
        } else {
            ended(day(i), s(10))
        }
    });
    assert_eq!(bound(&runs).refused, 0);
}

#[test]
fn threshold_is_twice_the_bound_between_default_and_cap() {
    let of = |silence| threshold(&daily(299, |i| ended(day(i), s(silence))));
    for (silence, because) in [
        (10, Because::Default),
        (450, Because::Default),
        (451, Because::Bound),
        (7_200, Because::Bound),
        (7_201, Because::Cap),
    ] {
        let decided = of(silence);
        assert_eq!(
            decided.stale_after,
            s(2 * silence).clamp(DEFAULT, CAP),
            "{silence}"
        );
        assert_eq!(decided.because, because, "{silence}");
    }
}

#[test]
fn cap_below_the_default_counts_as_the_default() {
    let long = daily(299, |i| ended(day(i), s(5_000)));
    for runs in [long, Runs::default()] {
        let decided = zombie_sweeper::zombie::threshold(&runs, DEFAULT, s(60), None);
        assert_eq!(decided.stale_after, DEFAULT);
    }
}

#[test]
fn without_a_bound_what_was_in_force_stays_and_else_the_default() {
    let few = rising(298);
    assert_eq!(threshold(&few).stale_after, DEFAULT);
    assert_eq!(threshold(&few).because, Because::Default);
    let kept = super::threshold_after(&few, s(2_000));
    assert_eq!((kept.stale_after, kept.because), (s(2_000), Because::Kept));
    let lower = super::threshold_after(&few, s(20));
    assert_eq!((lower.stale_after, lower.because), (DEFAULT, Because::Default));
    assert_eq!(super::threshold_after(&few, CAP * 2).stale_after, CAP);
}
