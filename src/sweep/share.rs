//! How many of the running tasks are zombies, counted before the first of them is reaped: where the fleet died, no reap tells
//! of the task.

use super::{Page, Sweep};
use crate::error::SweepError;
use crate::store::{Look, Store};
use crate::zombie::{Id, Share, Zombie};

impl<S: Store> Sweep<'_, S> {
    /// From the first page of the first look: where more may stand behind it, those are counted by a look of their own.
    pub(super) fn see_share(&mut self, first: &Page) -> Result<(), SweepError> {
        // A brake counts by itself.
        if first.zombies.is_empty() || self.held.is_some() {
            return Ok(());
        }
        if !self.counts_what_it_finds() {
            return self.count_all();
        }
        self.share = Share {
            running: first.read,
            zombies: self.count_due(&first.zombies),
        };
        match &first.rest {
            Some(key) => self.count_behind(Some(key.clone())),
            None => Ok(()),
        }
    }

    /// Of a plan, or of tasks that are named, which may be a part of the zombies only: all are counted, listed or not.
    pub(super) fn count_all(&mut self) -> Result<(), SweepError> {
        self.share = Share::default();
        self.count_behind(None)
    }

    fn count_behind(&mut self, mut after: Option<Id>) -> Result<(), SweepError> {
        loop {
            let mut plan = self.plan();
            let scan = self.store.count(&Look::Around(after.as_ref()), &mut plan)?;
            self.share.running += scan.scanned;
            self.share.zombies += self.count_due(&plan.zombies);
            after = scan.rest;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// At the second look: what was reaped before, and those whose silence nothing has broken.
    pub(super) fn see_share_again(&mut self, silent: &[Zombie]) {
        if self.counts_what_it_finds() {
            self.share.zombies = self.report.reaps.len() + self.count_due(silent);
        }
    }

    /// The same, where they are looked at on several pages.
    pub(super) fn count_again(&mut self, keys: &[Id]) -> Result<(), SweepError> {
        if !self.counts_what_it_finds() || self.held.is_some() {
            return Ok(());
        }
        let mut zombies = self.report.reaps.len();
        for keys in keys.chunks(self.opts.batch_size.get()) {
            let mut plan = self.plan();
            self.store.count(&Look::Again(keys), &mut plan)?;
            zombies += self.count_due(&plan.zombies);
        }
        self.share.zombies = zombies;
        Ok(())
    }

    /// Whether what it looks at is all there is.
    pub(super) fn counts_what_it_finds(&self) -> bool {
        self.opts.tasks.is_empty() && self.opts.planned.is_none()
    }

    /// Those that this sweep takes, as far as it can be known yet.
    fn count_due(&self, zombies: &[Zombie]) -> usize {
        zombies
            .iter()
            .filter(|zombie| self.was_so(zombie) != Some(false))
            .count()
    }
}
