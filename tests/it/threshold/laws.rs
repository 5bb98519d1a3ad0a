//! What holds of all runs.

use proptest::prelude::*;
use std::time::Duration;

use zombie_sweeper::zombie::{Fate, Gap, PastRun, Runs, Timestamp, WithReaps, bound, threshold};

use super::{CAP, DEFAULT, s};

/// Few moments and few lengths, so that much happens at once and is equally long.
fn gaps() -> impl Strategy<Value = Gap> {
    (
        0_u64..400,
        prop_oneof![Just(0_u64), 1_u64..200, Just(3_000), Just(9_000)],
    )
        .prop_map(|(from, length)| {
            let from = Timestamp::EPOCH.plus(s(from * 50));
            Gap {
                from,
                to: from.plus(s(length)),
            }
        })
}

fn past_runs() -> impl Strategy<Value = PastRun> {
    let borne = prop_oneof![
        Just(DEFAULT),
        Just(s(1_000)),
        Just(2 * DEFAULT),
        Just(s(2_500)),
        Just(4 * DEFAULT),
        Just(CAP)
    ];
    let fate = (gaps(), borne, 0..100_u8, any::<bool>());
    fate.prop_map(|(gap, borne, dice, is_quick)| PastRun {
        ended: gap.to,
        fate: match dice {
            0..3 => Fate::Reaped { gap, borne },
            3..6 => Fate::Mute,
            _ if is_quick => Fate::Ended(Gap {
                to: gap.from.plus(s(10)),
                ..gap
            }),
            _ => Fate::Ended(gap),
        },
    })
}

/// Up to twice as many as count, and at their end perhaps many that were reaped.
fn all_runs() -> impl Strategy<Value = Runs> {
    let past = prop_oneof![
        prop::collection::vec(past_runs(), 0..40),
        prop::collection::vec(past_runs(), 280..330),
        prop::collection::vec(past_runs(), 470..1_100),
    ];
    let reaped = prop::collection::vec(
        (
            0_u64..30,
            prop_oneof![Just(DEFAULT), Just(s(1_000)), Just(s(2_500)), Just(CAP)],
        ),
        0..25,
    );
    let living = prop::collection::vec(gaps(), 0..20);
    (past, reaped, living).prop_map(|(mut past, reaped, living)| {
        past.extend(
            reaped
                .into_iter()
                .map(|(at, borne)| super::reaped(Timestamp::EPOCH.plus(s(30_000 + at * 40)), borne)),
        );
        Runs { past, living }
    })
}

fn in_force() -> impl Strategy<Value = Option<Duration>> {
    prop::option::of((0_u64..20_000).prop_map(s))
}

/// The rule word for word, on the bound that is given: too few are longer to deny it.
fn longer_apart(gaps: &[Gap], length: Duration) -> u32 {
    let mut longer: Vec<&Gap> = gaps.iter().filter(|gap| gap.length() > length).collect();
    longer.sort_by_key(|gap| gap.to);
    let (mut count, mut end) = (0, None);
    for gap in longer {
        if end.is_none_or(|end| gap.from >= end) {
            count += 1;
            end = Some(gap.to);
        }
    }
    count
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_below_the_default_nor_above_the_cap(runs in all_runs(), in_force in in_force(), default in 0_u64..20_000, cap in 0_u64..20_000) {
        let (default, cap) = (s(default), s(cap));
        let decided = threshold(&runs, default, cap, in_force).stale_after;
        prop_assert!(decided >= default);
        prop_assert!(decided <= cap.max(default));
    }

    #[test]
    fn order_of_the_runs_does_not_matter(runs in all_runs(), in_force in in_force(), seed in any::<u64>()) {
        let mut shuffled = runs.clone();
        let order = |i: usize| (i as u64).wrapping_add(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut places: Vec<usize> = (0..runs.past.len()).collect();
        places.sort_by_key(|i| order(*i));
        shuffled.past = places.iter().map(|i| runs.past[*i]).collect();
        shuffled.living.reverse();
        prop_assert_eq!(threshold(&shuffled, DEFAULT, CAP, in_force), threshold(&runs, DEFAULT, CAP, in_force));
    }

    #[test]
    fn more_living_never_lowers(runs in all_runs(), more in prop::collection::vec(gaps(), 1..10), in_force in in_force()) {
        let mut longer = runs.clone();
        longer.living.extend(more);
        let (before, after) = (threshold(&runs, DEFAULT, CAP, in_force), threshold(&longer, DEFAULT, CAP, in_force));
        prop_assert!(after.bound.bound >= before.bound.bound);
        prop_assert_eq!(after.bound.without_living, before.bound.without_living);
        prop_assert!(after.stale_after >= before.stale_after);
    }

    #[test]
    fn deciding_again_changes_nothing(runs in all_runs(), in_force in in_force()) {
        let once = threshold(&runs, DEFAULT, CAP, in_force).stale_after;
        prop_assert_eq!(threshold(&runs, DEFAULT, CAP, Some(once)).stale_after, once);
    }

    #[test]
    fn more_in_force_never_lowers(runs in all_runs(), in_force in 0_u64..20_000, more in 0_u64..5_000) {
        let before = threshold(&runs, DEFAULT, CAP, Some(s(in_force))).stale_after;
        prop_assert!(threshold(&runs, DEFAULT, CAP, Some(s(in_force + more))).stale_after >= before);
    }

    #[test]
    fn reaps_never_lower_the_bound_that_counts_them(runs in all_runs()) {
        let found = bound(&runs);
        match (found.bound, found.with_reaps) {
            (None, with_reaps) => prop_assert_eq!(with_reaps, WithReaps::TooFew),
            (Some(bound), WithReaps::Is(with_reaps)) => prop_assert!(found.reaps > 0 || with_reaps == bound),
            (Some(_), WithReaps::DoesNotExist) => prop_assert!(found.reaps > 0),
            (Some(_), WithReaps::TooFew) => prop_assert!(false),
        }
    }

    #[test]
    fn so_few_are_longer_than_the_bound_as_it_says(runs in all_runs()) {
        let found = bound(&runs);
        prop_assert_eq!(found.bound.is_some(), found.missing == 0);
        let Some(length) = found.bound else { return Ok(()) };
        let latest: Vec<Gap> = {
            let mut past = runs.past.clone();
            past.sort_by(|a, b| b.cmp(a));
            let samples = past.iter().filter_map(|run| match run.fate {
                Fate::Ended(gap) => Some(gap),
                _ => None,
            });
            samples.take(1_000).collect()
        };
        prop_assert_eq!(found.n + found.overlapping, u32::try_from(latest.len()).unwrap());
        let all: Vec<Gap> = latest.into_iter().chain(runs.living).collect();
        prop_assert!(all.iter().any(|gap| gap.length() == length));
        prop_assert!(longer_apart(&all, length) < found.k);
    }
}
