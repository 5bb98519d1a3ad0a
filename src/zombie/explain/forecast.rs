//! When a verdict changes if nothing happens. Between two of the moments at which a sign comes of age it stays what it is,
//! so that it is enough to ask the verdict itself at each of them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::WrittenSign;
use crate::zombie::{Policy, Suspect, Timestamp, Verdict};

/// The smallest step of time that there is.
const STEP: Duration = Duration::from_micros(1);

/// The moments at which the verdict may become another, in ascending order: each sign, and what comes of it after each of
/// the thresholds. Older than a threshold is strictly older, so that the moment after is one too.
#[must_use]
pub fn turning_points(signs: &[WrittenSign], policy: &Policy) -> Vec<Timestamp> {
    let thresholds = [
        Duration::ZERO,
        policy.stale_after,
        policy.claim_grace(),
        policy.settle,
    ];
    let mut points = BTreeSet::new();
    for moment in signs.iter().filter_map(|sign| sign.reading.at()) {
        for threshold in thresholds {
            let point = moment.plus(threshold);
            points.extend([point, point.plus(STEP)]);
        }
        // From then on it is believed.
        points.insert(moment.minus(policy.stale_after));
    }
    points.into_iter().collect()
}

/// Whether it would be called a zombie at this moment, as far as the facts that were read of it now can tell.
#[must_use]
pub fn is_zombie_at(suspect: &Suspect, policy: &Policy, at: Timestamp) -> bool {
    matches!(suspect.verdict(policy, at), Verdict::Zombie(_))
}

/// Since when a zombie has been one: the first turning point from which on it was called one without a break. Never before
/// its last sign of life; `None` where nothing says so.
#[must_use]
pub fn since_when(
    suspect: &Suspect,
    signs: &[WrittenSign],
    sign_of_life: Option<Timestamp>,
    policy: &Policy,
    now: Timestamp,
) -> Option<Timestamp> {
    let first = sign_of_life?;
    let points = turning_points(signs, policy);
    let past = points
        .into_iter()
        .rev()
        .filter(|point| (first..=now).contains(point));
    past.take_while(|point| is_zombie_at(suspect, policy, *point))
        .last()
}
