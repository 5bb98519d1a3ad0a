//! What a sweep that learns knows: what its own looks saw, what the queue and the ledger say of runs that have ended.

use std::collections::BTreeMap;
use std::time::Duration;

use zombie_sweeper::zombie::{
    Beat, Beats, Fate, Followed, Gap, Id, Labels, Learned, PastRun, Runs, Timestamp,
};

use crate::population::Run;

pub(crate) const DEFAULT: Duration = Duration::from_secs(900);
pub(crate) const CAP: Duration = Duration::from_secs(4 * 3_600);

/// So many of the latest runs are remembered, and forgotten by halves.
const REMEMBERED: usize = 4_000;

/// A run whose last beat is closer to its end than this says nothing.
const MUTE: Duration = Duration::from_secs(1);

/// For how long runs are remembered that are not seen any more.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3_600);

/// A run at work.
pub(crate) struct AtWork<'r> {
    pub(crate) id: Id,
    pub(crate) run: &'r Run,
}

#[derive(Default)]
pub(crate) struct Memory {
    labels: Labels,
    followed: Followed,
    past: Vec<PastRun>,
    in_force: BTreeMap<Labels, Duration>,
}

impl Memory {
    /// The threshold for the sweep of this moment.
    pub(crate) fn decide(&mut self, at_work: &[AtWork], now: Timestamp) -> Duration {
        let borne = self.in_force.get(&self.labels).copied().unwrap_or(DEFAULT);
        let so_far = |at_work: &AtWork| {
            let beat = at_work.run.newest(now);
            Gap { from: beat, to: now }
        };
        // Who is about to be reaped is not at work.
        let is_live = |at_work: &&AtWork| so_far(at_work).length() <= borne;
        let longest = |at_work: &AtWork| {
            let seen = self.followed.get(&at_work.id).and_then(|seen| seen.gap);
            let so_far = so_far(at_work);
            seen.filter(|seen| seen.length() > so_far.length())
                .unwrap_or(so_far)
        };
        let runs = Runs {
            past: self.past.clone(),
            living: at_work.iter().filter(is_live).map(longest).collect(),
        };
        let runs = BTreeMap::from([(self.labels.clone(), runs)]);
        let learned = Learned::new(&runs, &self.in_force, DEFAULT, CAP);
        let borne = learned.of(&self.labels);
        self.in_force.insert(self.labels.clone(), borne);
        borne
    }

    /// A look at all that is at work.
    pub(crate) fn look(&mut self, at_work: &[AtWork], now: Timestamp) {
        let mut beats = Beats::default();
        for AtWork { id, run } in at_work {
            beats.add(Beat {
                run: id.clone(),
                labels: self.labels.clone(),
                began: run.began(),
                at: run.newest(now),
            });
        }
        self.followed.see(&beats, now);
        self.followed.forget_before(now.minus(FORGOTTEN));
    }

    /// A run has ended by itself.
    pub(crate) fn ended(&mut self, id: &Id, run: &Run) {
        let seen = self.followed.get(id).and_then(|seen| seen.gap);
        let last = Gap {
            from: run.newest(run.end),
            to: run.end,
        };
        let last = Some(last).filter(|gap| gap.length() >= MUTE);
        let longest = seen.into_iter().chain(last).max_by_key(Gap::length);
        self.remember(PastRun {
            ended: run.end,
            fate: longest.map_or(Fate::Mute, Fate::Ended),
        });
    }

    /// A run was reaped for silence.
    pub(crate) fn reaped(&mut self, run: &Run, now: Timestamp, borne: Duration) {
        let gap = Gap {
            from: run.newest(now),
            to: now,
        };
        self.remember(PastRun {
            ended: now,
            fate: Fate::Reaped { gap, borne },
        });
    }

    fn remember(&mut self, run: PastRun) {
        // The latest last, which makes the sorting of them quick.
        let place = self.past.partition_point(|known| *known <= run);
        self.past.insert(place, run);
        if self.past.len() >= REMEMBERED {
            self.past.drain(..REMEMBERED / 2);
        }
    }
}
