//! What a transaction of reaps comes to, for the report and the log.

use super::Sweep;
use crate::error::SweepError;
use crate::options::Refused;
use crate::report::{FailedTask, RememberedReap, Repeat, ZombieFound};
use crate::store::{Batch, Pending, Store};
use crate::zombie::{PastReap, Zombie};

impl<S: Store> Sweep<'_, S> {
    /// Reaps the first of the zombies that wait.
    pub(super) fn reap(&mut self, pending: &mut Pending) -> Result<(), SweepError> {
        let mut batch = Batch::default();
        let applied = self.store.apply(pending, &mut batch);
        self.add(batch);
        Ok(applied?)
    }

    /// A batch counts once its transaction is committed.
    pub(super) fn add(&mut self, batch: Batch) {
        let is_dry = self.report.dry_run;
        if !batch.reaped.is_empty() && !is_dry {
            self.report.transactions += 1;
        }
        self.report.moved_on += batch.moved_on;
        for refusal in batch.refused {
            if self.opts.watched.is_some() {
                let (print, why) = (refusal.print, refusal.why.clone());
                self.report.refused.insert(refusal.key, Refused { print, why });
            }
            self.report.failed.push(FailedTask {
                task_id: refusal.task_id.to_string(),
                why: refusal.why,
            });
        }
        for reap in batch.reaped {
            let done = if is_dry { "would reap" } else { "reaped" };
            let (suspect, evidence) = (&reap.zombie.suspect, &reap.zombie.evidence);
            tracing::info!(task_id = %suspect.id, reason = %evidence.reason, "{done}");
            if self.found.len() < self.shown_at_most() {
                self.found.push(ZombieFound::new(&reap.zombie, self.now));
            }
            if is_dry {
                self.report.planned.add(&reap.zombie);
            }
            let named_from = self.named_from();
            if let Some(reaps) = reap.zombie.repeat.filter(|reaps| *reaps >= named_from) {
                let task_id = suspect.id.clone();
                self.report.repeats.push(Repeat { task_id, reaps });
            }
            if reap.zombie.is_to_be_parked {
                self.report.parked.push(suspect.id.clone());
            }
            self.report.see_silence(evidence.sign_of_life, self.now);
            self.remember(&reap.zombie);
            self.report.runs_abandoned += reap.runs;
            self.report.workspaces_freed += reap.workspaces;
            self.report
                .reaps
                .push(suspect.id.clone(), evidence.reason.clone());
        }
    }

    fn remember(&mut self, zombie: &Zombie) {
        let Some(remembered) = self.report.remembered.as_mut().filter(|_| !self.opts.dry_run) else {
            return;
        };
        let (suspect, evidence) = (&zombie.suspect, &zombie.evidence);
        remembered.reaps.push(RememberedReap {
            reap: PastReap {
                at: self.now,
                unit_us: 1,
                task_id: suspect.id.clone(),
                run_id: suspect.run_meant().cloned(),
                run_left: None, // it stands in the event alone
                reason: evidence.reason.to_string(),
                sign_of_life: evidence.sign_of_life,
                condition: Some(evidence.condition),
                threshold: Some(evidence.threshold),
                held: None, // it stands in the event alone
                actor: Some(self.opts.actor.clone()),
                is_parked: zombie.is_to_be_parked,
                is_of_a_fleet: zombie.share.is_a_fleet(),
            },
            condition: evidence.condition,
            threshold: evidence.threshold,
            labels: suspect.labels.as_deref().cloned().unwrap_or_default(),
        });
    }
}
