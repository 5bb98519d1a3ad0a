use super::clock::{Clocks, MINUTE, SECOND};
use super::database;
use super::dice::Dice;
use super::failure::Fallible;
use super::fleet::{Done, Fleet, is_busy};
use super::supervisor::beat_of_worker;
use super::truth::Row;
use super::worker::Worker;

/// What befalls a fleet.
impl Fleet {
    /// A new worker, under a name that nobody had before.
    pub(super) fn hire(&mut self, group: usize) -> Fallible {
        self.hired += 1;
        self.hire_as(group, format!("w{:02}", self.hired))
    }

    fn hire_as(&mut self, group: usize, name: String) -> Fallible {
        let host = self.groups[group].host;
        let (began, sign) = (self.clocks.read(host), self.clocks.sign(host));
        let mut worker = Worker {
            name,
            began,
            seen: None,
            slot: format!("slot-{group}"),
            group,
            conn: database::connect(&self.path)?,
            asleep_until_ms: 0,
            job: None,
        };
        if self.setup.shape().has_workers() {
            let (conn, name) = (worker.conn.clone(), worker.name.clone());
            let write = |conn: &_, _: &_| Ok(Some(vec![beat_of_worker(conn, &name, began, began)?]));
            let done = self.transact(&conn, "", write)?;
            worker.seen = (done == Done::Committed).then_some(sign);
        }
        self.workers.push(worker);
        Ok(())
    }

    /// It dies, or leaves in order: whatever it is at, its row says so then, or is gone.
    pub(super) fn crash(&mut self, dice: &mut Dice) -> Fallible {
        if self.workers.is_empty() {
            return Ok(());
        }
        let gone = self.workers.remove(dice.below(self.workers.len()));
        self.note(|_| format!("{} crashes, at {:?}", gone.name, gone.job));
        self.names_left.push((gone.group, gone.name.clone()));
        if self.setup.shape().has_workers() && dice.percent(60) {
            self.strike_off(&gone.name, dice.percent(50))?;
        }
        Ok(())
    }

    /// A worker's row says that it has left, or is removed.
    fn strike_off(&mut self, name: &str, says_so: bool) -> Fallible {
        let Some(mut row) = self.truth.workers.get(name).cloned() else {
            return Ok(());
        };
        self.note(|_| format!("{name} is struck off the workers, its row stays: {says_so}"));
        let conn = self.operator.clone();
        self.transact(&conn, "", |conn, _| {
            let sql = if says_so {
                "UPDATE workers SET state = 'left' WHERE name = ?1"
            } else {
                "DELETE FROM workers WHERE name = ?1"
            };
            conn.execute(sql, [name])?;
            "left".clone_into(&mut row.state);
            let removed = || Row::NoWorker(name.to_owned());
            Ok(Some(vec![if says_so { Row::Worker(row) } else { removed() }]))
        })?;
        Ok(())
    }

    /// Somebody strikes a worker off that has not been heard of for a while, dead or not.
    pub(super) fn strike_off_a_silent_one(&mut self, dice: &mut Dice) -> Fallible {
        let now = self.clocks.read(0);
        let silent = self
            .truth
            .workers
            .values()
            .filter(|worker| now.since(worker.beat_at) > 10 * MINUTE);
        let silent: Vec<String> = silent.map(|worker| worker.name.clone()).collect();
        match dice.pick(&silent) {
            Some(name) => self.strike_off(&name, dice.percent(30)),
            None => Ok(()),
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
        for worker in self.workers.extract_if(.., |worker| worker.group == group) {
            self.names_left.push((group, worker.name));
        }
        self.note(|_| format!("group {group} is killed"));
    }

    /// A supervisor starts, and as many workers as it is short of.
    pub(super) fn restart(&mut self, dice: &mut Dice) -> Fallible {
        let group = dice.below(Self::GROUPS);
        self.groups[group].supervisor = Some(database::connect(&self.path)?);
        let wanted = self.setup.workers.div_ceil(Self::GROUPS);
        let here = self.workers.iter().filter(|worker| worker.group == group).count();
        for _ in here..wanted {
            // Where workers have rows, one may go by the name of one that died.
            let old = self.names_left.iter().position(|(of, _)| *of == group);
            let old = old.filter(|_| self.setup.shape().has_workers() && dice.percent(60));
            match old {
                Some(place) => {
                    let (_, name) = self.names_left.remove(place);
                    self.hire_as(group, name)?;
                }
                None => self.hire(group)?,
            }
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
