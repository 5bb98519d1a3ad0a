//! Runs as they were seen from look to look.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Beat, Beats, Gap, Id, Labels, Timestamp};

/// How long after a look a silence that it saw is taken to have lasted at most, where the next look came later and found a
/// newer beat: who looks every quarter of an hour sees a quarter of an hour between the beats of a worker that beats every
/// ten seconds.
const SEEN_TO_LAST: Duration = Duration::from_secs(60);

/// What is known of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedRun {
    /// Its task's project and kind.
    pub labels: Labels,
    /// When it began. The same id with another beginning is another run.
    pub began: Timestamp,
    /// The first beat that was seen.
    pub first: Timestamp,
    /// The last one.
    pub last: Timestamp,
    /// The longest silence between two beats that were seen, as far as the looks in between show it; `None` until there are
    /// two.
    pub gap: Option<Gap>,
    /// When it was seen at work last.
    pub seen: Timestamp,
}

/// What looks saw of runs, each look merged into what was seen before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed(BTreeMap<Id, FollowedRun>);

impl Followed {
    /// Merges what a look at this moment saw.
    pub fn see(&mut self, beats: &Beats, now: Timestamp) {
        for beat in beats.iter() {
            self.insert(&beat.run, FollowedRun::seen(beat, now));
        }
    }

    /// Merges what later looks saw of a run.
    pub fn insert(&mut self, run: &Id, later: FollowedRun) {
        match self.0.get_mut(run) {
            Some(known) => known.merge(later),
            None => drop(self.0.insert(run.clone(), later)),
        }
    }

    /// What is known of a run.
    #[must_use]
    pub fn get(&self, run: &Id) -> Option<&FollowedRun> {
        self.0.get(run)
    }

    /// Each run, and what is known of it.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &FollowedRun)> {
        self.0.iter()
    }

    /// How many runs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the runs that have not been seen since this moment, so that who looks for weeks keeps no more than he saw of
    /// late.
    pub fn forget_before(&mut self, moment: Timestamp) {
        self.0.retain(|_, run| run.seen >= moment);
    }
}

impl FollowedRun {
    fn seen(beat: &Beat, now: Timestamp) -> Self {
        Self {
            labels: beat.labels.clone(),
            began: beat.began,
            first: beat.at,
            last: beat.at,
            gap: None,
            seen: now,
        }
    }

    /// Merges what was seen of it later.
    pub fn merge(&mut self, later: Self) {
        if self.began != later.began {
            // Of two attempts under one id the one that began later is at work. What lies between them is no silence.
            if later.began > self.began {
                *self = later;
            }
            return;
        }
        let between = (later.first > self.last).then(|| Gap {
            from: self.last,
            // A look is never before the beat that it saw, unless clocks differ.
            to: later.first.min(self.seen.max(self.last).plus(SEEN_TO_LAST)),
        });
        for gap in [between, later.gap].into_iter().flatten() {
            // Of two of the same length the first stays, so that nothing changes for no reason.
            if self.gap.is_none_or(|longest| gap.length() > longest.length()) {
                self.gap = Some(gap);
            }
        }
        self.labels = later.labels;
        self.last = self.last.max(later.last);
        self.seen = self.seen.max(later.seen);
    }
}
