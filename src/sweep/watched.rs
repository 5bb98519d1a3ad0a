//! What a sweep does otherwise where it is a look of a watch: it never waits, and leaves to a later look what is in doubt.

use super::Sweep;
use super::silence::AT_ONCE;
use crate::error::SweepError;
use crate::options::Doubted;
use crate::report::FailedTask;
use crate::store::Store;
use crate::zombie::{Evidence, Reason, Zombie};

impl<S: Store> Sweep<'_, S> {
    /// Whether an earlier look found a silence that is in doubt just so; if not, it is left to a later one. `None`: this is no
    /// look of a watch.
    pub(super) fn is_confirmed_by_the_watch(&mut self, zombie: &Zombie, is_doubtful: bool) -> Option<bool> {
        let watched = self.opts.watched.as_ref()?;
        let doubted = self.doubted(zombie, is_doubtful);
        let key = &zombie.suspect.key;
        let is_proven = watched.is_proven(key, &doubted);
        self.report.waiting += usize::from(!is_proven);
        if is_doubtful {
            self.report.confirm_s = self.opts.between_looks().as_secs_f64();
        }
        self.report.doubted.insert(key.clone(), doubted);
        Some(is_proven)
    }

    /// How it is to be found for how long: what rests on silence until that is confirmed, and a run that says of no end until
    /// it has settled.
    fn doubted(&self, zombie: &Zombie, is_silence: bool) -> Doubted {
        let confirm = is_silence.then(|| self.opts.between_looks());
        let settle = zombie.is_unsettled.then_some(self.opts.policy.settle);
        Doubted {
            print: zombie.suspect.print_of_all(),
            time: confirm.max(settle).unwrap_or_default(),
        }
    }

    /// Whether a watch, this one or one beside this sweep, looked for only a part of this silence.
    pub(super) fn is_older_than_the_watch(&self, evidence: &Evidence) -> bool {
        let looked_since = match evidence.reason {
            Reason::LeaseExpired => self.opts.looked_since.leases,
            _ => self.opts.looked_since.silence,
        };
        let sign = evidence.sign_of_life;
        looked_since.is_some_and(|since| sign.is_none_or(|sign| sign < since.into()))
    }

    /// To a watch: silence that somebody's lock may explain is left to a later look. Commits that it saw say nothing of the
    /// time since, which may be all that a lease lasts.
    pub(super) fn leave_silence_before_a_lock(
        &mut self,
        zombies: &mut Vec<Zombie>,
    ) -> Result<(), SweepError> {
        let is_silence = |zombie: &Zombie| zombie.evidence.is_silence || zombie.is_unsettled;
        if self.opts.watched.is_none() || !zombies.iter().any(is_silence) {
            return Ok(());
        }
        if !self.report.met_a_lock {
            let took = self.store.lock_took()?;
            self.report.met_a_lock = took.is_none_or(|took| took >= AT_ONCE);
        }
        if self.report.met_a_lock {
            for zombie in zombies.extract_if(.., |zombie| is_silence(zombie)) {
                self.report.waiting += 1;
                let doubted = self.doubted(&zombie, zombie.evidence.is_silence);
                self.report.doubted.insert(zombie.suspect.key, doubted);
            }
        }
        Ok(())
    }

    /// To a watch that met a failure: fails where nobody can write yet, as long as silence asks for it.
    pub(super) fn see_that_one_can_write(&mut self) -> Result<(), SweepError> {
        let is_in_doubt = self
            .opts
            .watched
            .as_ref()
            .is_some_and(|watched| watched.is_write_in_doubt);
        if is_in_doubt && !self.report.could_write && !self.report.doubted.is_empty() {
            self.store.try_to_write()?;
            self.report.could_write = true;
        }
        Ok(())
    }

    /// To a watch: what was refused a moment ago is not tried again yet, and is told of all the same.
    pub(super) fn leave_refused(&mut self, zombies: &mut Vec<Zombie>) {
        let Some(watched) = self
            .opts
            .watched
            .as_ref()
            .filter(|watched| !watched.refused.is_empty())
        else {
            return;
        };
        let report = &mut self.report;
        zombies.retain(|zombie| {
            let suspect = &zombie.suspect;
            let Some(refused) = watched.refused(&suspect.key, || suspect.print_of_all()) else {
                return true;
            };
            report.failed.push(FailedTask {
                task_id: suspect.id.to_string(),
                why: refused.why.clone(),
            });
            report.refused.insert(suspect.key.clone(), refused.clone());
            false
        });
    }
}
