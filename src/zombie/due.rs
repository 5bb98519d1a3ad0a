//! Until when a task that is healthy stays so for sure, as long as nothing of it changes: when it is worth to look again.

use std::time::Duration;

use super::pulse::{
    live_until_of_active_run, live_until_of_claim, live_until_of_other_run, live_until_of_row,
    live_until_since_claim, signs_of_claim,
};
use super::signs::newest;
use super::verdict::is_claimed_again;
use super::{ActiveRun, Evidence, Policy, Run, RunState, Suspect, Task, Timestamp, Verdict};

/// The smallest step of time that there is: older than a threshold is strictly older.
const STEP: Duration = Duration::from_micros(1);

/// The first moment at which a sign of life is older than its threshold.
#[must_use]
pub fn silent_from(sign: Timestamp, threshold: Duration) -> Timestamp {
    sign.plus(threshold).plus(STEP)
}

/// The earliest moment at which a suspect that is healthy now may be a zombie; `None` where time alone does not make it one.
#[must_use]
pub fn due_of(suspect: &Suspect, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let (task, active) = (&suspect.task, suspect.active.as_ref().map(|row| &row.run));
    let of_active = due_of_live(task, &active, policy, now);
    let others = suspect.others.iter().map(|row| &row.run);
    let unfinished = others.filter(|run| run.is_unfinished(now));
    let of_others = unfinished.filter_map(|run| {
        let until = live_until_of_other_run(run, policy, now)?;
        Some(no_later_than_its_end(until.plus(STEP), run, now))
    });
    // As long as one of them is live, it is healthy.
    of_others.chain(of_active).max().or_else(|| match active {
        ActiveRun::Own(run) => due_of_finished(run, task, policy, now),
        ActiveRun::Itself | ActiveRun::None | ActiveRun::Missing => None,
    })
}

/// The same, as far as its active run or its claim alone proves it live; `None` where neither does.
#[must_use]
pub fn due_of_live(
    task: &Task,
    active: &ActiveRun<&Run>,
    policy: &Policy,
    now: Timestamp,
) -> Option<Timestamp> {
    match active {
        ActiveRun::Own(run) if !run.is_unfinished(now) => None,
        ActiveRun::Own(run) => {
            let until = live_until_of_active_run(run, task, policy, now)?;
            Some(no_later_than_its_end(until.plus(STEP), run, now))
        }
        ActiveRun::Itself => Some(live_until_of_row(task, policy, now)?.plus(STEP)),
        ActiveRun::None | ActiveRun::Missing => Some(live_until_of_claim(task, policy, now)?.plus(STEP)),
    }
}

/// After how many moments at which one could have become a zombie, and has not, it is not looked further ahead.
const LOOKS: usize = 8;

/// What becomes of a suspect that is healthy now if nothing of it changes, as far as what is read of it now can tell: the first
/// moment at which it is a zombie, and why. `None` where it never is, or is undecided first.
#[must_use]
pub fn becomes(suspect: &Suspect, policy: &Policy, now: Timestamp) -> Option<(Timestamp, Evidence)> {
    let mut at = now;
    for _ in 0..LOOKS {
        at = due_of(suspect, policy, at).filter(|due| *due > at)?;
        match suspect.verdict(policy, at) {
            Verdict::Zombie(evidence) => return Some((at, evidence)),
            Verdict::Undecided(_) => return None,
            Verdict::Healthy => {}
        }
    }
    None
}

/// A run of an unknown status may be finished by an end that lies ahead.
fn no_later_than_its_end(until: Timestamp, run: &Run, now: Timestamp) -> Timestamp {
    let is_known = matches!(run.state, RunState::Running);
    let end = run.ended.newest.filter(|end| !is_known && end.at > now);
    end.map_or(until, |end| end.at.min(until))
}

/// Of a task whose active run is finished, while it settles, or while the claim that came after it is young.
fn due_of_finished(run: &Run, task: &Task, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let grace = policy.claim_grace();
    let by_claim = live_until_since_claim(task, policy, now).map(|until| until.plus(STEP));
    let due = match run.state {
        RunState::Running => return None,
        RunState::Finished(_) if is_claimed_again(task, run) => {
            return task
                .started
                .newest
                .map(|start| silent_from(start.at, grace))
                .max(by_claim);
        }
        RunState::Finished(_) => silent_from(run.ended.newest?.at, policy.settle),
        RunState::Unknown(_) => {
            let signs = signs_of_claim(task);
            let signs = signs.iter().map(|signs| signs.newest);
            silent_from(newest(signs.chain([run.ended.newest]))?.at, grace)
        }
    };
    Some(due)
}
