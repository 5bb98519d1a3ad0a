//! The run that came next after a reap: of all runs of the task the first that began since; and the one that was reaped, as it
//! stands now. However many runs there are, no more of them are kept than two a reap.

use std::collections::HashMap;
use std::time::Duration;

use super::{PastReap, Run, Timestamp};

/// Reaps that ask for their next runs, and those found so far.
#[derive(Debug, Default)]
pub struct NextRuns {
    /// By the task's id as it is shown; those of a task in the order of time.
    tasks: HashMap<String, Vec<Asking>>,
}

/// A reap that asks.
#[derive(Debug)]
struct Asking {
    at: Timestamp,
    /// The run that was reaped, as it is shown.
    run: Option<String>,
    /// The next reap of the task: a run that began later is no answer to this one.
    again: Option<Timestamp>,
    next: Option<(Timestamp, Run)>,
    /// The run that was reaped, where it is there.
    own: Option<Run>,
}

impl NextRuns {
    /// Of each of these reaps, which come with the time of the next one of their task.
    #[must_use]
    pub fn after(reaps: &[(PastReap, Option<Timestamp>)]) -> Self {
        let mut tasks: HashMap<String, Vec<Asking>> = HashMap::new();
        // Of a reap that has no time nothing tells what came next.
        for (reap, again) in reaps.iter().filter(|(reap, _)| reap.at > Timestamp::EPOCH) {
            tasks.entry(reap.task_id.to_string()).or_default().push(Asking {
                at: reap.at,
                run: reap.run_id.as_ref().map(ToString::to_string),
                again: *again,
                next: None,
                own: None,
            });
        }
        for asking in tasks.values_mut() {
            asking.sort_by_key(|asking| asking.at);
        }
        Self { tasks }
    }

    /// Whether runs of this task are asked for.
    #[must_use]
    pub fn ask_for(&self, task: &str) -> bool {
        self.tasks.contains_key(task)
    }

    /// Takes a run of the task into account.
    pub fn see(&mut self, task: &str, run: &Run) {
        let Some(asking) = self.tasks.get_mut(task) else {
            return;
        };
        let id = run.id.to_string();
        let reaped = asking
            .iter_mut()
            .filter(|asking| asking.run.as_ref() == Some(&id));
        reaped.for_each(|asking| asking.own = Some(run.clone()));
        let Some(start) = run.start().newest else {
            return;
        };
        // One that is written to the second may have begun in the one in which the task was reaped.
        let up_to = start.at.plus(Duration::from_micros(start.unit_us.into()));
        let before = asking.partition_point(|asking| asking.at < up_to.max(start.at));
        let mut last_before = None;
        for asking in asking.iter_mut().take(before).rev() {
            let is_before = asking.at < start.at;
            if is_before && last_before.is_some_and(|last| asking.at < last) {
                break; // another reap lies between
            }
            if is_before {
                last_before = Some(asking.at);
            }
            let is_since = is_before || asking.run.as_ref() != Some(&id);
            let is_in_time = asking.again.is_none_or(|again| start.at <= again);
            let is_first = asking.next.as_ref().is_none_or(|(first, _)| start.at < *first);
            if is_since && is_in_time && is_first {
                asking.next = Some((start.at, run.clone()));
            }
        }
    }

    /// The first run that began since this reap: another than the one that was reaped, unless that has begun anew.
    #[must_use]
    pub fn of(&self, reap: &PastReap) -> Option<&Run> {
        let (_, run) = self.asking(reap)?.next.as_ref()?;
        Some(run)
    }

    /// The run that was reaped, as it stands now.
    #[must_use]
    pub fn reaped(&self, reap: &PastReap) -> Option<&Run> {
        self.asking(reap)?.own.as_ref()
    }

    fn asking(&self, reap: &PastReap) -> Option<&Asking> {
        let asking = self.tasks.get(&reap.task_id.to_string())?;
        let run = reap.run_id.as_ref().map(ToString::to_string);
        let first = asking.partition_point(|asking| asking.at < reap.at);
        let mut same = asking
            .iter()
            .skip(first)
            .take_while(|asking| asking.at == reap.at);
        same.find(|asking| asking.run == run)
    }
}
