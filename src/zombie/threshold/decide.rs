use std::time::Duration;

use super::because::Because;
use super::bound::{Bound, FACTOR, bound_of};
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

impl Threshold {
    /// The bound that it is to be read with: the one it is twice of, else that of the runs that have ended. The living keep a
    /// threshold where it is, and no threshold is made of their silence.
    #[must_use]
    pub fn made_of(&self) -> Option<Duration> {
        let ended = self.bound.without_living?;
        Some(match self.because {
            Because::Bound => self.stale_after / FACTOR,
            Because::Default | Because::Probation | Because::Kept | Because::Cap => ended,
        })
    }
}

/// Decides for how long such runs may be silent, from what is known of them and from what was in force before.
///
/// It is never below the default nor above the cap, and a cap below the default counts as the default. With a bound it is
/// twice that; without one, what was in force. Deciding again on the same runs changes nothing.
///
/// **It rises by what is over.** Silences of runs at work keep it from falling, and do not raise it above what is in force:
/// a dead run would put off its own end again and again, up to the cap. Its silence counts once the run has ended by
/// itself.
///
/// **It rises at once, and falls slowly.** What a threshold reaps is never seen to the end: where it was too low, the runs
/// that ended by themselves are just those that were never silent for long, and a bound from them would bring it down
/// again to where it was too low. So what is in force falls only as far as runs show that lived under it: those since the
/// last reap by a lower one, if they are enough for a bound of their own, and at most a tenth of them was reaped.
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
    let (mut stale_after, mut because) = (held, Because::Kept);
    if let Some((all, ended)) = found.asks_for() {
        let wanted = all.min(held).max(ended).clamp(default, cap);
        let rests_on_the_living = wanted == held && ended < held;
        (stale_after, because) = match released(&past, &runs.living, wanted, held) {
            (least, Because::Bound) if ended > cap => (least, Because::Cap),
            (least, Because::Bound) if rests_on_the_living => (least, Because::Kept),
            decided => decided,
        };
    }
    if stale_after == default && because != Because::Cap {
        because = Because::Default;
    }
    if let Some(doubled) = probation(&past)
        && doubled > default
        && doubled.min(cap) >= stale_after
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
