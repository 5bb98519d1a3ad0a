//! What the operator is warned of by looks that have no line of their own.

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
}

impl Warned {
    pub(super) fn of(&mut self, report: &SweepReport, at: Moment, is_printed: bool) {
        if report.waiting > self.waiting {
            tracing::info!(
                tasks = report.waiting,
                "silent, and left alone until a later look confirms it"
            );
        }
        self.waiting = report.waiting;
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
}
