//! Tasks that are reaped for their own silence again and again: they are named, and parked where that is asked for.

use super::{NAMED_FROM, Sweep};
use crate::error::SweepError;
use crate::store::{Asked, Effort, Store};
use crate::zombie::{Timestamp, Zombie};

impl<S: Store> Sweep<'_, S> {
    /// Sees what these zombies were found among, and which of them were reaped before.
    pub(super) fn see_repeats(&mut self, zombies: &mut [Zombie]) -> Result<(), SweepError> {
        let share = self.share;
        for zombie in &mut *zombies {
            zombie.share = share;
        }
        // Where the fleet died, no reap tells of the task.
        if share.is_a_fleet() {
            return Ok(());
        }
        let effort = match self.opts.park_after {
            Some(_) => Effort::Thorough,
            None => Effort::ByIndex,
        };
        let silent = zombies.iter_mut().filter(|zombie| zombie.evidence.is_silence);
        let mut silent: Vec<_> = silent.collect();
        if silent.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = silent.iter().map(|zombie| &zombie.suspect.id).collect();
        let after = Timestamp::from(self.opts.now).minus(self.opts.park_within);
        let asked = Asked {
            tasks: &ids,
            after,
            effort,
        };
        let Some(pasts) = self.store.past(&asked, &mut self.notes)? else {
            return Ok(());
        };
        for (zombie, mut past) in silent.iter_mut().zip(pasts) {
            past.see_own_end(&zombie.suspect.task);
            if past.is_undated && !past.reaps.is_empty() {
                self.notes.see_undated(|| zombie.suspect.id.to_string());
            }
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
