//! A sweep of what a dry run has listed: nothing else is reaped, and nothing else is looked at but to count it.

use super::Sweep;
use crate::error::SweepError;
use crate::options::Planned;
use crate::store::{Look, Store};
use crate::zombie::{Id, Zombie};

impl<S: Store> Sweep<'_, S> {
    /// Looks at the tasks listed, as they are now, and acts on what it finds.
    pub(super) fn look_at_planned(&mut self, planned: &Planned) -> Result<(), SweepError> {
        let keys: Vec<Id> = planned.keys().cloned().collect();
        self.report.scanned = keys.len();
        let mut read = 0;
        for keys in keys.chunks(self.opts.batch_size.get()) {
            let page = self.look(&Look::Listed(keys))?;
            self.report.moved_on += keys.len().saturating_sub(page.read);
            // A brake counts by itself.
            if !page.zombies.is_empty() && self.share.is_unknown() && self.held.is_none() {
                self.count_all()?;
            }
            read += page.read;
            self.act(page.zombies, 0)?;
        }
        if read == 0 {
            self.store.check_project_known()?;
        }
        Ok(())
    }

    /// Leaves alone what is a zombie and not the one that was listed: with another run or attempt, for another reason.
    pub(super) fn leave_unplanned(&mut self, zombies: &mut Vec<Zombie>) {
        let Some(planned) = &self.opts.planned else {
            return;
        };
        let found = zombies.len();
        zombies.retain(|zombie| planned.lists(zombie));
        self.report.moved_on += found - zombies.len();
    }

    /// Leaves alone what would end otherwise than was said: a task that somebody agreed to open is not parked.
    pub(super) fn leave_what_ends_otherwise(&mut self, zombies: &mut Vec<Zombie>) {
        let Some(planned) = &self.opts.planned else {
            return;
        };
        let found = zombies.len();
        zombies.retain(|zombie| planned.ends(zombie));
        self.report.moved_on += found - zombies.len();
    }

    /// What was listed and is found alive has moved on since.
    pub(super) fn see_who_moved_on(&mut self) {
        if self.opts.planned.is_some() {
            self.report.moved_on += std::mem::take(&mut self.report.healthy);
        }
    }
}
