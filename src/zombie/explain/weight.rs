use std::borrow::Cow;

use super::{Part, Whose, WrittenSign};
use crate::zombie::pulse::{Asked, asked_of_other_run, asked_of_task, signs_of_claim};
use crate::zombie::signs::newest;
use crate::zombie::verdict::is_claimed_again;
use crate::zombie::{ActiveRun, Policy, Reading, RunRow, RunState, Signs, Suspect, Timestamp};

/// What a sign is worth to the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It counts, and none is newer.
    Newest,
    /// It counts.
    Counts,
    /// It is asked for and cannot be gone by.
    InTheWay,
    /// It does not count, for this reason.
    Not(Cow<'static, str>),
}

/// What each sign is worth.
#[must_use]
pub fn weights(suspect: &Suspect, signs: &[WrittenSign], policy: &Policy, now: Timestamp) -> Vec<Weight> {
    let judged = Judged::of(suspect, policy, now);
    signs.iter().map(|sign| judged.weight(suspect, sign)).collect()
}

/// All that is asked of a task and its unfinished runs.
struct Judged<'s> {
    asked: Vec<Asked<'s>>,
    /// What else the verdict on a finished run rests on.
    ends: Vec<&'s Signs>,
}

impl<'s> Judged<'s> {
    fn of(suspect: &'s Suspect, policy: &Policy, now: Timestamp) -> Self {
        let task = &suspect.task;
        let active = suspect.active.as_ref().map(|row| &row.run);
        let mut judged = Self {
            asked: Vec::new(),
            ends: Vec::new(),
        };
        match active {
            ActiveRun::Own(run) if !run.is_unfinished(now) => {
                judged.ends.push(&run.ended);
                if run.ended.newest.is_none() {
                    judged.ends.extend([&run.heartbeat, run.start()]);
                }
                if task.started.unreadable.is_some() {
                    judged.ends.push(&task.started);
                }
                if let RunState::Unknown(_) = run.state {
                    judged.ends.extend(signs_of_claim(task));
                } else if is_claimed_again(task, run) {
                    judged.asked.push(asked_of_task(task, &active, policy, now));
                }
            }
            _ => judged.asked.push(asked_of_task(task, &active, policy, now)),
        }
        if let ActiveRun::Itself = active
            && (task.end().is_some() || task.ended.unreadable.is_some())
        {
            judged.ends.push(&task.ended);
        }
        let others = suspect.others.iter().map(|row| &row.run);
        let unfinished = others.filter(|run| run.is_unfinished(now));
        judged
            .asked
            .extend(unfinished.map(|run| asked_of_other_run(run, policy, now)));
        judged
    }

    fn weight(&self, suspect: &Suspect, sign: &WrittenSign) -> Weight {
        if sign.reading == Reading::Absent {
            return Weight::Not("nothing is written there".into());
        }
        let Some(signs) = sign.taken_into(suspect) else {
            return Weight::Not(match sign.whose {
                Whose::Run { .. } => "its run is finished, and history".into(),
                Whose::Task | Whose::Worker(_) => "it says nothing of this work".into(),
            });
        };
        let is_it = |other: &&&Signs| std::ptr::eq(**other, signs);
        if self.ends.iter().any(|end| is_it(&end)) {
            return weight_among(&self.ends, sign);
        }
        if let Some(asked) = self
            .asked
            .iter()
            .find(|asked| asked.signs.iter().any(|one| is_it(&one)))
        {
            return weight_among(&asked.signs, sign);
        }
        if let Some(asked) = self
            .asked
            .iter()
            .find(|asked| asked.leases.iter().any(|one| is_it(&one)))
        {
            return weight_of_lease(asked, sign);
        }
        Weight::Not(self.why_not(suspect, sign).into())
    }

    fn why_not(&self, suspect: &Suspect, sign: &WrittenSign) -> &'static str {
        if let Whose::Worker(id) = &sign.whose {
            let mut named = self.asked.iter().flat_map(|asked| {
                let workers = asked.workers.iter();
                workers.map(|worker| (*worker, asked.began))
            });
            let named = named.find(|(worker, _)| worker.id.by_value() == id.by_value());
            return match named {
                _ if sign.part == Part::Life => "it says which life of the worker this is, and of no work",
                Some((worker, _)) if worker.is_gone => "the worker is gone",
                Some((worker, began)) if worker.is_another_life(began) => {
                    "the worker began after this work did: it is another life under the same name"
                }
                _ => "nobody who is asked names this worker",
            };
        }
        let is_finished = |row: &RunRow| matches!(row.run.state, RunState::Finished(_));
        match (sign.part, &sign.whose, &suspect.active) {
            (Part::End, ..) => "an end is no sign of life",
            (Part::Creation, ..) => "a creation stands in for a start only where none is written",
            (_, Whose::Run { .. }, ActiveRun::Own(row)) if is_finished(row) => {
                "its run has ended: the end counts"
            }
            (_, Whose::Task, ActiveRun::Own(row)) if is_finished(row) => {
                "the run has ended, and the task was not started again since"
            }
            (Part::Update, _, ActiveRun::Own(_)) => {
                "an update may be anybody's: it is asked for only where the run shows nothing"
            }
            (Part::Update, ..) => "an update counts only where there is no heartbeat, start or lease",
            (Part::Start, Whose::Task, ActiveRun::Own(_)) => {
                "the run shows signs of its own, and the task's start may be an earlier attempt's"
            }
            _ => "it is not asked for",
        }
    }
}

/// Of several that count, the newest is taken.
fn weight_among(counted: &[&Signs], sign: &WrittenSign) -> Weight {
    let last = newest(counted.iter().map(|signs| signs.newest));
    match sign.moment() {
        None => Weight::InTheWay,
        Some(moment) if last.is_some_and(|last| last.at == moment.at) => Weight::Newest,
        Some(_) => Weight::Counts,
    }
}

fn weight_of_lease(asked: &Asked<'_>, sign: &WrittenSign) -> Weight {
    if !asked.asks_for_lease {
        return Weight::Not("a heartbeat was written since the start, so that no lease is asked for".into());
    }
    match sign.moment() {
        None => Weight::InTheWay,
        Some(lease) if asked.start.is_some_and(|start| lease.is_before(start)) => {
            Weight::Not("it ended before the start: a leftover of an earlier attempt".into())
        }
        Some(_) => weight_among(&asked.leases, sign),
    }
}
