//! What each sweep is held to.

use std::collections::BTreeMap;

use zombie_sweeper::SweepReport;

use super::clock::{Sign, Stamp};
use super::contract::{self, ms};
use super::database;
use super::failure::{Failure, Fallible, hold};
use super::fleet::Fleet;
use super::stage::{Interruption, Moment};
use super::truth::{Event, Row};
use super::worker::{Stage, Worker};
use crate::world;

/// The reaps of tasks whose workers live.
pub(super) const SILENT: &str = "false reap: silent for too long, and alive";
pub(super) const CLOCKS: &str = "false reap: heard in time, but the clocks disagreed";
pub(super) const NOT_TOLD: &str = "false reap: the run was finished, and the task not told yet";

/// What a sweep under way is held to.
pub(super) struct Watch {
    pub(super) place: usize,
    pub(super) now: Stamp,
    /// Of its own clock.
    pub(super) sign: Sign,
    pub(super) dry_run: bool,
    pub(super) commits_before: usize,
    pub(super) running_before: usize,
    /// The zombies when it began, and why.
    pub(super) zombies: BTreeMap<String, String>,
    /// Those of them that have been zombies ever since.
    pub(super) still: BTreeMap<String, String>,
    pub(super) reaps: BTreeMap<String, String>,
    pub(super) batches: usize,
    pub(super) runs_abandoned: usize,
    pub(super) workspaces_freed: usize,
    pub(super) asked_for_lock: usize,
    pub(super) interruption: Interruption,
}

impl Fleet {
    /// Somebody did something while sweeps were under way: fewer may have been zombies all the time.
    pub(super) fn look_again(&mut self) {
        for place in 0..self.watches.len() {
            let watch = &self.watches[place];
            let zombies = self.zombies(watch.place, watch.now);
            self.watches[place]
                .still
                .retain(|task, _| zombies.contains_key(task));
        }
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
        let events = database::events_after(&self.observer, self.truth.last_event_id())?;
        if events.is_empty() {
            return Ok(());
        }
        let mut watch = self.watches.pop().unwrap();
        hold!(!watch.dry_run, "a dry run wrote {events:?}");
        let batch_size = self.sweepers[watch.place].batch_size.get();
        let batches = events.len().div_ceil(batch_size);
        hold!(
            batches == 1 || !watch.interruption.on_stage,
            "more than a batch of {batch_size}: {events:?}"
        );
        watch.batches += batches;
        for event in events {
            self.settle_reap(&mut watch, event)?;
        }
        self.commits += 1;
        watch.commits_before += 1;
        self.watches.push(watch);
        self.look_again();
        self.agree("after a batch")
    }

    fn settle_reap(&mut self, watch: &mut Watch, event: Event) -> Fallible {
        let sweeper = &self.sweepers[watch.place];
        let task = &self.truth.tasks[&event.task_id];
        let reason = contract::reason(&self.truth, task, &sweeper.policy, watch.now);
        let Some(reason) = reason else {
            return Err(Failure(format!(
                "reaped, and was no zombie when the lock was held: {task:?}"
            )));
        };
        hold!(sweeper.wants(task), "of another project: {task:?}");
        let named = task.active_run_id.clone();
        for worker in self.workers.iter().filter(|worker| worker.is_at(&event.task_id)) {
            self.is_silent(watch, worker)?;
        }
        self.count_false_reaps(watch, &event.task_id);
        hold!(
            !(reason == "run_completed" && self.setup.fenced && self.setup.finish_in_one),
            "finished in one transaction, and reaped as {reason}"
        );
        let released = contract::reap(&mut self.truth, &event.task_id, watch.now);
        let payload: serde_json::Value = serde_json::from_str(&event.payload)?;
        hold!(
            event.event_type == "zombie_reaped"
                && event.actor == self.sweepers[watch.place].actor
                && event.created_at == watch.now
                && payload["reason"] == reason.as_str()
                && payload["run_id"].as_str().unwrap_or_default() == named
                && payload["released"]["workspaces"] == released.workspaces,
            "reaped as {reason} at {}, released {released:?}: {event:?}",
            watch.now
        );
        let mut runs: Vec<String> = serde_json::from_value(payload["released"]["runs"].clone())?;
        runs.sort_unstable();
        hold!(runs == released.runs, "released {released:?}: {event:?}");
        self.ledger.count(&format!("reaped: {reason}"));
        watch.runs_abandoned += released.runs.len();
        watch.workspaces_freed += released.workspaces;
        let twice = watch.reaps.insert(event.task_id.clone(), reason);
        hold!(twice.is_none(), "reaped twice by one sweep: {event:?}");
        self.truth.put(Row::Event(event));
        Ok(())
    }

