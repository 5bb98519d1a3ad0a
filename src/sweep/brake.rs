//! The brake: where more zombies are due than anybody expects, none is reaped.

use super::held::Held;
use super::{SHOWN, Sweep};
use crate::error::SweepError;
use crate::report::{HeldBack, Reaps, ZombieFound};
use crate::store::{Look, Store};
use crate::zombie::{Share, Zombie};

impl<S: Store> Sweep<'_, S> {
    /// Looks at all there is, twice where silence asks for it, and counts before it reaps.
    pub(super) fn run_with_brake(&mut self, at_most: usize) -> Result<(), SweepError> {
        self.held = Some(Vec::new());
        let looked = self.look_at_all().and_then(|()| self.look_twice());
        let held = self.held.take().unwrap_or_default();
        if looked.is_err() {
            self.report.moved_on += held.len();
        }
        looked?;
        let by_the_watch = self.opts.watched.as_ref();
        let by_the_watch = by_the_watch.map_or(0, |watched| watched.reaped_lately);
        let lately = self.opts.reaped_lately.saturating_add(by_the_watch);
        if held.len() > at_most.saturating_sub(lately) {
            self.hold_back(at_most, lately, held);
            return Ok(());
        }
        if self.counts_what_it_finds() {
            self.share = Share {
                running: self.report.scanned,
                zombies: held.len(),
            };
        } else if !held.is_empty() {
            self.count_all()?;
        }
        if self.opts.dry_run {
            self.doubtful = 0; // counted anew
        } else {
            // What has changed meanwhile is left to the next sweep.
            self.is_second_look = true;
            self.silent = held.iter().map(|held| (held.key.clone(), held.print)).collect();
        }
        let keys: Vec<_> = held.into_iter().map(|held| held.key).collect();
        for keys in keys.chunks(self.opts.batch_size.get()) {
            let page = self.look(&Look::Again(keys))?;
            self.report.moved_on += keys.len().saturating_sub(page.read);
            self.act(page.zombies, 1)?;
        }
        Ok(())
    }

    /// Keeps zombies for when all are counted.
    pub(super) fn hold(&mut self, zombies: &[Zombie]) {
        let now = self.now;
        let Some(held) = &mut self.held else { return };
        for zombie in zombies {
            let found = (held.len() < SHOWN).then(|| ZombieFound::new(zombie, now));
            let suspect = &zombie.suspect;
            held.push(Held {
                key: suspect.key.clone(),
                print: suspect.print_of_all(),
                task_id: suspect.id.clone(),
                reason: zombie.evidence.reason.clone(),
                found,
            });
        }
    }

    fn hold_back(&mut self, at_most: usize, reaped_lately: usize, held: Vec<Held>) {
        let mut due = Reaps::default();
        for held in held {
            due.push(held.task_id, held.reason);
            self.found.extend(held.found);
        }
        due.sort();
        self.report.held_back = Some(HeldBack {
            at_most,
            reaped_lately,
            due,
        });
    }
}
