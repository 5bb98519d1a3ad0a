use std::rc::Rc;

use rusqlite::Connection;
use zombie_sweeper::rusqlite;

use super::clock::{Cell, MINUTE, Sign, Stamp};
use super::dice::Dice;
use super::failure::Fallible;
use super::fleet::{Done, Fleet};
use super::shape::Shape;
use super::supervisor::{beat_of_worker, insert_run};
use super::writes::Write;

/// What a fence is for.
pub(super) const LEARNT: &str = "fence: a worker learnt that it had lost its task";

pub(super) struct Worker {
    /// Of this process alone, while it lives: one that is restarted has another, but for some whose rows go by it.
    pub(super) name: String,
    /// When it began, by its own clock, and when it last said so in its own row, where workers have rows.
    pub(super) began: Stamp,
    pub(super) seen: Option<Sign>,
    pub(super) slot: String,
    pub(super) group: usize,
    pub(super) conn: Rc<Connection>,
    /// Until then, in true time, it does nothing.
    pub(super) asleep_until_ms: i64,
    pub(super) job: Option<Job>,
}

/// What a worker believes that it is at work on.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) task: String,
    pub(super) stage: Stage,
    /// Its last sign of life, as it is stored.
    pub(super) heard: Sign,
    /// Whether only the task has it, so that it counts while the run is the active one.
    pub(super) on_task_alone: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// The task is claimed, and names none or still the last; the run is to follow.
    Claimed {
        pointer: String,
    },
    /// The task names a run that is to follow.
    Named(String),
    Working(String),
    /// The run says so in a word of its own, and is to go on.
    Paused(String),
    /// The run is finished, and the task has not been told.
    Ended {
        run: String,
        word: &'static str,
    },
    /// A second run has begun, and the task still names the first, which failed.
    Retrying {
        old: String,
        new: String,
    },
}

impl Worker {
    /// When it was last heard of while it had its job, in true time.
    pub(super) fn heard_ms(&self) -> Option<i64> {
        let of_job = self.job.as_ref()?.heard.elapsed_ms;
        Some(self.seen.map_or(of_job, |seen| seen.elapsed_ms.max(of_job)))
    }

    pub(super) fn is_at(&self, task: &str) -> bool {
        self.job.as_ref().is_some_and(|job| job.task == task)
    }
}

impl Fleet {
    pub(super) fn is_awake(&self, worker: usize) -> bool {
        self.workers[worker].asleep_until_ms <= self.clocks.elapsed_ms
    }

    /// A worker takes its next step, whatever happened while it was not looking.
    pub(super) fn work(&mut self, place: usize, dice: &mut Dice) -> Fallible {
        let Some(job) = self.workers[place].job.clone() else {
            return Ok(());
        };
        let (conn, name) = (self.workers[place].conn.clone(), self.workers[place].name.clone());
        let (now, sign) = (self.clock_of(place), self.clocks.sign(self.host_of(place)));
        let mut write = Write {
            has_runs: self.setup.shape().has_runs(),
            fenced: self.setup.fenced,
            task: &job.task,
            run: "",
            now,
        };
        let (done, next, what) = match &job.stage {
            Stage::Claimed { pointer } => {
                self.started += 1;
                let run = format!("r{:03}", self.started);
                write.run = &run;
                let slot = self.workers[place].slot.clone();
                let done = self.transact(&conn, &run, |conn, truth| {
                    write.begin(conn, truth, &name, &slot, pointer)
                })?;
                (
                    done,
                    Some(Stage::Working(run.clone())),
                    format!("begins run {run}"),
                )
            }
            Stage::Named(run) => {
                write.run = run;
                let slot = self.workers[place].slot.clone();
                let done =
                    self.transact(&conn, run, |conn, truth| write.create(conn, truth, &name, &slot))?;
                (
                    done,
                    Some(Stage::Working(run.clone())),
                    format!("creates run {run}"),
                )
            }
            Stage::Working(run) => {
                write.run = run;
                if self.setup.shape().has_workers() && dice.percent(50) {
                    self.beat_in_its_row(place)?
                } else if write.has_runs {
                    self.work_on(&write, &conn, place, dice)?
                } else {
                    self.work_on_row(&write, &conn, dice)?
                }
            }
            Stage::Paused(run) => {
                write.run = run;
                let done = self.transact(&conn, run, |conn, truth| write.resume(conn, truth))?;
                (done, Some(Stage::Working(run.clone())), format!("resumes {run}"))
            }
            Stage::Ended { run, word } => {
                write.run = run;
                let done = self.transact(&conn, run, |conn, truth| write.finish_task(conn, truth, word))?;
                (done, None, format!("tells the task of run {run}: {word}"))
            }
            Stage::Retrying { old, new } => {
                write.run = new;
                let done = self.transact(&conn, new, |conn, truth| write.replace(conn, truth, old))?;
                (
                    done,
                    Some(Stage::Working(new.clone())),
                    format!("puts run {new} in the place of {old}"),
                )
            }
        };
        self.note(|_| format!("{name}, at {}: {what}", job.task));
        match done {
            Done::Committed => {
                let (heard, on_task_alone) = match (&job.stage, &next) {
                    // The new run's start is all that is known of it.
                    (Stage::Retrying { .. }, _) => (job.heard, false),
                    (Stage::Working(_), Some(Stage::Working(run))) if !self.is_beat(&job.task, run, now) => {
                        (job.heard, job.on_task_alone)
                    }
                    (_, Some(Stage::Working(run))) => {
                        let is_shown = self.truth.runs.get(run).is_some_and(|run| run.shows(now));
                        (sign, !is_shown)
                    }
                    _ => (sign, false),
                };
                self.workers[place].job = next.map(|stage| Job {
                    task: job.task,
                    stage,
                    heard,
                    on_task_alone,
                });
            }
            Done::Lost => {
                self.ledger.count(LEARNT);
                self.note(|_| "  but the task is no longer its own".to_owned());
                self.workers[place].job = None;
            }
            Done::Busy => {}
        }
        Ok(())
    }

