//! The contract once more, in other words than the sweeper's: over the model's rows, in milliseconds.

use zombie_sweeper::Policy;

use super::clock::Stamp;
use super::truth::{Run, Task, Truth};

/// What one reap released.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Released {
    pub(super) runs: Vec<String>,
    pub(super) workspaces: usize,
}

/// Why a task is a zombie at this moment, where it is one.
pub(super) fn reason(truth: &Truth, task: &Task, policy: &Policy, now: Stamp) -> Option<String> {
    if !task.is_running() {
        return None;
    }
    let stale_after_ms = ms(policy.stale_after);
    let is_live = |run: &Run| !run.is_finished() && now.since(sign_of_life(task, run)) <= stale_after_ms;
    if truth.runs_of(&task.id).any(is_live) {
        return None;
    }
    let active = truth.runs_of(&task.id).find(|run| run.id == task.active_run_id);
    match active {
        Some(run) if run.is_finished() => {
            let settle_ms = ms(policy.settle);
            let is_settled = settle_ms == 0 || now.since(run.completed_at?) > settle_ms;
            is_settled.then(|| format!("run_{}", run.status))
        }
        Some(_) => Some("stale_heartbeat".to_owned()),
        None => {
            let claim = [task.last_heartbeat, task.started_at, Some(task.updated_at)];
            let claim = claim.into_iter().flatten().max()?;
            let is_old = now.since(claim) > ms(policy.claim_grace.unwrap_or(policy.stale_after));
            let reason = if task.active_run_id.is_empty() {
                "no_active_run"
            } else {
                "missing_run"
            };
            is_old.then(|| reason.to_owned())
        }
    }
}

/// The newest of a run's heartbeat and its start, and for the active run the task's heartbeat too.
pub(super) fn sign_of_life(task: &Task, run: &Run) -> Stamp {
    let mut newest = run.started_at;
    if let Some(heartbeat) = run.last_heartbeat {
        newest = newest.max(heartbeat);
    }
    if let (true, Some(heartbeat)) = (task.active_run_id == run.id, task.last_heartbeat) {
        newest = newest.max(heartbeat);
    }
    newest
}

/// Does to the rows what a reap does, its event aside.
pub(super) fn reap(truth: &mut Truth, id: &str, now: Stamp) -> Released {
    let mut released = Released {
        runs: Vec::new(),
        workspaces: 0,
    };
    for mut workspace in truth.workspaces_of(id) {
        workspace.free(now);
        released.workspaces += 1;
        truth.workspaces.insert(workspace.id.clone(), workspace);
    }
    for run in truth.runs.values_mut() {
        if run.task_id == id && !run.is_finished() {
            "abandoned".clone_into(&mut run.status);
            run.completed_at.get_or_insert(now);
            released.runs.push(run.id.clone());
        }
    }
    let task = truth.tasks.get_mut(id).unwrap();
    "open".clone_into(&mut task.status);
    task.let_go();
    task.updated_at = now;
    if task.is_recurring() {
        task.next_eligible_at = Some(now);
    }
    released
}

pub(super) fn ms(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap()
}
