use super::clock::{Clocks, MINUTE, SECOND};
use super::database;
use super::dice::Dice;
use super::failure::Fallible;
use super::fleet::{Fleet, is_busy};
use super::worker::Worker;

/// What befalls a fleet.
impl Fleet {
    /// A new worker, under a name that nobody had before.
    pub(super) fn hire(&mut self, group: usize) -> Fallible {
        self.hired += 1;
        let worker = Worker {
            name: format!("w{:02}", self.hired),
            slot: format!("slot-{group}"),
            group,
            conn: database::connect(&self.path)?,
            asleep_until_ms: 0,
            job: None,
        };
        self.workers.push(worker);
        Ok(())
    }

    pub(super) fn crash(&mut self, dice: &mut Dice) {
        if !self.workers.is_empty() {
            let gone = self.workers.remove(dice.below(self.workers.len()));
            self.note(|_| format!("{} crashes, at {:?}", gone.name, gone.job));
        }
    }

    /// Shorter than a run may be silent, or longer.
    pub(super) fn stall(&mut self, dice: &mut Dice) {
        if self.workers.is_empty() {
            return;
        }
        let place = dice.below(self.workers.len());
        let ms = if dice.percent(50) {
            dice.between(SECOND, 10 * MINUTE)
        } else {
            dice.between(10 * MINUTE, 60 * MINUTE)
        };
        self.workers[place].asleep_until_ms = self.clocks.elapsed_ms + ms;
        self.note(|fleet| format!("{} stalls for {ms} ms", fleet.workers[place].name));
    }

    /// SIGKILL to a supervisor and all of its workers.
    pub(super) fn kill_group(&mut self, dice: &mut Dice) {
        let group = dice.below(Self::GROUPS);
        self.groups[group].supervisor = None;
        self.workers.retain(|worker| worker.group != group);
        self.note(|_| format!("group {group} is killed"));
    }

    /// A supervisor starts, and as many workers as it is short of.
    pub(super) fn restart(&mut self, dice: &mut Dice) -> Fallible {
        let group = dice.below(Self::GROUPS);
        self.groups[group].supervisor = Some(database::connect(&self.path)?);
        let wanted = self.setup.workers.div_ceil(Self::GROUPS);
        let here = self.workers.iter().filter(|worker| worker.group == group).count();
        for _ in here..wanted {
            self.hire(group)?;
        }
        self.note(|_| format!("group {group} starts"));
        Ok(())
    }

    /// A host's clock jumps, or is put right.
    pub(super) fn jump(&mut self, dice: &mut Dice) {
        if !self.setup.clocks_jump {
            return;
        }
        let host = dice.below(Clocks::HOSTS);
        self.clocks.ahead_ms[host] = match dice.below(3) {
            0 => 0,
            1 => dice.between(-90 * SECOND, 90 * SECOND),
            _ => dice.between(-120 * MINUTE, 120 * MINUTE),
        };
        self.note(|fleet| {
            format!(
                "the clock of host {host} is ahead by {} ms",
                fleet.clocks.ahead_ms[host]
            )
        });
    }

    /// The machine sleeps, and with it whatever runs on it; the clocks go on.
    pub(super) fn suspend_all(&mut self, dice: &mut Dice) -> Fallible {
        if !self.setup.suspends {
            return Ok(());
        }
        let (from, ms) = (self.clocks.elapsed_ms, dice.between(10 * MINUTE, 120 * MINUTE));
        self.note(|_| "the machine sleeps".to_owned());
        self.wait(ms)?;
        self.suspends.push((from, self.clocks.elapsed_ms));
        Ok(())
    }

    /// Nobody can write, for a while that may be longer than a run may be silent.
    pub(super) fn fail_to_write(&mut self, dice: &mut Dice) -> Fallible {
        if !self.setup.outages || self.outage_until_ms.is_some() {
            return Ok(());
        }
        let until = self.clocks.elapsed_ms + dice.between(MINUTE, 60 * MINUTE);
        if !is_busy(self.outage.execute_batch("BEGIN IMMEDIATE"))? {
            self.outage_until_ms = Some(until);
            self.outages.push((self.clocks.elapsed_ms, until));
            self.note(|_| format!("nobody can write until {} s", until / SECOND));
            if dice.percent(60) {
                return self.wait(until - self.clocks.elapsed_ms);
            }
        }
        Ok(())
    }

    /// A host sleeps, and all of its workers with it.
    pub(super) fn suspend(&mut self, dice: &mut Dice) {
        let host = dice.below(Self::GROUPS);
        let until_ms = self.clocks.elapsed_ms + dice.between(MINUTE, 60 * MINUTE);
        for worker in &mut self.workers {
            if self.groups[worker.group].host == host {
                worker.asleep_until_ms = until_ms;
            }
        }
        self.note(|_| format!("host {host} is suspended"));
    }
}
