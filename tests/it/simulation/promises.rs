//! What each sweep is held to.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use zombie_sweeper::{Policy, SweepReport};

use super::clock::{Cell, Sign, Stamp};
use super::contract::{self, Judgment, Zombie, ms};
use super::database;
use super::failure::{Failure, Fallible, hold};
use super::fleet::Fleet;
use super::shape::Shape;
use super::stage::{Interruption, Moment};
use super::truth::{Event, Row};
use super::worker::{Job, Stage, Worker};
use crate::world;

/// The reaps of tasks whose workers live.
pub(super) const SILENT: &str = "false reap: silent for too long, and alive";
pub(super) const CLOCKS: &str = "false reap: heard in time, but the clocks disagreed";
pub(super) const SUSPENDED: &str = "false reap: silent, as the machine slept";
pub(super) const OUTAGE: &str = "false reap: silent, as nobody could write";
pub(super) const SLEPT: &str =
    "false reap, looked at twice: its worker slept all the while, or could not write";
pub(super) const NOT_TOLD: &str = "false reap: the run was finished, and the task not told yet";

/// What else came of sweeps.
pub(super) const TWICE: &str = "sweeps that looked twice";
pub(super) const REFUSED: &str = "zombies that refused to be written, each alone";
pub(super) const UNDECIDED: &str = "tasks that nothing tells dead or alive";

/// What a sweep under way is held to.
pub(super) struct Watch {
    pub(super) place: usize,
    pub(super) now: Stamp,
    /// Of its own clock.
    pub(super) sign: Sign,
    pub(super) dry_run: bool,
    pub(super) commits_before: usize,
    pub(super) running_before: usize,
    /// The zombies when it began, and what nothing tells.
    pub(super) zombies: BTreeMap<String, Zombie>,
    pub(super) undecided: BTreeSet<String>,
    pub(super) doubt: Doubt,
    /// Those of the zombies that have been zombies ever since, and as they were where that is in doubt.
    pub(super) still: BTreeMap<String, Zombie>,
    pub(super) prints: BTreeMap<String, String>,
    pub(super) wait: Option<Wait>,
    /// Whether it has come to its second look.
    pub(super) looked_twice: bool,
    pub(super) reaps: BTreeMap<String, String>,
    pub(super) batches: usize,
    pub(super) runs_abandoned: usize,
    pub(super) workspaces_freed: usize,
    pub(super) asked_for_lock: usize,
    pub(super) interruption: Interruption,
}

/// Which silence a sweep has to look at twice.
#[derive(Clone, Copy)]
pub(super) struct Doubt {
    pub(super) always: bool,
    pub(super) suspended_ms: i64,
}

impl Doubt {
    /// Any, or what is no longer than a run may be silent once the time is taken off in which nobody could beat.
    fn is_about(self, zombie: &Zombie, policy: &Policy, now: Stamp) -> bool {
        let is_short = |sign: Stamp| now.since(sign) - self.suspended_ms <= ms(policy.stale_after);
        let may_be_short = self.suspended_ms > 0 && zombie.sign.is_none_or(is_short);
        zombie.by_silence && (self.always || may_be_short || zombie.reason == "worker_gone")
    }
}

/// The time between the two looks of a sweep.
pub(super) struct Wait {
    /// The zombies as they were when it began.
    pub(super) prints: BTreeMap<String, String>,
    /// The workers that were awake when it ended, and could write.
    pub(super) awake: BTreeSet<String>,
}

/// Task and reason of each reap.
pub(super) fn reasons(report: &SweepReport) -> BTreeMap<String, String> {
    let reaps = report.reaps.iter();
    reaps
        .map(|reap| (reap.task_id.to_string(), reap.reason.to_string()))
        .collect()
}

impl Fleet {
    /// Somebody did something while sweeps were under way: fewer may have been zombies all the time.
    pub(super) fn look_again(&mut self) {
        for place in 0..self.watches.len() {
            let mut watch = self.watches.remove(place);
            let zombies = self.zombies(watch.place, watch.now);
            let policy = self.sweepers[watch.place].policy;
            let is_doubtful = |zombie: &Zombie| watch.doubt.is_about(zombie, &policy, watch.now);
            watch.still.retain(|task, first| {
                zombies.get(task).is_some_and(|zombie| {
                    // What was silent at the first look and then changes is left to the next sweep, whatever it is then.
                    let counts = watch.wait.is_none() && !is_doubtful(first) && !is_doubtful(zombie);
                    counts || self.print(task, &policy, watch.now) == watch.prints[task]
                })
            });
            self.watches.insert(place, watch);
        }
    }