    /// The promise to a worker that lives, in what is true of it: no reap, unless its silence and the disagreement of
    /// the clocks together are longer than the policy bears.
    fn is_silent(&self, watch: &Watch, worker: &Worker) -> Fallible {
        let job = worker.job.as_ref().unwrap();
        let policy = &self.sweepers[watch.place].policy;
        let task = &self.truth.tasks[&job.task];
        let bears_ms = match &job.stage {
            // Others may set the task's heartbeat back, where nobody is fenced.
            Stage::Working(run)
                if job.on_task_alone && !(self.setup.fenced && task.active_run_id == *run) =>
            {
                None
            }
            Stage::Working(run) | Stage::Retrying { new: run, .. } => {
                (!self.truth.runs[run].is_finished()).then_some(policy.stale_after)
            }
            Stage::Claimed => (task.active_run_id.is_empty() && task.assigned_worker == worker.name)
                .then(|| policy.claim_grace.unwrap_or(policy.stale_after)),
            Stage::Named(run) => {
                (task.active_run_id == *run).then(|| policy.claim_grace.unwrap_or(policy.stale_after))
            }
            Stage::Ended { run, .. } => {
                (task.active_run_id == *run && !policy.settle.is_zero()).then_some(policy.settle)
            }
        };
        let silence_ms = watch.sign.elapsed_ms - job.heard.elapsed_ms;
        let disagreement_ms = watch.sign.ahead_ms - job.heard.ahead_ms;
        hold!(
            bears_ms.is_none_or(|bears| silence_ms + disagreement_ms > ms(bears)),
            "{} lives and was heard {silence_ms} ms ago, the clocks disagree by {disagreement_ms} ms, and {} was reaped: {job:?}",
            worker.name,
            task.id
        );
        Ok(())
    }

    /// The reaps that no rule can rule out: the worker lives, though nothing shows it.
    fn count_false_reaps(&mut self, watch: &Watch, task: &str) {
        let policy = self.sweepers[watch.place].policy;
        for worker in self.workers.iter().filter(|worker| worker.is_at(task)) {
            let job = worker.job.as_ref().unwrap();
            let silence_ms = watch.sign.elapsed_ms - job.heard.elapsed_ms;
            let what = match &job.stage {
                Stage::Working(run) if !self.truth.owns(task, run) => continue,
                Stage::Working(_) if silence_ms > ms(policy.stale_after) => SILENT,
                Stage::Working(_) => CLOCKS,
                Stage::Ended { run, .. } if self.truth.tasks[task].active_run_id == *run => NOT_TOLD,
                _ => continue,
            };
            self.ledger.count(what);
        }
    }

    pub(super) fn check_report(&mut self, watch: &Watch, report: &SweepReport) -> Fallible {
        world::check(report);
        let reported: BTreeMap<_, _> = report
            .reaps
            .iter()
            .map(|reap| (reap.task_id.to_string(), reap.reason.to_string()))
            .collect();
        let undisturbed = self.commits == watch.commits_before;
        if watch.dry_run {
            hold!(
                !undisturbed || reported == watch.zombies,
                "a dry run planned {reported:?}, and the zombies were {:?}",
                watch.zombies
            );
        } else {
            let released = (
                report.runs_abandoned,
                report.workspaces_freed,
                report.transactions,
            );
            let expected = (watch.runs_abandoned, watch.workspaces_freed, watch.batches);
            hold!(
                reported == watch.reaps,
                "reported {reported:?}, reaped {:?}",
                watch.reaps
            );
            hold!(released == expected, "reported {released:?}, done {expected:?}");
            for missed in watch.still.keys() {
                hold!(
                    watch.reaps.contains_key(missed),
                    "{missed} was a zombie all the time, and was missed"
                );
            }
        }
        if undisturbed {
            let found = (report.scanned, report.healthy, report.moved_on);
            let expected = (
                watch.running_before,
                watch.running_before - watch.zombies.len(),
                0,
            );
            hold!(
                found == expected,
                "scanned, healthy, moved on: {found:?}, not {expected:?}"
            );
        } else {
            self.ledger.count("sweeps with commits of others in between");
        }
        if watch.zombies.is_empty() && undisturbed || watch.dry_run {
            hold!(
                watch.asked_for_lock == 0,
                "nothing to write, and the sweep asked for the lock"
            );
        }
        self.ledger.count_many(
            "tasks that moved on between the look and the lock",
            report.moved_on,
        );
        hold!(report.undecided.is_empty(), "undecided: {:?}", report.undecided);
        Ok(())
    }
}

impl Watch {
    pub(super) fn count(&mut self, moment: Moment) {
        if moment == Moment::Waiting {
            self.asked_for_lock += 1;
        }
    }
}
