use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zombie_sweeper::ledger::Outcome;
use zombie_sweeper::metrics::Totals;

/// How many reasons are counted apart: the first that came, so that no count ever moves to another. A run may have ended by any
/// word, and each is a reason.
const MOST: usize = 32;

/// What counts the others. No reason's code is this.
const OTHER: &str = "other";

/// What the sweeps of this process came to, where no ledger counts them.
#[derive(Debug, Default)]
pub(super) struct Counted(Mutex<Totals>);

impl Counted {
    pub(super) fn add(&self, outcome: Outcome<'_>) {
        let mut totals = self.totals();
        totals.sweeps += 1;
        totals.failed_sweeps += u64::from(outcome.is_failure());
        if let Outcome::Swept(report) = outcome {
            for reap in &report.reaps {
                let code = reap.reason.code().into_owned();
                *of_reason(&mut totals.reaped, code) += 1;
            }
        }
    }

    pub(super) fn so_far(&self) -> Totals {
        self.totals().clone()
    }

    fn totals(&self) -> MutexGuard<'_, Totals> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_reason(reaped: &mut BTreeMap<String, u64>, code: String) -> &mut u64 {
    let has_room = reaped.len() < MOST || reaped.contains_key(&code);
    let code = if has_room { code } else { OTHER.to_owned() };
    reaped.entry(code).or_default()
}
