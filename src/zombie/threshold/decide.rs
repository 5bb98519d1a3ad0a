use std::time::Duration;

use super::bound::{Bound, bound_of};
use super::probation::probation;
use super::release::released;
use super::runs::Runs;

/// For how long the runs of one project and kind may be silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// From which age of its last sign of life on a run is stale.
    pub stale_after: Duration,
    /// What that rests on.
    pub because: Because,
    /// What the runs say.
    pub bound: Bound,
}

/// What a threshold rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The default: nothing is known that asks for more.
    Default,
    /// Twice the bound.
    Bound,
    /// Twice a threshold by which most of the latest runs were reaped.
    Probation,
    /// It was in force, and too few runs have ended under it to lower it.
    Kept,
    /// As long as any may be: the evidence asks for more, or it is lost.
    Cap,
}

impl Because {
    /// As a report says it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Bound => "bound",
            Self::Probation => "probation",
            Self::Kept => "kept",
            Self::Cap => "cap",
        }
    }
}

/// Decides for how long such runs may be silent, from what is known of them and from what was in force before.
///
/// It is never below the default nor above the cap, and a cap below the default counts as the default. With a bound it is
/// twice that; without one, what was in force. Deciding again on the same runs changes nothing.
///
/// **It rises at once, and falls slowly.** What a threshold reaps is never seen to the end: where it was too low, the runs
/// that ended by themselves are just those that were never silent for long, and a bound from them would bring it down
/// again to where it was too low. So what is in force falls only as far as runs show that lived under it: see `released`.
///
/// **Probation.** A kind that is always silent for longer than its threshold never completes a run, and nothing would ever
/// be learned of it. So where over half of the latest twenty runs were reaped for silence, the threshold becomes twice what
/// was borne. Reaps under the lower one do not count against the doubled one: it doubles once for each, until runs
/// complete, or at the cap. From then on it is in force like any other, and falls like any other.
#[must_use]
pub fn threshold(runs: &Runs, default: Duration, cap: Duration, in_force: Option<Duration>) -> Threshold {
    let cap = cap.max(default);
    let past = runs.latest_first();
    let found = bound_of(&past, &runs.living);
    let held = in_force.unwrap_or(default).clamp(default, cap);
    let asked = found.asks_for();
    let (mut stale_after, mut because) = match asked {
        None => (held, Because::Kept),
        Some(asked) => {
            let wanted = asked.clamp(default, cap);
            let least = released(&past, &runs.living, wanted, held);
            let because = match least {
                _ if wanted == least && asked > cap => Because::Cap,
                _ if wanted == least => Because::Bound,
                _ => Because::Kept,
            };
            (least, because)
        }
    };
    if stale_after == default && asked.is_none_or(|asked| asked <= default) {
        because = Because::Default;
    }
    if let Some(doubled) = probation(&past)
        && doubled.min(cap) >= stale_after
        && doubled > default
    {
        stale_after = doubled.min(cap);
        because = if doubled > cap {
            Because::Cap
        } else {
            Because::Probation
        };
    }
    Threshold {
        stale_after,
        because,
        bound: found,
    }
}