    pub(super) fn prints(
        &self,
        zombies: &BTreeMap<String, Zombie>,
        place: usize,
        now: Stamp,
    ) -> BTreeMap<String, String> {
        let policy = self.sweepers[place].policy;
        let tasks = zombies.keys();
        tasks
            .map(|task| (task.clone(), self.print(task, &policy, now)))
            .collect()
    }

    fn print(&self, task: &str, policy: &Policy, now: Stamp) -> String {
        contract::print(self.setup.shape(), &self.truth, task, policy, now)
    }

    /// The tasks that a sweep has just reset, each with its event where there are events.
    fn just_reaped(&self) -> Fallible<Vec<(String, Option<Event>)>> {
        if self.setup.shape().has_events() {
            let events = database::events_after(&self.observer, self.truth.last_event_id())?;
            return Ok(events
                .into_iter()
                .map(|event| (event.task_id.clone(), Some(event)))
                .collect());
        }
        let found = database::tasks(&self.observer)?;
        let changed = found.into_iter().filter(|(id, row)| self.truth.tasks[id] != *row);
        Ok(changed.map(|(id, _)| (id, None)).collect())
    }

    pub(super) fn zombies_of_watch(&self) -> Vec<String> {
        let watch = self.watches.last();
        watch.map_or_else(Vec::new, |watch| {
            self.zombies(watch.place, watch.now).into_keys().collect()
        })
    }

    /// What a sweep has just committed, as the database shows it: nobody else has written since.
    pub(super) fn settle_batch(&mut self) -> Fallible {
        if self.nothing_new()? {
            return Ok(());
        }
        let reaped = self.just_reaped()?;
        if reaped.is_empty() {
            return Ok(());
        }
        let mut watch = self.watches.pop().unwrap();
        hold!(!watch.dry_run, "a dry run wrote {reaped:?}");
        let batch_size = self.sweepers[watch.place].batch_size.get();
        hold!(
            reaped.len() <= batch_size || !watch.interruption.on_stage,
            "more than a batch of {batch_size}: {reaped:?}"
        );
        watch.batches += 1;
        for (task, event) in reaped {
            self.settle_reap(&mut watch, &task, event)?;
        }
        self.commits += 1;
        watch.commits_before += 1;
        self.watches.push(watch);
        self.look_again();
        self.agree("after a batch")
    }

