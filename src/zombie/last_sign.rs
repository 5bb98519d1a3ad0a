//! How old the last sign of life of a living task is.

use std::time::Duration;

use super::signs::newest;
use super::{ActiveRun, Moment, Policy, Run, Suspect, Task, Timestamp};

/// How old the last sign of life of a living task is; `None` where it shows none that is young enough to be why it is live.
#[must_use]
pub fn age<'r>(
    task: &'r Task,
    active: &ActiveRun<&'r Run>,
    others: impl IntoIterator<Item = &'r Run>,
    policy: &Policy,
    now: Timestamp,
) -> Option<Duration> {
    let age = now.since(last_sign(task, active, others, now)?.at);
    (age <= policy.stale_after.max(policy.claim_grace())).then_some(age)
}

/// The same of a suspect that was found alive.
#[must_use]
pub fn age_of(suspect: &Suspect, policy: &Policy, now: Timestamp) -> Option<Duration> {
    let active = suspect.active.as_ref().map(|row| &row.run);
    let others = suspect.others.iter().map(|row| &row.run);
    age(&suspect.task, &active, others, policy, now)
}

/// The last sign of life of a suspect, whoever of its runs has shown it.
pub(super) fn last_sign_of(suspect: &Suspect, now: Timestamp) -> Option<Timestamp> {
    let active = suspect.active.as_ref().map(|row| &row.run);
    let others = suspect.others.iter().map(|row| &row.run);
    Some(last_sign(&suspect.task, &active, others, now)?.at)
}

/// The last sign of life of the active run, or of a task that is its own run.
#[must_use]
pub fn last_sign_of_run(task: &Task, active: &ActiveRun<&Run>, now: Timestamp) -> Option<Timestamp> {
    Some(last_sign(task, active, [], now)?.at)
}

/// The last sign of life: of the runs that may be at work, of their workers, and of the task itself as far
/// as it speaks for them.
fn last_sign<'r>(
    task: &'r Task,
    active: &ActiveRun<&'r Run>,
    others: impl IntoIterator<Item = &'r Run>,
    now: Timestamp,
) -> Option<Moment> {
    let runs = active.own().copied().into_iter().chain(others);
    let mut signs = vec![task.heartbeat.newest];
    let mut is_claim = true;
    for run in runs.filter(|run| run.is_unfinished(now)) {
        is_claim = false;
        let start = run.start().newest;
        signs.extend([run.heartbeat.newest, start]);
        for worker in run.worker.iter().chain(&task.worker) {
            if !worker.is_gone && !worker.is_another_life(start) {
                signs.push(worker.heartbeat.newest);
            }
        }
    }
    if is_claim {
        signs.push(task.started.newest);
        let worker = task.worker.iter().filter(|worker| !worker.is_gone);
        let worker = worker.filter(|worker| !worker.is_another_life(task.started.newest));
        signs.extend(worker.map(|worker| worker.heartbeat.newest));
        if !matches!(active, ActiveRun::Itself) {
            signs.push(task.updated.newest);
        }
    }
    newest(signs).or(task.updated.newest)
}
