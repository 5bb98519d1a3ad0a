//! What a ledger answers.

use std::collections::BTreeMap;
use std::time::Duration;

use super::entry::Clocks;
use crate::zombie::{Ages, Labels, Timestamp};

/// Which reaps are asked for; all of them unless a field says otherwise.
#[derive(Clone, Debug, Default)]
pub struct ReapFilter {
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Of the task whose id is shown so.
    pub task: Option<String>,
    /// Of tasks of this project: its name where the queue knows one, else its id.
    pub project: Option<String>,
    /// Of this database, as a [`Scope`](super::Scope) names it.
    pub database: Option<String>,
    /// For this reason.
    pub reason: Option<String>,
    /// At most so many, the newest.
    pub limit: Option<usize>,
}

/// A sweep on record.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PastSweep {
    /// Its *now*.
    pub at: Timestamp,
    /// The project that it was of; `None`: all of them.
    pub project: Option<String>,
    /// The profile in force; `None` where it failed before.
    pub profile: Option<String>,
    /// Running tasks looked at.
    pub scanned: u64,
    /// Those found alive.
    pub healthy: u64,
    /// Those that nothing told dead from alive.
    pub undecided: u64,
    /// Zombies that could not be written.
    pub failed: u64,
    /// Tasks reaped.
    pub reaped: u64,
    /// Zombies that had moved on.
    pub moved_on: u64,
    /// Zombies that were left alone, as more were due than [`at_most`](crate::SweepOptions::at_most) allowed.
    pub held_back: u64,
    /// Transactions committed.
    pub transactions: u64,
    /// How long it took.
    pub duration: Duration,
    /// Why it stopped early.
    pub error: Option<String>,
    /// The sweeper's version.
    pub version: String,
    /// The clocks when it was over.
    pub clocks: Clocks,
}

impl PastSweep {
    /// Whether it did all that it was to do.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.error.is_none() && self.failed == 0 && self.held_back == 0
    }
}

/// That sweep after sweep holds zombies back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PastHeldBack {
    /// How many the last of them left alone.
    pub count: u64,
    /// The *now* of the first of them.
    pub since: Timestamp,
    /// The *now* of the last.
    pub last: Timestamp,
}

/// What has been counted of a scope, beyond the time for which each sweep is kept. No figure ever becomes less while the
/// ledger is there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Since when.
    pub since: Timestamp,
    /// Sweeps, those that failed included.
    pub sweeps: u64,
    /// Sweeps that did not do all that they were to do.
    pub failures: u64,
    /// Tasks reaped, by reason code; `other` counts those for whose runs' words no room was left.
    pub reaped: BTreeMap<String, u64>,
    /// Times that a zombie could not be written.
    pub failed: u64,
    /// Zombies that had moved on.
    pub moved_on: u64,
    /// Transactions committed.
    pub transactions: u64,
    /// Runs marked abandoned.
    pub runs_abandoned: u64,
    /// Workspaces freed.
    pub workspaces_freed: u64,
}

/// What thresholds were learned in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PastLearning {
    /// Since when.
    pub since: Timestamp,
    /// Why what was learned before is lost, where it is, and is learned anew.
    pub lost: Option<String>,
    /// What was in force at the last sweep that learned.
    pub in_force: BTreeMap<Labels, Duration>,
}

/// A task that nothing tells dead from alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndecidedSince {
    /// The task's id, as it is shown.
    pub task_id: String,
    /// What stands in the way.
    pub why: String,
    /// The sweep that found it so first; each since has found the same.
    pub since: Timestamp,
}

/// The living of one project and kind in one sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastLiving {
    /// The *now* of the sweep.
    pub at: Timestamp,
    /// Their project and kind.
    pub labels: Labels,
    /// How many projects and kinds are counted together here, where there were too many to keep each; else 0.
    pub others: u64,
    /// How old their last signs of life were.
    pub ages: Ages,
}
