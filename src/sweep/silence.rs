//! What rests on silence: looked at twice where that is asked for, or where nobody could have beaten.

use std::time::Duration;

use super::{ROUNDS, Sweep};
use crate::error::SweepError;
use crate::store::{Look, Store};
use crate::zombie::{Reason, Timestamp, Zombie};

/// Up to when the right to write was to be had at once: nobody else held it but for a moment.
pub(super) const AT_ONCE: Duration = Duration::from_millis(100);

/// How many silent zombies are looked at for columns that look like a heartbeat.
const SAMPLES: usize = 5;

impl<S: Store> Sweep<'_, S> {
    /// Notes what puts the silence of zombies in doubt.
    pub(super) fn see_silence(&mut self, found: &[Zombie]) -> Result<(), SweepError> {
        let silent = || found.iter().filter(|zombie| zombie.evidence.is_silence);
        for _ in silent() {
            self.notes.see_silence();
        }
        let samples: Vec<_> = silent().take(SAMPLES).collect();
        Ok(self.store.see_look_alikes(&samples, &mut self.notes)?)
    }

    /// Whether a zombie is to be reaped at this look. Silence that needs a second one is kept for it; and at the second
    /// one only silence that nothing has broken is proven.
    pub(super) fn is_proven(&mut self, zombie: &Zombie) -> bool {
        if let Some(is_proven) = self.was_so(zombie) {
            self.report.healthy += usize::from(!is_proven);
            return is_proven;
        }
        let is_doubtful = self.is_doubtful(zombie);
        if (is_doubtful || zombie.is_unsettled)
            && let Some(is_proven) = self.is_confirmed_by_the_watch(zombie, is_doubtful)
        {
            return is_proven;
        }
        if is_doubtful || self.opts.dry_run && zombie.evidence.is_silence {
            let (key, print) = (zombie.suspect.key.clone(), zombie.suspect.print_of_all());
            self.silent.insert(key, print);
        }
        self.doubtful += usize::from(is_doubtful);
        // A dry run waits only if it is asked to.
        !is_doubtful || self.opts.dry_run && self.opts.confirm.is_zero()
    }

    /// Whether it was the same at an earlier look, where there was one and silence has to be.
    pub(super) fn was_so(&self, zombie: &Zombie) -> Option<bool> {
        let first = match &self.opts.first_look {
            Some(first) => &**first,
            None if self.is_second_look => &self.silent,
            None => return None,
        };
        let is_the_same = || first.get(&zombie.suspect.key) == Some(&zombie.suspect.print_of_all());
        Some(!self.is_second_look && !zombie.evidence.is_silence || is_the_same())
    }

    /// Whether a second look has to confirm it: where that was asked for, where nobody could have beaten for as long as the
    /// machine was suspended, where nobody looked for all of it, and where it rests on nothing but a worker's row that is gone.
    fn is_doubtful(&self, zombie: &Zombie) -> bool {
        let (evidence, suspended) = (&zombie.evidence, self.opts.suspended);
        if !evidence.is_silence {
            return false;
        }
        if evidence.reason == Reason::WorkerGone {
            return true;
        }
        if self.is_older_than_the_watch(evidence) {
            return true;
        }
        let awake = self.now.minus(suspended);
        let policy = self.opts.policy_of(&zombie.suspect);
        let is_short_silence = || match evidence.sign_of_life {
            Some(sign) => !awake.is_later_by(policy.stale_after, sign),
            None => true,
        };
        !self.opts.confirm.is_zero() || !suspended.is_zero() && is_short_silence()
    }

    /// Waits, without any lock or transaction, and looks again at what was silent.
    pub(super) fn look_twice(&mut self) -> Result<(), SweepError> {
        let opts = self.opts;
        if self.silent.is_empty() || opts.dry_run && opts.confirm.is_zero() {
            return Ok(());
        }
        let confirm = opts.between_looks();
        self.report.confirm_s = confirm.as_secs_f64();
        tracing::info!(
            tasks = self.silent.len(),
            wait_s = confirm.as_secs_f64(),
            "looks twice at what is silent"
        );
        let could_write = self.wait_while_others_could_write(confirm);
        if !matches!(could_write, Ok(true)) {
            self.report.moved_on += self.silent.len();
        }
        if !could_write? {
            self.report.warnings.push(format!(
                "silent tasks are left to the next sweep ({}): the database was locked each time they were to be looked at \
                 again, and who cannot write is silent too",
                self.silent.len()
            ));
            return Ok(());
        }
        self.store.turn_to(self.now);
        self.is_second_look = true;
        let mut keys: Vec<_> = self.silent.keys().cloned().collect();
        keys.sort_unstable();
        let is_one_page = keys.len() <= opts.batch_size.get();
        if !is_one_page {
            self.count_again(&keys)?;
        }
        for keys in keys.chunks(opts.batch_size.get()) {
            let page = self.look(&Look::Again(keys))?;
            if is_one_page {
                self.see_share_again(&page.zombies);
            }
            self.report.moved_on += keys.len().saturating_sub(page.read);
            self.act(page.zombies, 0)?;
        }
        Ok(())
    }

    /// Waits so long, and anew where the database turns out to have been locked: who cannot write cannot beat. It counts
    /// from a moment when the lock could be had to one when it can be had at once. `false` where that did not come about.
    fn wait_while_others_could_write(&mut self, time: Duration) -> Result<bool, SweepError> {
        if self.opts.dry_run {
            self.now = self.wait(time)?;
            return Ok(true);
        }
        let mut counts = self.store.lock_took()?.is_some();
        for _ in 0..ROUNDS {
            self.now = self.wait(time)?;
            let took = self.store.lock_took()?;
            if counts && took.is_some_and(|took| took < AT_ONCE) {
                return Ok(true);
            }
            counts = took.is_some();
        }
        Ok(false)
    }

    /// Waits so long, and returns what time it is then.
    fn wait(&self, time: Duration) -> Result<Timestamp, SweepError> {
        if let Some(waiting) = &self.opts.waiting {
            let now = (waiting.0)(time).ok_or(SweepError::Interrupted)?;
            return Ok(now.into());
        }
        std::thread::sleep(time);
        Ok(Timestamp::from(self.opts.now).plus(self.started.elapsed()))
    }
}
