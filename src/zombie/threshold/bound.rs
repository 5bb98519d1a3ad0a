//! For how long runs that are well are silent, with the evidence that there is.

use std::cmp::Reverse;
use std::time::Duration;

use super::binomial::{fewest, most};
use super::disjoint::Counted;
use super::runs::{Fate, Gap, PastRun, Runs};

/// With this confidence, at most [`SHARE`] of the runs are silent for longer than the bound.
pub const CONFIDENCE: f64 = 0.95;

/// The share of runs that may be silent for longer than the bound.
pub const SHARE: f64 = 0.01;

/// How many times the bound a threshold is. A margin: what share of runs is silent for longer is not known from it.
pub const FACTOR: u32 = 2;

/// As many samples count, the latest: what was long ago was of other work.
pub const LATEST: usize = 1_000;

/// What the runs of one project and kind say of how long such runs are silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The samples: runs that ended by themselves and of which a silence is known, without those counted with another.
    pub n: u32,
    /// Runs that ended by themselves and say nothing, of the same time.
    pub refused: u32,
    /// How many samples are missing until there is a bound at all.
    pub missing: u32,
    /// The bound is the k-th largest.
    pub k: u32,
    /// With 95 % confidence at most 1 % of such runs are silent for longer; `None` while samples are missing.
    ///
    /// It is the k-th largest silence, with the most k for which n runs that are silent for longer in 1 of 100 cases would
    /// show so many in at least 95 of 100 cases.
    pub bound: Option<Duration>,
    /// The same without the living. A silence that is under way may be a dead run's: it is no reason to bear with it for
    /// longer than was borne before.
    pub without_living: Option<Duration>,
    /// The bound with what was reaped for silence as samples that are longer than any.
    pub with_reaps: WithReaps,
    /// Runs reaped for silence, of the same time.
    pub reaps: u32,
    /// Runs at work. Their silences count as at least so long: they raise the bound, and never n.
    pub living: u32,
    /// Samples longer than the bound that were not counted, as they overlap in time with others that were.
    pub overlapping: u32,
}

impl Bound {
    /// The threshold that all runs ask for, and the one that those which have ended ask for; where there is a bound.
    pub(super) fn asks_for(&self) -> Option<(Duration, Duration)> {
        let twice = |bound: Duration| bound.saturating_mul(FACTOR);
        Some((twice(self.bound?), twice(self.without_living?)))
    }
}

/// The bound if whatever was reaped for silence was alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithReaps {
    /// There are too few samples for any bound.
    TooFew,
    /// It is this.
    Is(Duration),
    /// There is none, however long: so many were reaped that their part alone is more than may be silent for longer.
    DoesNotExist,
}

/// Reckons the bound. Of the past, the latest [`LATEST`] samples count, and what was refused or reaped since the first of
/// them: runs that say nothing do not push out those that do.
#[must_use]
pub fn bound(runs: &Runs) -> Bound {
    bound_of(&runs.latest_first(), &runs.living)
}

/// The same of some of the past, the latest first.
pub(super) fn bound_of(past: &[PastRun], living: &[Gap]) -> Bound {
    let Sorted {
        ended,
        reaped,
        refused,
    } = Sorted::of(past);
    let mut tail = Tail::new(&ended);
    let without_living = tail.shortest_that_holds();
    tail.living = living;
    let bound = tail.shortest_that_holds();
    let overlapping = bound.map_or(0, |bound| tail.samples_beyond(bound).overlapping());
    tail.endless = &reaped;
    let with_reaps = match (bound, tail.shortest_that_holds()) {
        (None, _) => WithReaps::TooFew,
        (Some(_), Some(length)) => WithReaps::Is(length),
        (Some(_), None) => WithReaps::DoesNotExist,
    };
    let n = count(ended.len());
    Bound {
        n: n - overlapping,
        refused,
        missing: fewest(SHARE, CONFIDENCE).saturating_sub(n),
        k: most(n - overlapping, SHARE, CONFIDENCE),
        bound,
        without_living,
        with_reaps,
        reaps: count(reaped.len()),
        living: count(living.len()),
        overlapping,
    }
}

/// What of the past counts.
#[derive(Default)]
struct Sorted {
    /// The longest silence first.
    ended: Vec<Gap>,
    reaped: Vec<Gap>,
    refused: u32,
}

impl Sorted {
    fn of(latest_first: &[PastRun]) -> Self {
        let mut sorted = Self::default();
        for run in latest_first {
            match run.fate {
                Fate::Ended(gap) => sorted.ended.push(gap),
                Fate::Reaped { gap, .. } => sorted.reaped.push(gap),
                Fate::Mute => sorted.refused += 1,
            }
            if sorted.ended.len() == LATEST {
                break;
            }
        }
        sorted.ended.sort_unstable_by_key(|gap| Reverse(gap.length()));
        sorted
    }
}

/// The long end of some silences.
struct Tail<'g> {
    /// Those of n that are known to their end, the longest first.
    ended: &'g [Gap],
    /// Those at least so long that are not in n.
    living: &'g [Gap],
    /// Those of n of which nobody knows how long they would have lasted.
    endless: &'g [Gap],
}

impl<'g> Tail<'g> {
    fn new(ended: &'g [Gap]) -> Self {
        Self {
            ended,
            living: &[],
            endless: &[],
        }
    }

    /// The shortest of the lengths that bounds.
    fn shortest_that_holds(&self) -> Option<Duration> {
        let mut lengths: Vec<Duration> = self.ended.iter().chain(self.living).map(Gap::length).collect();
        lengths.sort_by_key(|length| Reverse(*length));
        // The longer, the fewer are beyond, and the fewer of n are counted with another: what holds for one length holds
        // for all that are longer. It is among the first few, and to ask what is beyond a short one takes long.
        let mut asked = 1;
        while asked < lengths.len() && lengths.get(asked).is_some_and(|length| self.holds(*length)) {
            asked *= 2;
        }
        let asked = lengths.get(..=asked).unwrap_or(&lengths);
        let beyond = asked.partition_point(|length| self.holds(*length));
        asked.get(beyond.checked_sub(1)?).copied()
    }

    /// Whether so few are silent for longer that at most the share is, with the confidence.
    ///
    /// Only silences longer than the length are asked whether they overlap: that many runs are at work at once and have
    /// ordinary silences takes nothing away from n.
    fn holds(&self, length: Duration) -> bool {
        let is_longer = |gap: &&Gap| gap.length() > length;
        let living = self.living.iter().filter(is_longer);
        let beyond = Counted::of(self.ended_beyond(length).iter().chain(living).chain(self.endless));
        let n = count(self.ended.len() + self.endless.len()) - self.samples_beyond(length).overlapping();
        beyond.apart < most(n, SHARE, CONFIDENCE)
    }

    fn samples_beyond(&self, length: Duration) -> Counted {
        Counted::of(self.ended_beyond(length).iter().chain(self.endless))
    }

    fn ended_beyond(&self, length: Duration) -> &'g [Gap] {
        let beyond = self.ended.partition_point(|gap| gap.length() > length);
        self.ended.get(..beyond).unwrap_or_default()
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
