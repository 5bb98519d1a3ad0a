use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use zombie_sweeper::SweepReport;
use zombie_sweeper::ledger::Outcome;
use zombie_sweeper::metrics::{LastSweep, Totals, seconds};

use super::counted::Counted;

/// The last sweep of the queue, and what all came to, for a monitor that asks.
#[derive(Debug, Default)]
pub(crate) struct Told {
    last: Mutex<Option<Last>>,
    counted: Counted,
}

#[derive(Debug)]
pub(super) struct Last {
    at: DateTime<Utc>,
    is_success: bool,
    exit_code: u8,
    report: Option<SweepReport>,
    oldest_living_silence_s: Option<f64>,
    /// When the last one began that did all there was to do; 0: none did.
    pub(super) succeeded_s: f64,
}

impl Told {
    pub(super) fn hear(&self, sweep: &LastSweep<'_>) {
        let mut last = self.last();
        let succeeded_s = if sweep.is_success {
            seconds(sweep.at)
        } else {
            last.as_ref().map_or(0.0, |last| last.succeeded_s)
        };
        *last = Some(Last {
            at: sweep.at,
            is_success: sweep.is_success,
            exit_code: sweep.exit_code,
            report: sweep.report.cloned(),
            oldest_living_silence_s: sweep.oldest_living_silence_s,
            succeeded_s,
        });
    }

    /// Counts a sweep, be it of single tasks.
    pub(super) fn count(&self, outcome: Outcome<'_>) {
        self.counted.add(outcome);
    }

    pub(super) fn counted(&self) -> Totals {
        self.counted.so_far()
    }

    /// The last one, where there was one.
    pub(super) fn last(&self) -> MutexGuard<'_, Option<Last>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Last {
    pub(super) fn sweep(&self) -> LastSweep<'_> {
        LastSweep {
            at: self.at,
            is_success: self.is_success,
            exit_code: self.exit_code,
            report: self.report.as_ref(),
            oldest_living_silence_s: self.oldest_living_silence_s,
        }
    }
}
