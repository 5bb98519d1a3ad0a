//! The running tasks, one by one: what a sweep would say of each, and how silent those are that live.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::finding::Rows;
use super::holders::Holders;
use crate::zombie::{
    ActiveRun, Evidence, Id, Learned, Patience, Policy, Reason, Suspect, Timestamp, Undecided, Verdict,
    Zombie, patience,
};

/// How many silent zombies are looked at for columns that look like a heartbeat.
const SAMPLES: usize = 5;

/// How many pointers are followed to the run of another task.
const FOLLOWED: usize = 1_000;

/// What the running tasks come to.
pub(super) struct Census {
    pub(super) policy: Policy,
    learned: Option<Arc<Learned>>,
    pub(super) now: Timestamp,
    pub(super) scanned: usize,
    pub(super) healthy: usize,
    pub(super) zombies: Rows,
    /// Since when the first of them could have been reaped.
    pub(super) due_since: Option<Timestamp>,
    pub(super) silent: usize,
    pub(super) samples: Vec<Zombie>,
    pub(super) undecided: Vec<Doubt>,
    pub(super) newest_sign: Option<Timestamp>,
    pub(super) runs: Silences,
    pub(super) claims: Silences,
    /// What names a run that is not the task's: task and run.
    pub(super) strangers: Vec<(Id, Id)>,
    /// Who holds what, by column and value.
    pub(super) holders: HashMap<(String, Id), Holders>,
}

/// A task that nothing proves dead or alive.
pub(super) struct Doubt {
    pub(super) task_id: String,
    /// What stands in its way.
    pub(super) why: Undecided,
    /// The newest moment of it that can be read.
    pub(super) newest: Option<Timestamp>,
}

/// How silent those are that live.
#[derive(Default)]
pub(super) struct Silences {
    /// The one that has used up most of the patience that there is with it.
    pub(super) longest: Option<(String, Patience)>,
    /// Of each, in microseconds.
    pub(super) ages: Vec<i64>,
}

impl Silences {
    fn see(&mut self, id: &Id, patience: Patience, now: Timestamp) {
        let is_used_up_less =
            |(_, longest): &(String, Patience)| used_up(longest, now) < used_up(&patience, now);
        if self.longest.as_ref().is_none_or(is_used_up_less) {
            self.longest = Some((id.to_string(), patience));
        }
        self.ages.push(now.micros_since(patience.sign));
    }
}

/// Which part of the patience is used up, in millionths: where thresholds differ, the longest silence need not be the one that
/// comes closest to its own.
fn used_up(patience: &Patience, now: Timestamp) -> i128 {
    let borne = patience.threshold.as_micros().max(1);
    let silence = i128::from(now.micros_since(patience.sign));
    silence.saturating_mul(1_000_000) / i128::try_from(borne).unwrap_or(i128::MAX)
}

impl Census {
    pub(super) fn new(policy: Policy, now: Timestamp) -> Self {
        Self {
            policy,
            learned: None,
            now,
            scanned: 0,
            healthy: 0,
            zombies: Rows::default(),
            due_since: None,
            silent: 0,
            samples: Vec::new(),
            undecided: Vec::new(),
            newest_sign: None,
            runs: Silences::default(),
            claims: Silences::default(),
            strangers: Vec::new(),
            holders: HashMap::new(),
        }
    }

    /// The same, but that the silence of each project and kind is borne for as long as was learned.
    pub(super) fn bearing(self, learned: Option<Arc<Learned>>) -> Self {
        Self { learned, ..self }
    }

    pub(super) fn see(&mut self, suspect: Suspect, is_exclusive: impl Fn(&str) -> bool) {
        self.scanned += 1;
        let newest = newest_sign(&suspect);
        self.newest_sign = self.newest_sign.max(newest);
        for held in suspect.held.iter().filter(|held| is_exclusive(&held.column)) {
            if !held.value.is_none() {
                let place = (held.column.to_string(), held.value.clone());
                self.holders.entry(place).or_default().see(&suspect);
            }
        }
        if let (ActiveRun::Missing, true) = (&suspect.active, self.strangers.len() < FOLLOWED) {
            let pointer = suspect.active_run_id.clone();
            self.strangers.push((suspect.id.clone(), pointer));
        }
        let policy = match (&self.learned, &suspect.labels) {
            (Some(learned), Some(labels)) => self.policy.bearing(learned.of(labels)),
            _ => self.policy,
        };
        match suspect.verdict(&policy, self.now) {
            Verdict::Healthy => {
                self.healthy += 1;
                let active = suspect.active.as_ref().map(|row| &row.run);
                if let Some(patience) = patience(&suspect.task, &active, &policy, self.now) {
                    let silences = if patience.is_claim {
                        &mut self.claims
                    } else {
                        &mut self.runs
                    };
                    silences.see(&suspect.id, patience, self.now);
                }
            }
            Verdict::Undecided(why) => self.undecided.push(Doubt {
                task_id: suspect.id.to_string(),
                why,
                newest,
            }),
            Verdict::Zombie(evidence) => self.see_zombie(suspect, evidence),
        }
    }

    fn see_zombie(&mut self, suspect: Suspect, evidence: Evidence) {
        self.zombies.see(&suspect.id);
        let by_silence = match evidence.reason {
            Reason::LeaseExpired => lease(&suspect),
            _ => evidence.sign_of_life.map(|sign| sign.plus(evidence.threshold)),
        };
        let by_end = || {
            let ended = suspect.active.own()?.run.ended.newest?;
            Some(ended.at.plus(self.policy.settle))
        };
        if let Some(due) = by_silence.or_else(by_end) {
            self.due_since = Some(self.due_since.map_or(due, |first| first.min(due)));
        }
        if evidence.is_silence {
            self.silent += 1;
            if self.samples.len() < SAMPLES {
                self.samples.push(Zombie::new(suspect, evidence));
            }
        }
    }

    /// The silence that half of the living have not reached: somebody who beats at even times is silent for half a beat, as
    /// they are met.
    pub(super) fn beat(&self) -> Option<Duration> {
        let mut ages = self.runs.ages.clone();
        ages.sort_unstable();
        let half = ages.get(ages.len() / 2).filter(|_| ages.len() >= FLEET)?;
        Some(super::span::micros(half.saturating_mul(2)))
    }
}

/// From how many on those at work are enough to tell a beat from chance.
const FLEET: usize = 8;

/// Up to when the leases go of a task, its active run and their workers.
fn lease(suspect: &Suspect) -> Option<Timestamp> {
    let of_run = suspect.active.own().map(|row| &row.run.lease);
    let of_workers = suspect.workers().map(|worker| &worker.lease);
    let leases = of_run.into_iter().chain([&suspect.task.lease]).chain(of_workers);
    leases
        .filter_map(|signs| signs.newest)
        .map(|moment| moment.at)
        .max()
}

/// The newest of what a task and its active run show, whether it counts or not.
fn newest_sign(suspect: &Suspect) -> Option<Timestamp> {
    let task = &suspect.task;
    let of_task = [&task.heartbeat, &task.started, &task.updated];
    let of_run = suspect.active.own().map(|row| {
        let run = &row.run;
        [&run.heartbeat, &run.started, &run.created]
    });
    let signs = of_task.into_iter().chain(of_run.into_iter().flatten());
    let of_workers = suspect.workers().map(|worker| &worker.heartbeat);
    let moments = signs.chain(of_workers).filter_map(|signs| signs.newest);
    moments.map(|moment| moment.at).max()
}