    fn settle_reap(&mut self, watch: &mut Watch, id: &str, event: Option<Event>) -> Fallible {
        let shape = self.setup.shape();
        let sweeper = &self.sweepers[watch.place];
        let task = &self.truth.tasks[id];
        let judgment = contract::judge(shape, &self.truth, task, &sweeper.policy, watch.now);
        let Some(Judgment::Zombie(zombie)) = judgment else {
            let runs: Vec<_> = self.truth.runs_of(&task.id).collect();
            return Err(Failure(format!(
                "reaped, and {judgment:?} when the lock was held: {task:?} {runs:?} {event:?}"
            )));
        };
        let is_doubtful = watch.doubt.is_about(&zombie, &sweeper.policy, watch.now);
        if is_doubtful || watch.looked_twice {
            let before = watch.wait.as_ref().and_then(|wait| wait.prints.get(&task.id));
            hold!(
                watch.looked_twice && before == Some(&self.print(id, &sweeper.policy, watch.now)),
                "reaped as {zombie:?}, and its silence was not confirmed: {task:?}"
            );
        }
        hold!(sweeper.wants(task), "of another project: {task:?}");
        let active = contract::active_run(shape, &self.truth, task, &sweeper.policy, watch.now);
        let named = if shape.has_pointer() {
            task.active_run_id.clone()
        } else {
            active.clone().unwrap_or_default()
        };
        let updated_at = task.updated_at;
        for worker in self.workers.iter().filter(|worker| worker.is_at(id)) {
            self.is_silent(watch, worker, &zombie)?;
            self.is_confirmed(watch, worker)?;
        }
        self.count_false_reaps(watch, id);
        let reason = zombie.reason;
        let is_told = self.setup.fenced
            && self.setup.finish_in_one
            && !self.setup.keeps_pointers
            && shape.has_pointer();
        hold!(
            !(is_told && ["run_completed", "run_succeeded"].contains(&reason.as_str())),
            "finished in one transaction, and reaped as {reason}"
        );
        hold!(
            !self.refuses(watch.place, id, watch.now),
            "reaped, though a constraint stood in the way"
        );
        let released = contract::reap(&mut self.truth, id, active.as_deref(), watch.now);
        self.ledger.count(&format!("reaped: {reason}"));
        self.ledger.count(&format!("reaped of {shape:?}"));
        watch.runs_abandoned += released.runs.len();
        watch.workspaces_freed += released.workspaces;
        let twice = watch.reaps.insert(id.to_owned(), reason.clone());
        hold!(twice.is_none(), "reaped twice by one sweep: {id}");
        let Some(event) = event else {
            return Ok(());
        };
        let payload: serde_json::Value = serde_json::from_str(&event.payload)?;
        hold!(
            event.event_type == "zombie_reaped"
                && event.actor == self.sweepers[watch.place].actor
                && event.created_at == watch.now
                && payload["reason"] == reason.as_str()
                && payload["sign_of_life"].as_str().map(moment) == zombie.sign
                && payload["run_id"].as_str().unwrap_or_default() == named
                && payload["released"]["workspaces"] == released.workspaces,
            "reaped as {reason} at {}, released {released:?}: {event:?}",
            watch.now
        );
        let mut runs: Vec<String> = serde_json::from_value(payload["released"]["runs"].clone())?;
        runs.sort_unstable();
        hold!(runs == released.runs, "released {released:?}: {event:?}");
        let overwritten = &payload["overwritten"];
        hold!(
            overwritten["task"]["status"] == "running"
                && overwritten["task"]["updated_at"] == updated_at.to_string()
                && overwritten["runs"].as_array().map(Vec::len) == Some(runs.len()),
            "not all that was overwritten is recorded: {event:?}"
        );
        self.truth.put(Row::Event(event));
        Ok(())
    }

    /// The promise to a worker that lives, in what is true of it: no reap, unless its silence and the disagreement of
    /// the clocks together are longer than the policy bears.
    fn is_silent(&self, watch: &Watch, worker: &Worker, zombie: &Zombie) -> Fallible {
        let job = worker.job.as_ref().unwrap();
        let policy = &self.sweepers[watch.place].policy;
        let grace = policy.claim_grace.unwrap_or(policy.stale_after);
        let task = &self.truth.tasks[&job.task];
        if zombie.reason == "lease_expired" {
            return Ok(()); // its own word of how long it may be silent
        }
        let shape = self.setup.shape();
        let active = contract::active_run(shape, &self.truth, task, policy, watch.now);
        let is_active = |run: &String| {
            if shape.has_runs() {
                active.as_ref() == Some(run)
            } else {
                task.active_run_id == *run
            }
        };
        let is_a_claim = shape.has_pointer() || active.is_none();
        let bears_ms = match &job.stage {
            // Others may set the task's heartbeat back, where nobody is fenced.
            Stage::Working(run) if job.on_task_alone && !(self.setup.fenced && is_active(run)) => None,
            // The row says nothing of it, but that of its worker may.
            Stage::Working(_) if shape == Shape::Workers => None,
            Stage::Working(_) if !shape.has_runs() => Some(policy.stale_after),
            Stage::Working(run) | Stage::Retrying { new: run, .. } | Stage::Paused(run) => {
                let run = &self.truth.runs[run];
                // What nobody can read may be fresh; and one that shows nothing is judged by its claim.
                hold!(
                    run.heartbeat_at != Cell::Odd || run.is_finished() || !is_active(&run.id),
                    "{} lives, and a heartbeat of its cannot be read: {job:?}",
                    worker.name
                );
                // Where tasks name no run, the next one counts before its task has been touched for it.
                let is_judged_by_an_old_claim = !shape.has_pointer() && run.shows_nothing();
                (!run.is_finished() && !is_judged_by_an_old_claim).then_some(policy.stale_after)
            }
            Stage::Claimed { pointer }
                if task.active_run_id == *pointer && task.assigned_worker == worker.name && is_a_claim =>
            {
                // Over a kept pointer, the start has to be later than the end of the run before it.
                let end = self.truth.runs.get(pointer).and_then(|run| run.completed_at);
                let is_seen = !shape.has_pointer() || pointer.is_empty() || task.started_at.at() > end;
                is_seen.then_some(grace)
            }
            Stage::Named(run) => (task.active_run_id == *run && is_a_claim).then_some(grace),
            Stage::Ended { run, word } if is_active(run) => match *word {
                "succeeded" if self.truth.runs[run].status == *word => Some(grace),
                _ => (!policy.settle.is_zero()).then_some(policy.settle),
            },
            Stage::Claimed { .. } | Stage::Ended { .. } => None,
        };
        let silence_ms = watch.sign.elapsed_ms - job.heard.elapsed_ms;
        let disagreement_ms = watch.sign.ahead_ms - job.heard.ahead_ms;
        if let Some(seen) = worker.seen.filter(|_| self.speaks_in_its_row(worker)) {
            let silence_ms = watch.sign.elapsed_ms - seen.elapsed_ms;
            let disagreement_ms = watch.sign.ahead_ms - seen.ahead_ms;
            hold!(
                silence_ms + disagreement_ms > ms(policy.stale_after),
                "{} lives and was seen {silence_ms} ms ago, the clocks disagree by {disagreement_ms} ms, and {} was reaped: {job:?}",
                worker.name,
                task.id
            );
        }
        hold!(
            bears_ms.is_none_or(|bears| silence_ms + disagreement_ms > ms(bears)),
            "{} lives and was heard {silence_ms} ms ago, the clocks disagree by {disagreement_ms} ms, and {} was reaped: {job:?}",
            worker.name,
            task.id
        );
        Ok(())
    }

