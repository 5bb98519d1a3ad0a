//! Tasks that are reaped for their own silence again and again: they are named, and parked where that is asked for.

use super::Sweep;
use crate::error::SweepError;
use crate::store::{Effort, Store};
use crate::zombie::{Share, Timestamp, Zombie};

/// From the how-manieth reap in a row on a task is named, where nobody said after how many it is parked.
const NAMED_FROM: usize = 3;

/// Of how many zombies the past is looked up unasked.
const LOOKED_UP: usize = 1_000;

impl<S: Store> Sweep<'_, S> {
    /// Sees what these zombies were found among, and which of them were reaped before.
    pub(super) fn see_repeats(&mut self, zombies: &mut [Zombie]) -> Result<(), SweepError> {
        // Where tasks are named, those are all that is seen.
        let share = if self.opts.tasks.is_empty() {
            Share {
                running: self.report.scanned,
                zombies: self.due,
            }
        } else {
            Share::default()
        };
        for zombie in &mut *zombies {
            zombie.share = share;
        }
        // Where the fleet died, no reap tells of the task.
        if share.is_a_fleet() {
            return Ok(());
        }
        let (most, effort) = match self.opts.park_after {
            Some(_) => (usize::MAX, Effort::Thorough),
            None => (LOOKED_UP, Effort::ByIndex),
        };
        let silent = zombies.iter_mut().filter(|zombie| zombie.evidence.is_silence);
        let mut silent: Vec<_> = silent.take(most).collect();
        if silent.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = silent.iter().map(|zombie| &zombie.suspect.id).collect();
        let Some(pasts) = self.store.past(&ids, effort)? else {
            return Ok(());
        };
        let after = Timestamp::from(self.opts.now).minus(self.opts.park_within);
        for (zombie, past) in silent.iter_mut().zip(pasts) {
            zombie.see_past(&past, after, self.opts.park_after);
        }
        Ok(())
    }

    /// From the how-manieth reap in a row on a task is named.
    pub(super) fn named_from(&self) -> usize {
        self.opts
            .park_after
            .map_or(NAMED_FROM, |most| most.get().min(NAMED_FROM))
    }
}
