//! What the operator is warned of by looks that have no line of their own.

use std::collections::BTreeMap;
use std::time::Duration;

use zombie_sweeper::SweepReport;
use zombie_sweeper::watch::Moment;

/// How often it is said at most: sentences count, and a count changes with each look.
const EVERY: Duration = Duration::from_secs(15 * 60);

/// What was said last, and when by the clock that only runs.
#[derive(Default)]
pub(super) struct Warned {
    of: Vec<String>,
    at: Option<Duration>,
    waiting: usize,
    /// The tasks that nothing tells dead from alive, and why.
    undecided: BTreeMap<String, String>,
}

/// Of how many undecided tasks of one look each is named.
const NAMED: usize = 20;

impl Warned {
    pub(super) fn of(&mut self, report: &SweepReport, at: Moment, is_printed: bool) {
        if report.waiting > self.waiting {
            tracing::info!(
                tasks = report.waiting,
                "silent, and left alone until a later look confirms it"
            );
        }
        self.waiting = report.waiting;
        self.of_undecided(report);
        let was_just_now = |said: Duration| at.since_boot.saturating_sub(said) < EVERY;
        if is_printed {
            self.of.clone_from(&report.warnings);
        } else if report.warnings != self.of && !self.at.is_some_and(was_just_now) {
            self.of.clone_from(&report.warnings);
            self.at = Some(at.since_boot);
            for warning in &report.warnings {
                tracing::warn!("{warning}");
            }
        }
    }

    /// Each is told of once for each reason, as no later look may have a line to say so.
    fn of_undecided(&mut self, report: &SweepReport) {
        let found = report.undecided.iter();
        let found: BTreeMap<_, _> = found
            .map(|task| (task.task_id.clone(), task.why.clone()))
            .collect();
        let is_new = |(task_id, why): &(&String, &String)| self.undecided.get(*task_id) != Some(*why);
        let new: Vec<_> = found.iter().filter(is_new).collect();
        for (task_id, why) in new.iter().take(NAMED) {
            tracing::warn!(task_id, "undecided, and left alone: {why}");
        }
        let more = new.len().saturating_sub(NAMED);
        if more > 0 {
            tracing::warn!(tasks = more, "undecided, and left alone, too");
        }
        self.undecided = found;
    }
}
