//! The living that have been silent for longest: whom to look at first where something is about to go wrong.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use super::last_sign::last_sign_of;
use super::{Id, Policy, Reason, Suspect, Timestamp, becomes};

/// A running task that was found alive.
#[derive(Clone, Debug)]
pub struct Alive {
    /// The task's id.
    pub task_id: Id,
    /// Its project, where the queue knows one.
    pub project: Option<Arc<str>>,
    /// What the task names as its active run; `None`: nothing.
    pub run_id: Option<Id>,
    /// The newest sign of life of whoever may be at work on it.
    pub sign_of_life: Option<Timestamp>,
    /// How old a sign may be at most; nothing, where a lease settles it.
    pub threshold: Duration,
    /// When it is a zombie if nothing of it changes, and for what reason it would be taken.
    pub zombie: Option<(Timestamp, Reason)>,
}

/// A bounded number of them. One that shows no sign of life comes last: how long it has been silent is not known.
#[derive(Clone, Debug)]
pub struct Longest {
    most: usize,
    /// The one that is left out first lies on top.
    kept: BinaryHeap<Ranked>,
}

#[derive(Clone, Debug)]
struct Ranked(Alive);

impl Ranked {
    fn rank(&self) -> (Timestamp, &Id) {
        (self.0.sign_of_life.unwrap_or(Timestamp::MAX), &self.0.task_id)
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

impl Longest {
    /// None yet, and so many at most.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            kept: BinaryHeap::new(),
        }
    }

    /// Whether one that has shown this sign of life, and perhaps a later one, may be among them. Of one that has shown none
    /// that is not known.
    #[must_use]
    pub fn wants(&self, sign: Option<Timestamp>) -> bool {
        if self.kept.len() < self.most {
            return true;
        }
        match (sign, self.kept.peek()) {
            (Some(sign), Some(last)) => sign < last.rank().0,
            (None, _) => self.most > 0,
            (Some(_), None) => false,
        }
    }

    /// Sees one that was found alive.
    pub fn see(&mut self, suspect: &Suspect, policy: &Policy, now: Timestamp) {
        let sign_of_life = last_sign_of(suspect, now);
        if !self.wants(sign_of_life) {
            return;
        }
        let zombie = becomes(suspect, policy, now);
        let threshold = zombie.as_ref().map(|(_, evidence)| evidence.threshold);
        self.add(Alive {
            task_id: suspect.id.clone(),
            project: suspect.labels.as_ref().and_then(|labels| labels.project.clone()),
            run_id: suspect.run_meant().cloned(),
            sign_of_life,
            threshold: threshold.unwrap_or(policy.stale_after),
            zombie: zombie.map(|(at, evidence)| (at, evidence.reason)),
        });
    }

    fn add(&mut self, alive: Alive) {
        self.kept.push(Ranked(alive));
        if self.kept.len() > self.most {
            self.kept.pop();
        }
    }

    /// Takes these in too.
    pub fn merge(&mut self, other: Self) {
        other.kept.into_iter().for_each(|alive| self.add(alive.0));
    }

    /// Each of them, the one that has been silent for longest first.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Alive> {
        let sorted = self.kept.into_sorted_vec().into_iter();
        sorted.map(|alive| alive.0).collect()
    }
}
