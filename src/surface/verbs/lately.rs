use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zombie_sweeper::watch::LATELY;

use crate::surface::wait;

/// How many were reaped lately, by whoever asked: else one that may reap so many at once reaps all of them in small plans. Its clock
/// is never set.
#[derive(Debug, Default)]
pub(super) struct Lately(Mutex<Vec<(Duration, usize)>>);

impl Lately {
    pub(super) fn see(&self, reaped: usize) {
        if reaped > 0 {
            self.reaps().push((wait::running(), reaped));
        }
    }

    pub(super) fn count(&self) -> usize {
        let now = wait::running();
        let mut reaps = self.reaps();
        reaps.retain(|(at, _)| now.saturating_sub(*at) < LATELY);
        reaps.iter().map(|(_, reaped)| reaped).sum()
    }

    fn reaps(&self) -> MutexGuard<'_, Vec<(Duration, usize)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