    /// Whether what a worker writes to its own row counts for what it is at work on: the row is there and is its own, and by
    /// its own clock it began before the work did.
    fn speaks_in_its_row(&self, worker: &Worker) -> bool {
        let Some(Job {
            task,
            stage: Stage::Working(run),
            ..
        }) = &worker.job
        else {
            return false;
        };
        let row = self.truth.workers.get(&worker.name);
        let start = self.truth.runs.get(run).and_then(|run| run.started_at.at());
        let is_its_own = row.is_some_and(|row| row.state == "up" && row.started_at == worker.began);
        let began_before = start.is_none_or(|start| worker.began <= start);
        self.truth.owns(task, run) && is_its_own && began_before
    }

    /// The promise of the second look: no worker falls that was awake between the two, and could write. It has taken a
    /// step, and that has changed its task or its run.
    fn is_confirmed(&self, watch: &Watch, worker: &Worker) -> Fallible {
        let Some(wait) = watch.wait.as_ref().filter(|_| watch.looked_twice) else {
            return Ok(());
        };
        let job = worker.job.as_ref().unwrap();
        if self.setup.shape().has_workers()
            && matches!(job.stage, Stage::Working(_))
            && !self.speaks_in_its_row(worker)
        {
            return Ok(()); // it may have written to its row alone, and in vain
        }
        let task = &self.truth.tasks[&job.task];
        let is_its_own = match &job.stage {
            Stage::Claimed { pointer } => {
                task.active_run_id == *pointer && task.assigned_worker == worker.name
            }
            Stage::Named(run) | Stage::Working(run) | Stage::Paused(run) | Stage::Ended { run, .. } => {
                task.active_run_id == *run
            }
            Stage::Retrying { old, .. } => task.active_run_id == *old,
        };
        hold!(
            !is_its_own || !wait.awake.contains(&worker.name),
            "{} lives, and {} was reaped in spite of a second look: {job:?}",
            worker.name,
            task.id
        );
        Ok(())
    }

    /// The reaps that no rule can rule out: the worker lives, though nothing shows it.
    fn count_false_reaps(&mut self, watch: &Watch, task: &str) {
        let bears_ms = ms(self.sweepers[watch.place].policy.stale_after);
        for worker in self.workers.iter().filter(|worker| worker.is_at(task)) {
            let job = worker.job.as_ref().unwrap();
            let (from, to) = (worker.heard_ms().unwrap(), watch.sign.elapsed_ms);
            let without = |times: &[(i64, i64)]| to - from - overlap_ms(times, from, to);
            let what = match &job.stage {
                Stage::Working(run) if !self.truth.owns(task, run) => continue,
                Stage::Working(_) if watch.looked_twice => SLEPT,
                Stage::Working(_) if to - from <= bears_ms => CLOCKS,
                Stage::Working(_) if without(&self.suspends) <= bears_ms => SUSPENDED,
                Stage::Working(_) if without(&self.outages) <= bears_ms => OUTAGE,
                Stage::Working(_) => SILENT,
                Stage::Ended { run, .. } if self.truth.tasks[task].active_run_id == *run => NOT_TOLD,
                _ => continue,
            };
            self.ledger.count(what);
        }
    }

