use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::{ActiveRun, Policy, Reading, Run, RunState, Task, Timestamp};

/// What is to be done with a running task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A worker is, or may be, at work on it.
    Healthy,
    /// Its worker is dead.
    Zombie(Evidence),
    /// No readable timestamp tells dead from alive.
    Undecided(Undecided),
}

/// The verdict and its evidence, for the log.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Healthy => f.write_str("healthy"),
            Self::Undecided(why) => write!(f, "undecided: {}", Cow::from(*why)),
            Self::Zombie(Evidence {
                reason,
                sign_of_life: Some(at),
                ..
            }) => {
                write!(f, "{reason}, last sign of life {}", at.to_rfc3339())
            }
            Self::Zombie(Evidence { reason, .. }) => write!(f, "{reason}"),
        }
    }
}

/// Why a task is a zombie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Which condition holds.
    pub condition: Condition,
    /// Its reason code.
    pub reason: Reason,
    /// The last sign of life, where one can be read. Condition A asks for none.
    pub sign_of_life: Option<Timestamp>,
    /// How old that may be at most.
    pub threshold: Duration,
}

/// The condition that makes a zombie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Condition {
    /// The active run is finished.
    A,
    /// There is no active run.
    B,
    /// The active run is silent.
    C,
}

/// The reason code of a reap, part of the summary's interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `run_` and the finished run's status, such as `run_completed`.
    RunFinished(Arc<str>),
    /// `no_active_run`
    NoActiveRun,
    /// `missing_run`
    MissingRun,
    /// `stale_heartbeat`
    StaleHeartbeat,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RunFinished(status) => write!(f, "run_{status}"),
            Self::NoActiveRun => f.write_str("no_active_run"),
            Self::MissingRun => f.write_str("missing_run"),
            Self::StaleHeartbeat => f.write_str("stale_heartbeat"),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which timestamp is missing where a task is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// The active run is unfinished, and silent or mute: nothing says which.
    RunHasNoSignOfLife,
    /// The task has no run, and nothing says since when.
    ClaimHasNoSignOfLife,
    /// The active run is finished, a settle time is set, and nothing says since when.
    RunHasNoEnd,
    /// The task has no id to be addressed by.
    TaskHasNoId,
}

impl From<Undecided> for Cow<'static, str> {
    fn from(why: Undecided) -> Self {
        Cow::Borrowed(match why {
            Undecided::RunHasNoSignOfLife => {
                "the active run is unfinished, and no readable heartbeat or start says whether it is alive"
            }
            Undecided::ClaimHasNoSignOfLife => {
                "there is no active run, and no readable heartbeat, start or update says how old the claim is"
            }
            Undecided::RunHasNoEnd => {
                "the active run is finished, and no readable end says whether the settle time is over"
            }
            Undecided::TaskHasNoId => "the task's id is null",
        })
    }
}

/// Decides what a running task is: healthy, zombie or undecided.
///
/// `others` are the task's unfinished runs other than the active one; finished ones have no say.
/// A live run settles it, whatever the rest says: a worker that is provably at work must not lose its task to
/// a bookkeeping lag.
#[must_use]
pub fn verdict<'r>(
    task: &Task,
    active: &ActiveRun<&Run>,
    others: impl IntoIterator<Item = &'r Run>,
    policy: &Policy,
    now: Timestamp,
) -> Verdict {
    if is_live(task, active, policy, now) || others.into_iter().any(|run| run_is_live(run, None, policy, now))
    {
        return Verdict::Healthy;
    }
    match active {
        ActiveRun::Own(run) => match &run.state {
            RunState::Finished(status) => finished(run, status, policy, now),
            RunState::Unfinished => silent(
                run_sign_of_life(run, Some(task)),
                policy.stale_after,
                now,
                (Condition::C, Reason::StaleHeartbeat),
                Undecided::RunHasNoSignOfLife,
            ),
        },
        ActiveRun::None => unclaimed(task, Reason::NoActiveRun, policy, now),
        ActiveRun::Missing => unclaimed(task, Reason::MissingRun, policy, now),
    }
}

/// Whether the active run alone proves the task healthy. If so, no other run needs to be looked at.
#[must_use]
pub fn is_live(task: &Task, active: &ActiveRun<&Run>, policy: &Policy, now: Timestamp) -> bool {
    matches!(active, ActiveRun::Own(run) if run_is_live(run, Some(task), policy, now))
}

fn run_is_live(run: &Run, task: Option<&Task>, policy: &Policy, now: Timestamp) -> bool {
    run.state == RunState::Unfinished
        && run_sign_of_life(run, task).is_some_and(|at| !now.is_later_by(policy.stale_after, at))
}

/// The newest of a run's heartbeat and start, and for the active run its task's heartbeat too.
fn run_sign_of_life(run: &Run, task: Option<&Task>) -> Option<Timestamp> {
    newest([
        run.heartbeat,
        run.started,
        task.map_or(Reading::Absent, |task| task.heartbeat),
    ])
}

fn newest<const N: usize>(readings: [Reading; N]) -> Option<Timestamp> {
    readings.into_iter().filter_map(Reading::at).max()
}

/// Condition A.
fn finished(run: &Run, status: &Arc<str>, policy: &Policy, now: Timestamp) -> Verdict {
    let found = (Condition::A, Reason::RunFinished(Arc::clone(status)));
    if policy.settle.is_zero() {
        let sign_of_life = newest([run.ended, run.heartbeat, run.started]);
        return zombie(found, sign_of_life, policy.settle);
    }
    silent(run.ended.at(), policy.settle, now, found, Undecided::RunHasNoEnd)
}

/// Condition B.
fn unclaimed(task: &Task, reason: Reason, policy: &Policy, now: Timestamp) -> Verdict {
    let sign_of_life = newest([task.heartbeat, task.started, task.updated]);
    silent(
        sign_of_life,
        policy.claim_grace(),
        now,
        (Condition::B, reason),
        Undecided::ClaimHasNoSignOfLife,
    )
}

fn silent(
    sign_of_life: Option<Timestamp>,
    threshold: Duration,
    now: Timestamp,
    found: (Condition, Reason),
    else_undecided: Undecided,
) -> Verdict {
    match sign_of_life {
        None => Verdict::Undecided(else_undecided),
        Some(at) if now.is_later_by(threshold, at) => zombie(found, sign_of_life, threshold),
        Some(_) => Verdict::Healthy,
    }
}

fn zombie(
    (condition, reason): (Condition, Reason),
    sign_of_life: Option<Timestamp>,
    threshold: Duration,
) -> Verdict {
    Verdict::Zombie(Evidence {
        condition,
        reason,
        sign_of_life,
        threshold,
    })
}
