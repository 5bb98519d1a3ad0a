//! The reaps by project, kind and reason, counted one after the other.

use std::collections::BTreeMap;
use std::time::Duration;

use super::report::{ReapsAlike, Silence};
use super::stake::Stake;
use super::trials::{Pending, Sweeps, Trials};
use crate::zombie::{Aftermath, Contest, Labels, NextRuns, Outcome, PastReap, Timestamp};

pub(super) struct Groups<'r> {
    horizon: Duration,
    now: Timestamp,
    found: BTreeMap<(Labels, &'r str), Group<'r>>,
    sweeps: Sweeps<'r>,
    pending: Pending,
    stakes: Vec<Stake>,
}

#[derive(Default)]
struct Group<'r> {
    reaps: usize,
    pending: usize,
    /// Those of `pending` for silence.
    silent: Pending,
    outcomes: BTreeMap<Outcome, usize>,
    as_they_stand: usize,
    unknown: usize,
    is_of_silence: bool,
    contested: usize,
    unchallenged: usize,
    untold: usize,
    sweeps: Sweeps<'r>,
}

impl<'r> Groups<'r> {
    pub(super) fn new(horizon: Duration, now: Timestamp) -> Self {
        Self {
            horizon,
            now,
            found: BTreeMap::new(),
            sweeps: Sweeps::default(),
            pending: Pending::default(),
            stakes: Vec::new(),
        }
    }

    /// Counts a reap, where `again` is the next one of its task.
    pub(super) fn see(
        &mut self,
        reap: &'r PastReap,
        again: Option<Timestamp>,
        aftermath: &Aftermath,
        next: &NextRuns,
    ) {
        let key = (aftermath.labels.clone(), reap.reason.as_str());
        let group = self.found.entry(key).or_default();
        group.reaps += 1;
        group.is_of_silence = reap.is_of_silence();
        let until = reap.at.plus(self.horizon);
        if until > self.now {
            group.pending += 1;
            if reap.is_of_silence() {
                let age = self.now.since(reap.at);
                group.silent.see(age);
                self.pending.see(age);
            }
            return;
        }
        let stood = aftermath.by(reap, again, next.of(reap), until, self.now);
        match stood.outcome {
            Some(outcome) => {
                *group.outcomes.entry(outcome).or_default() += 1;
                group.as_they_stand += usize::from(!stood.is_of_then);
            }
            None => group.unknown += 1,
        }
        let run = next.reaped(reap);
        let Some(contest) = Contest::of(reap, run, aftermath.abandoned()) else {
            return;
        };
        match contest {
            Contest::Contested { .. } => group.contested += 1,
            Contest::Unchallenged => group.unchallenged += 1,
            Contest::Untold => group.untold += 1,
        }
        if let Some(is_contested) = contest.is_contested() {
            for sweeps in [&mut group.sweeps, &mut self.sweeps] {
                sweeps.see(reap.at, reap.actor.as_deref(), is_contested);
            }
            self.stakes
                .push(Stake::of(aftermath.labels.clone(), reap, run, contest));
        }
    }

    /// All sweeps, whatever they reaped.
    pub(super) fn sweeps(&self) -> Trials {
        self.sweeps.trials(self.pending)
    }

    /// The groups, and what was at stake in each reap for silence that can be told of.
    pub(super) fn told(self) -> (Vec<ReapsAlike>, Vec<Stake>) {
        let told = self
            .found
            .into_iter()
            .map(|((labels, reason), group)| ReapsAlike {
                project: labels.project.map(|project| project.to_string()),
                kind: labels.kind.map(|kind| kind.to_string()),
                reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
                reaps: group.reaps,
                pending: group.pending,
                as_they_stand: group.as_they_stand,
                unknown: group.unknown,
                silence: group.is_of_silence.then(|| Silence {
                    contested: group.contested,
                    unchallenged: group.unchallenged,
                    untold: group.untold,
                    sweeps: group.sweeps.trials(group.silent),
                }),
                outcomes: group.outcomes,
            });
        (told.collect(), self.stakes)
    }
}