    pub(super) fn check_report(&mut self, watch: &Watch, report: &SweepReport) -> Fallible {
        world::check(report);
        let reported = reasons(report);
        let zombies: BTreeMap<_, _> = watch
            .zombies
            .iter()
            .map(|(task, zombie)| (task.clone(), zombie.reason.clone()))
            .collect();
        let failed: BTreeSet<_> = report
            .failed
            .iter()
            .map(|failed| failed.task_id.clone())
            .collect();
        let undecided: BTreeSet<_> = report.undecided.iter().map(|task| task.task_id.clone()).collect();
        let undisturbed = self.commits == watch.commits_before && watch.wait.is_none();
        if watch.dry_run {
            hold!(
                !undisturbed || reported == zombies,
                "a dry run planned {reported:?}, and the zombies were {zombies:?}"
            );
        } else {
            let released = (report.runs_abandoned, report.workspaces_freed);
            let expected = (watch.runs_abandoned, watch.workspaces_freed);
            hold!(
                reported == watch.reaps,
                "reported {reported:?}, reaped {:?}",
                watch.reaps
            );
            hold!(released == expected, "reported {released:?}, done {expected:?}");
            // A batch ends in time, however few it has reaped by then.
            let transactions = report.transactions;
            let is_right = if watch.interruption.on_stage {
                transactions == watch.batches
            } else {
                let least = reported
                    .len()
                    .div_ceil(self.sweepers[watch.place].batch_size.get());
                (least..=reported.len()).contains(&transactions)
            };
            hold!(
                is_right,
                "{transactions} transactions, {} seen, for {reported:?}",
                watch.batches
            );
            for task in &failed {
                hold!(!reported.contains_key(task), "{task} is reaped, and has failed");
                hold!(
                    !undisturbed || self.refuses(watch.place, task, watch.now),
                    "{task} has failed, and nothing stood in its way: {:?}",
                    report.failed
                );
            }
            // Who could not write all the while is silent too.
            let is_left = report
                .warnings
                .iter()
                .any(|said| said.contains("left to the next sweep"));
            hold!(
                !is_left || !self.outages.is_empty() || watch.interruption.holds_lock,
                "silence was left, and nobody had locked the database: {report:?}"
            );
            for (missed, zombie) in &watch.still {
                hold!(
                    watch.reaps.contains_key(missed)
                        || failed.contains(missed)
                        || is_left && zombie.by_silence,
                    "{missed} was a zombie all the time, and was missed"
                );
            }
            self.ledger.count_many(REFUSED, failed.len());
        }
        if undisturbed {
            let found = (report.scanned, report.healthy, report.moved_on);
            let alive = watch.running_before - zombies.len() - watch.undecided.len();
            let expected = (watch.running_before, alive, 0);
            hold!(
                found == expected,
                "scanned, healthy, moved on: {found:?}, not {expected:?}"
            );
            hold!(
                undecided == watch.undecided,
                "undecided: {:?}, not {:?}",
                report.undecided,
                watch.undecided
            );
            self.ledger.count_many(UNDECIDED, undecided.len());
        } else {
            self.ledger.count("sweeps with commits of others in between");
        }
        if zombies.is_empty() && undisturbed || watch.dry_run {
            hold!(
                watch.asked_for_lock == 0,
                "nothing to write, and the sweep asked for the lock"
            );
        }
        self.ledger.count_many(
            "tasks that moved on between the look and the lock",
            report.moved_on,
        );
        Ok(())
    }
}

/// How much of the time from one moment to another lies in these.
fn overlap_ms(times: &[(i64, i64)], from: i64, to: i64) -> i64 {
    let within = times
        .iter()
        .map(|(begin, end)| (*end).min(to) - (*begin).max(from));
    within.filter(|ms| *ms > 0).sum()
}

/// As the events show it.
fn moment(text: &str) -> Stamp {
    Stamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

impl Watch {
    pub(super) fn count(&mut self, moment: Moment) {
        if moment == Moment::Waiting {
            self.asked_for_lock += 1;
        }
    }
}
