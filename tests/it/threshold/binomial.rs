//! Tails of the binomial distribution, against what is known exactly.
#![expect(clippy::float_cmp, reason = "what is certain is exactly so")]

use proptest::prelude::*;
use zombie_sweeper::zombie::threshold::binomial::{at_least, fewest, interval, most};

/// To a relative precision, so that small tails are held to it too.
fn assert_close(found: f64, exact: f64) {
    assert!(
        (found - exact).abs() <= 1e-11 * exact.abs(),
        "{found:e}, not {exact:e}"
    );
}

#[test]
fn tails_are_those_of_exact_arithmetic() {
    // From sums of fractions, and of decimals with sixty digits.
    for (n, k, p, exact) in [
        (299, 1, 0.01, 0.950_463_743_362_337_5),
        (298, 1, 0.01, 0.949_963_377_133_674_3),
        (1_000, 5, 0.01, 0.971_313_600_000_995_3),
        (1_000, 6, 0.01, 0.933_860_488_392_748),
        (300, 30, 0.01, 1.258_602_120_760_582_5e-20),
        (60, 40, 0.5, 0.006_744_646_865_595_93),
        (1_000_000, 9_900, 0.01, 0.843_776_413_753_639_2),
        (1_000_000, 10_600, 0.01, 1.195_922_717_278_141_2e-9),
        (1_000_000, 12_000, 0.01, 7.459_607_850_494_797e-85),
        (1_000_000, 3, 0.000_001, 0.080_301_305_101_449_6),
    ] {
        assert_close(at_least(n, k, p), exact);
    }
}

#[test]
fn what_is_certain_and_what_is_impossible() {
    assert_eq!(at_least(10, 0, 0.0), 1.0);
    assert_eq!(at_least(10, 1, 0.0), 0.0);
    assert_eq!(at_least(10, 10, 1.0), 1.0);
    assert_eq!(at_least(10, 11, 1.0), 0.0);
    assert_eq!(at_least(0, 0, 0.5), 1.0);
    assert_eq!(at_least(0, 1, 0.5), 0.0);
}

#[test]
fn half_of_an_odd_number_of_coins_is_reached_half_of_the_time() {
    for half in [0, 1, 10, 1_000, 500_000] {
        assert_close(at_least(2 * half + 1, half + 1, 0.5), 0.5);
    }
}

#[test]
fn most_that_is_that_probable() {
    for (n, k) in [(0, 0), (298, 0), (299, 1), (472, 1), (473, 2), (1_000, 5)] {
        assert_eq!(most(n, 0.01, 0.95), k, "{n}");
    }
}

#[test]
fn fewest_that_show_it_at_all() {
    assert_eq!(fewest(0.01, 0.95), 299);
    assert_eq!(fewest(0.5, 0.75), 2);
    assert_eq!(fewest(1.0, 0.95), 1);
}

#[test]
fn interval_is_where_the_tails_say_so() {
    for (n, k) in [(1, 1), (10, 3), (20, 1), (1_000, 999), (1_000_000, 17)] {
        let (lower, upper) = interval(n, k, 0.95);
        assert!(lower < f64::from(k) / f64::from(n) && f64::from(k) / f64::from(n) <= upper);
        assert!((at_least(n, k, lower) - 0.025).abs() < 1e-10);
        if k < n {
            assert!((at_least(n, n - k, 1.0 - upper) - 0.025).abs() < 1e-10);
        }
    }
}

#[test]
fn interval_of_none_and_of_all_reaches_the_edge() {
    assert_eq!(interval(0, 0, 0.95), (0.0, 1.0));
    let (lower, upper) = interval(20, 0, 0.95);
    assert_eq!(lower, 0.0);
    assert_close(upper, 1.0 - 0.025_f64.powf(1.0 / 20.0));
    assert_eq!(interval(20, 20, 0.95).1, 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_more_trial_goes_well_or_not(n in 1_u32..1_000_000, part in 0.0..1.0, p in 0.0001..0.9999) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of n")]
        let k = ((f64::from(n) * part) as u32).max(1);
        let with_it = at_least(n + 1, k, p);
        let either = p * at_least(n, k - 1, p) + (1.0 - p) * at_least(n, k, p);
        prop_assert!((with_it - either).abs() <= 1e-10 * either + f64::MIN_POSITIVE, "{with_it:e}, not {either:e}");
    }

    #[test]
    fn at_least_so_many_or_else_more_than_the_rest_fail(n in 1_u32..1_000_000, part in 0.0..1.0, p in 0.0001..0.9999) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of n")]
        let k = ((f64::from(n) * part) as u32).max(1);
        let sum = at_least(n, k, p) + at_least(n, n - k + 1, 1.0 - p);
        prop_assert!((sum - 1.0).abs() < 1e-11, "{sum}");
    }

    #[test]
    fn interval_holds_what_was_seen_and_narrows_with_less_confidence(n in 1_u32..10_000, part in 0.0..=1.0) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of n")]
        let k = (f64::from(n) * part) as u32;
        let seen = f64::from(k) / f64::from(n);
        let (lower, upper) = interval(n, k, 0.95);
        let (inner_lower, inner_upper) = interval(n, k, 0.8);
        prop_assert!(0.0 <= lower && lower <= inner_lower && inner_lower <= seen);
        prop_assert!(seen <= inner_upper && inner_upper <= upper && upper <= 1.0);
    }
}