    /// Whether a worker's last write can be read as a sign of life, on the run or on its task: a lease, or what nobody
    /// understands, is none.
    fn is_beat(&self, task: &str, run: &str, now: Stamp) -> bool {
        let task = &self.truth.tasks[task];
        if self.setup.shape() == Shape::Leases {
            return task.updated_at == now; // where there is nothing else, to renew it is to say so
        }
        self.truth.runs.get(run).is_some_and(|run| run.shows(now))
            || task.last_heartbeat == Some(now)
            || task.heartbeat_at == Cell::At(now)
    }

    /// A worker says in its own row alone that it is there, whatever it is at work on.
    fn beat_in_its_row(&mut self, place: usize) -> Fallible<(Done, Option<Stage>, String)> {
        let (now, sign) = (self.clock_of(place), self.clocks.sign(self.host_of(place)));
        let worker = &self.workers[place];
        let (conn, name, began) = (worker.conn.clone(), worker.name.clone(), worker.began);
        let stage = worker.job.as_ref().map(|job| job.stage.clone());
        let done = self.transact(&conn, "", |conn, _| {
            Ok(Some(vec![beat_of_worker(conn, &name, began, now)?]))
        })?;
        if done == Done::Committed {
            self.workers[place].seen = Some(sign);
        }
        Ok((done, stage, "heartbeat of the worker alone".to_owned()))
    }

    /// Mostly a heartbeat, at times the end.
    fn work_on(
        &mut self,
        write: &Write<'_>,
        conn: &Connection,
        place: usize,
        dice: &mut Dice,
    ) -> Fallible<(Done, Option<Stage>, String)> {
        let run = write.run;
        let setup = self.setup.clone();
        let mut word = ["completed", "completed", "completed", "failed", "aborted"][dice.below(5)];
        if setup.unknown_words && dice.percent(40) {
            word = "succeeded";
        }
        let working = || Some(Stage::Working(run.to_owned()));
        let column = if setup.several_columns && dice.percent(50) {
            "heartbeat_at"
        } else {
            "last_heartbeat"
        };
        if setup.unknown_words && dice.percent(5) {
            let done = self.transact(conn, run, |conn, truth| write.pause(conn, truth))?;
            return Ok((done, Some(Stage::Paused(run.to_owned())), format!("pauses {run}")));
        }
        if setup.leases && dice.percent(15) {
            let (of_task, until) = (dice.percent(50), write.now.plus(dice.between(2, 60) * MINUTE));
            let lease = if setup.odd_values && dice.percent(10) {
                Cell::Odd
            } else {
                Cell::At(until)
            };
            let done = self.transact(conn, run, |conn, truth| write.renew(conn, truth, of_task, lease))?;
            return Ok((
                done,
                working(),
                format!("renews the lease of {run}: {lease:?}, of the task: {of_task}"),
            ));
        }
        if setup.odd_values && dice.percent(8) {
            let of_task = dice.percent(30);
            let done = self.transact(conn, run, |conn, truth| write.spoil(conn, truth, of_task))?;
            return Ok((
                done,
                working(),
                format!("unreadable heartbeat of {run}, of the task: {of_task}"),
            ));
        }
        Ok(match dice.below(20) {
            0..5 if setup.finish_in_one => {
                let done = self.transact(conn, run, |conn, truth| write.finish(conn, truth, word))?;
                (done, None, format!("finishes run {run}: {word}"))
            }
            0..5 => {
                let done = self.transact(conn, run, |conn, truth| write.finish_run(conn, truth, word))?;
                let run = run.to_owned();
                let what = format!("ends run {run}: {word}");
                (done, Some(Stage::Ended { run, word }), what)
            }
            5 => self.retry(write, conn, place, dice)?,
            6 => {
                // Killed in the midst of a transaction, which SQLite then undoes.
                self.transact(conn, run, |conn, truth| {
                    write.heartbeat(conn, truth, column, true).map(|_| None)
                })?;
                (Done::Busy, None, "is interrupted while it writes".to_owned())
            }
            7..11 => {
                let done = self.transact(conn, run, |conn, truth| {
                    write.heartbeat_of_task(conn, truth, column)
                })?;
                (done, working(), format!("heartbeat of the task alone, for {run}"))
            }
            eleven_up => {
                let task_too = eleven_up >= 15;
                let done = self.transact(conn, run, |conn, truth| {
                    write.heartbeat(conn, truth, column, task_too)
                })?;
                (done, working(), format!("heartbeat of {run}"))
            }
        })
    }

