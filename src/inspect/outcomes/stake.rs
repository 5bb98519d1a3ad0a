//! What was at stake in a reap for silence: the work of a run that lived on, or a slot that waited for one that did not.

use std::time::Duration;

use crate::zombie::{Contest, Labels, PastReap, Run, Timestamp};

#[derive(Debug)]
pub(super) struct Stake {
    pub(super) labels: Labels,
    pub(super) is_contested: bool,
    /// From the run's start to its last sign of life, where both are known: it has worked for so long at least.
    worked: Option<Duration>,
    /// From its last sign of life to the reap.
    waited: Option<Duration>,
    /// From its last sign of life to the latest moment since the reap that the run shows.
    heard_after: Option<Duration>,
    /// For how long silence was borne; `None` where no threshold was asked.
    borne: Option<Duration>,
}

impl Stake {
    pub(super) fn of(labels: Labels, reap: &PastReap, run: Option<&Run>, contest: Contest) -> Self {
        let last = reap.sign_of_life;
        let since_last = |at: Timestamp| last.map(|last| at.since(last));
        let heard = match contest {
            Contest::Contested { heard } => heard,
            Contest::Unchallenged | Contest::Untold => None,
        };
        let started = run.and_then(|run| run.start().newest);
        Self {
            labels,
            is_contested: contest.is_contested() == Some(true),
            worked: last.zip(started).map(|(last, started)| last.since(started.at)),
            waited: since_last(reap.at),
            heard_after: heard.and_then(since_last),
            borne: reap.threshold.filter(|borne| !borne.is_zero()),
        }
    }

    /// What it has cost; `None` where the record does not say.
    pub(super) fn cost(&self) -> Option<Duration> {
        if self.is_contested {
            self.worked
        } else {
            self.waited
        }
    }

    /// What it would have cost at most if silence had been borne for so long; `None` where the record does not say, and nothing
    /// where the run would not have been reaped.
    pub(super) fn cost_if_borne(&self, for_so_long: Duration) -> Option<Duration> {
        let Some(borne) = self.borne else {
            return self.cost();
        };
        if self.is_contested {
            let is_reaped = self.is_reaped_if_borne(for_so_long);
            return self
                .worked
                .map(|worked| if is_reaped { worked } else { Duration::ZERO });
        }
        self.waited
            .map(|waited| (waited + for_so_long).saturating_sub(borne))
    }

    /// Whether it may have been reaped all the same: it was not heard of before.
    pub(super) fn is_reaped_if_borne(&self, for_so_long: Duration) -> bool {
        self.borne.is_none() || self.heard_after.is_none_or(|heard| heard > for_so_long)
    }
}
