use std::time::Duration;

use super::because::Because;
use super::bound::{Bound, bound_of};
use super::runs::{Fate, Gap, PastRun};

/// The threshold and what it rests on, where `wanted` is asked for and `held` is in force.
///
/// More is given at once. Less is given as far as runs show that lived under what is in force: those that ended since the
/// last reap by a lower threshold. They must be enough for a bound of their own, and at most a tenth of them may have been
/// reaped for silence; then it falls to twice that bound. The same is asked of each lower threshold on the way that reaped
/// anything, so that the first one which its own runs do not release is where it stays.
///
/// A tenth, where probation asks for over half: a kind between the two neither rises nor falls, and none goes to and fro.
pub(super) fn released(
    past: &[PastRun],
    living: &[Gap],
    wanted: Duration,
    held: Duration,
) -> (Duration, Because) {
    let mut level = held;
    while wanted < level {
        let (under, lower) = lived_under(past, level);
        match own(&bound_of(under, living)) {
            Some(own) if own == level => return (level, Because::Bound),
            // The same runs lived under every threshold between the two.
            Some(own) if own < level => match lower {
                Some(lower) if own <= lower => level = lower,
                _ => return (own.max(wanted), Because::Bound),
            },
            _ => return (level, Because::Kept),
        }
    }
    (wanted, Because::Bound)
}

/// The runs that ended since the last reap by a threshold below `level`, and by which that was.
fn lived_under(past: &[PastRun], level: Duration) -> (&[PastRun], Option<Duration>) {
    let lower = past.iter().enumerate().find_map(|(place, run)| match run.fate {
        Fate::Reaped { borne, .. } if borne < level => Some((place, borne)),
        _ => None,
    });
    match lower.and_then(|(place, borne)| Some((past.get(..place)?, borne))) {
        Some((since, borne)) => (since, Some(borne)),
        None => (past, None),
    }
}

/// The threshold that these runs ask for.
fn own(found: &Bound) -> Option<Duration> {
    let runs = found.n + found.overlapping + found.refused + found.reaps;
    let are_few = u64::from(found.reaps) * 10 <= u64::from(runs);
    found.asks_for().filter(|_| are_few).map(|(all, _)| all)
}