    /// The same where the task row is all there is.
    fn work_on_row(
        &mut self,
        write: &Write<'_>,
        conn: &Connection,
        dice: &mut Dice,
    ) -> Fallible<(Done, Option<Stage>, String)> {
        let (run, setup) = (write.run, self.setup.clone());
        let working = || Some(Stage::Working(run.to_owned()));
        let word = ["completed", "completed", "failed"][dice.below(3)];
        let several = setup.several_columns && dice.percent(50);
        let column = if several { "heartbeat_at" } else { "last_heartbeat" };
        if dice.percent(25) {
            let done = self.transact(conn, run, |conn, truth| write.finish_task(conn, truth, word))?;
            return Ok((done, None, format!("finishes {run}: {word}")));
        }
        if dice.percent(5) {
            self.transact(conn, run, |conn, truth| {
                write.heartbeat_of_task(conn, truth, column).map(|_| None)
            })?;
            return Ok((Done::Busy, None, "is interrupted while it writes".to_owned()));
        }
        if setup.leases && (setup.shape() == Shape::Leases || dice.percent(15)) {
            let until = Cell::At(write.now.plus(dice.between(2, 60) * MINUTE));
            let lease = if setup.odd_values && dice.percent(10) {
                Cell::Odd
            } else {
                until
            };
            let done = self.transact(conn, run, |conn, truth| write.renew(conn, truth, true, lease))?;
            return Ok((done, working(), format!("renews the lease of {run}: {lease:?}")));
        }
        if setup.odd_values && dice.percent(8) {
            let done = self.transact(conn, run, |conn, truth| write.spoil(conn, truth, true))?;
            return Ok((done, working(), format!("unreadable heartbeat of {run}")));
        }
        let done = self.transact(conn, run, |conn, truth| {
            write.heartbeat_of_task(conn, truth, column)
        })?;
        Ok((done, working(), format!("heartbeat of {run}")))
    }

    /// A second run follows one that failed, and has begun or shows nothing yet.
    fn retry(
        &mut self,
        write: &Write<'_>,
        conn: &Connection,
        place: usize,
        dice: &mut Dice,
    ) -> Fallible<(Done, Option<Stage>, String)> {
        self.started += 1;
        let (old, new) = (write.run.to_owned(), format!("r{:03}", self.started));
        let start = (!self.setup.mute_successors || dice.percent(40)).then_some(write.now);
        let worker = &self.workers[place];
        let (name, slot) = (worker.name.clone(), worker.slot.clone());
        let done = self.transact(conn, &old, |conn, truth| {
            let Some(mut rows) = write.finish_run(conn, truth, "failed")? else {
                return Ok(None);
            };
            rows.push(insert_run(conn, &new, write.task, &name, &slot, start)?);
            Ok(Some(rows))
        })?;
        let what = format!("fails run {old} and makes {new}, begun at {start:?}");
        Ok((done, Some(Stage::Retrying { old, new }), what))
    }
}
