//! What silence has cost, on both sides of a threshold, and what is suggested. A longer one throws away less work, and lets more
//! slots wait: the costs come first.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::stake::Stake;
use crate::zombie::{Labels, Learned};

/// What silence has cost, and for how long to bear it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Suggestion {
    /// What the reaps for silence have cost that can be told of, by project and kind.
    pub costs: Vec<Costs>,
    /// For how long to bear it, with the evidence.
    pub thresholds: Learned,
}

/// What the reaps for silence of one project and kind have cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Costs {
    /// The project.
    pub project: Option<String>,
    /// The kind.
    pub kind: Option<String>,
    /// As it was.
    pub was: Cost,
    /// The same reaps, had silence been borne as is suggested.
    pub suggested: Cost,
    /// Of how many reaps the record says too little to count what they have cost.
    pub uncounted: usize,
}

/// What it costs to bear silence for so long as it is borne.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cost {
    /// How many reaps were contested; of those suggested, at most.
    pub contested: usize,
    /// What their runs had worked, from the start to the last sign of life before the reap, in seconds: it was thrown away, at
    /// least.
    pub work_thrown_away_s: f64,
    /// How many were not.
    pub unchallenged: usize,
    /// For how long slots waited for their runs, from the last sign of life to the reap, in seconds.
    pub slots_waiting_s: f64,
}

impl Suggestion {
    pub(super) fn new(stakes: &[Stake], thresholds: Learned) -> Self {
        let mut found: BTreeMap<&Labels, Costs> = BTreeMap::new();
        for stake in stakes {
            let costs = found
                .entry(&stake.labels)
                .or_insert_with(|| Costs::of(&stake.labels));
            costs.add(stake, thresholds.of(&stake.labels));
        }
        Self {
            costs: found.into_values().collect(),
            thresholds,
        }
    }
}

impl Costs {
    fn of(labels: &Labels) -> Self {
        Self {
            project: labels.project.as_deref().map(str::to_owned),
            kind: labels.kind.as_deref().map(str::to_owned),
            was: Cost::default(),
            suggested: Cost::default(),
            uncounted: 0,
        }
    }

    fn add(&mut self, stake: &Stake, suggested: Duration) {
        self.uncounted += usize::from(stake.cost().is_none());
        self.was.add(stake, true, stake.cost());
        let is_reaped = stake.is_reaped_if_borne(suggested);
        self.suggested
            .add(stake, is_reaped, stake.cost_if_borne(suggested));
    }
}

impl Cost {
    fn add(&mut self, stake: &Stake, is_reaped: bool, cost: Option<Duration>) {
        let cost = cost.unwrap_or_default().as_secs_f64();
        if stake.is_contested {
            self.contested += usize::from(is_reaped);
            self.work_thrown_away_s += cost;
        } else {
            self.unchallenged += 1;
            self.slots_waiting_s += cost;
        }
    }
}
