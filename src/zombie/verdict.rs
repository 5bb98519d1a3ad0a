use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::pulse::{
    Pulse, Silence, pulse_of_active_run, pulse_of_claim, pulse_of_other_run, pulse_of_row, pulse_since_claim,
    signs_of_claim,
};
use super::signs::newest;
use super::{ActiveRun, Id, Moment, Policy, Row, Run, RunState, Task, Timestamp, Unread};

/// What is to be done with a running task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A worker is, or may be, at work on it.
    Healthy,
    /// Its worker is dead.
    Zombie(Evidence),
    /// Nothing proves it dead or alive.
    Undecided(Undecided),
}

/// The verdict and its evidence, for the log.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Healthy => f.write_str("healthy"),
            Self::Undecided(why) => write!(f, "undecided: {why}"),
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
    /// How old that may be at most; nothing, where a lease or a finished run settles it.
    pub threshold: Duration,
    /// Whether it rests on silence, which a second look may find broken.
    pub is_silence: bool,
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
    /// `lease_expired`
    LeaseExpired,
    /// `worker_gone`
    WorkerGone,
}

impl Condition {
    /// The one of this letter.
    #[must_use]
    pub fn of(letter: &str) -> Option<Self> {
        match letter {
            "A" => Some(Self::A),
            "B" => Some(Self::B),
            "C" => Some(Self::C),
            _ => None,
        }
    }
}

impl Reason {
    /// Those that need no word of the queue's.
    pub const FIXED: [Self; 5] = [
        Self::LeaseExpired,
        Self::MissingRun,
        Self::NoActiveRun,
        Self::StaleHeartbeat,
        Self::WorkerGone,
    ];

    /// The code, as the interface has it.
    #[must_use]
    pub fn code(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::RunFinished(status) => return Cow::Owned(format!("run_{status}")),
            Self::NoActiveRun => "no_active_run",
            Self::MissingRun => "missing_run",
            Self::StaleHeartbeat => "stale_heartbeat",
            Self::LeaseExpired => "lease_expired",
            Self::WorkerGone => "worker_gone",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code())
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.code())
    }
}

/// What stands in the way where a task is undecided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// A value of the task, or of this run of it, cannot be read.
    Unreadable(Option<Id>, Unread),
    /// The active run is unfinished, and silent or mute: nothing says which.
    RunHasNoSignOfLife(Id),
    /// The task is its own run, and silent or mute: nothing says which.
    TaskHasNoSignOfLife,
    /// The task is its own run, is called running, and has an end: it may be finished, and is not to be done again.
    TaskHasAnEnd(Timestamp),
    /// The task has no run, and nothing says since when.
    ClaimHasNoSignOfLife,
    /// Another run shows no sign of life, and may have been made after the active one.
    SuccessorIsMute(Id),
    /// The active run is finished, a settle time is set, and nothing says since when.
    RunHasNoEnd(Id),
    /// The task has no id to be addressed by.
    TaskHasNoId,
    /// Another running task has the same id, so that nothing says whose the runs are.
    TaskIsDouble,
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(None, unread) => write!(f, "{unread}"),
            Self::Unreadable(Some(run), unread) => write!(f, "run {run}: {unread}"),
            Self::RunHasNoSignOfLife(run) => write!(
                f,
                "the active run is unfinished, and no readable heartbeat or start says whether it is alive: run {run}"
            ),
            Self::TaskHasNoSignOfLife => {
                f.write_str("no readable heartbeat, start, lease or update says whether anybody is at work on it")
            }
            Self::TaskHasAnEnd(end) => write!(
                f,
                "it is called running, and yet has an end that no sign of life follows: {}",
                end.to_rfc3339()
            ),
            Self::ClaimHasNoSignOfLife => f.write_str(
                "there is no active run, and no readable heartbeat, start or update says how old the claim is",
            ),
            Self::SuccessorIsMute(run) => write!(
                f,
                "another run is unfinished, shows no sign of life, and may have been made after the active one: run {run}"
            ),
            Self::RunHasNoEnd(run) => write!(
                f,
                "the active run is finished, and no readable end says whether the settle time is over: run {run}"
            ),
            Self::TaskHasNoId => f.write_str("the task's id is null"),
            Self::TaskIsDouble => f.write_str("another running task has the same id"),
        }
    }
}

/// Decides what a running task is: healthy, zombie or undecided.
///
/// `others` are the task's runs other than the active one that are not finished by their word; those that are have no
/// say. A live run settles it, whatever the rest says: a worker that is provably at work must not lose its task to a
/// bookkeeping lag.
#[must_use]
pub fn verdict<'r>(
    task: &Task,
    active: &ActiveRun<&Run>,
    others: impl IntoIterator<Item = &'r Run, IntoIter: Clone>,
    policy: &Policy,
    now: Timestamp,
) -> Verdict {
    weigh(task, active, others, policy, now).1
}

/// The verdict, and the row of the table that fits.
pub(super) fn weigh<'r>(
    task: &Task,
    active: &ActiveRun<&Run>,
    others: impl IntoIterator<Item = &'r Run, IntoIter: Clone>,
    policy: &Policy,
    now: Timestamp,
) -> (Row, Verdict) {
    let undecided = |why| (Row::Undecided, Verdict::Undecided(why));
    let untold = |why| (Row::Untold, Verdict::Undecided(why));
    let others = others.into_iter().filter(|run| run.is_unfinished(now));
    let pulse = match active {
        ActiveRun::Own(run) if run.is_unfinished(now) => Some(pulse_of_active_run(run, task, policy, now)),
        ActiveRun::Own(_) => None,
        ActiveRun::Itself => Some(pulse_of_row(task, policy, now)),
        ActiveRun::None | ActiveRun::Missing => Some(pulse_of_claim(task, policy.claim_grace(), now)),
    };
    if pulse == Some(Pulse::Live)
        || others
            .clone()
            .any(|run| pulse_of_other_run(run, policy, now) == Pulse::Live)
    {
        return (Row::Live, Verdict::Healthy);
    }
    if let Some(Pulse::Unreadable(unread)) = pulse {
        let run = active.own().map(|run| run.id.clone());
        return undecided(Undecided::Unreadable(run, unread.clone()));
    }
    let successor = others
        .filter(|run| !is_known_to_precede(run, active, task))
        .find_map(|run| may_be_alive(run, policy, now));
    if let Some(why) = successor {
        return undecided(why);
    }
    if task.is_double {
        return undecided(Undecided::TaskIsDouble);
    }
    if let ActiveRun::Itself = active {
        // What is finished is not done again, whatever it is called.
        if let Some(unread) = &task.ended.unreadable {
            return undecided(Undecided::Unreadable(None, Unread::clone(unread)));
        }
        if let Some(end) = task.end() {
            return undecided(Undecided::TaskHasAnEnd(end.at));
        }
    }
    match (active, pulse) {
        (_, Some(Pulse::Gone)) => {
            let gone = zombie(Condition::C, Reason::WorkerGone, None, Duration::ZERO, true);
            (Row::WorkerGone, gone)
        }
        (ActiveRun::Own(_) | ActiveRun::Itself, Some(Pulse::Silent(silence))) => {
            silent(silence, Row::StaleHeartbeat, Condition::C, Reason::StaleHeartbeat)
        }
        (ActiveRun::Itself, _) => untold(Undecided::TaskHasNoSignOfLife),
        (ActiveRun::Own(run), Some(_)) => untold(Undecided::RunHasNoSignOfLife(run.id.clone())),
        (ActiveRun::Own(run), None) => match &run.state {
            RunState::Finished(status) => (Row::Finished, finished(run, status, task, policy, now)),
            RunState::Unknown(status) => {
                let verdict = finished_by_evidence(run, status, task, policy, now);
                (Row::FinishedByEvidence, verdict)
            }
            RunState::Running => (Row::Live, Verdict::Healthy),
        },
        (ActiveRun::Missing, Some(Pulse::Silent(silence))) => {
            silent(silence, Row::MissingRun, Condition::B, Reason::MissingRun)
        }
        (ActiveRun::None, Some(Pulse::Silent(silence))) => {
            silent(silence, Row::NoActiveRun, Condition::B, Reason::NoActiveRun)
        }
        _ => untold(Undecided::ClaimHasNoSignOfLife),
    }
}

/// Whether a run other than the active one, which is not live, could yet be at work: it shows nothing, or nothing that
/// can be read.
fn may_be_alive(run: &Run, policy: &Policy, now: Timestamp) -> Option<Undecided> {
    match pulse_of_other_run(run, policy, now) {
        Pulse::Unreadable(unread) => Some(Undecided::Unreadable(Some(run.id.clone()), unread.clone())),
        Pulse::Mute | Pulse::Gone => Some(Undecided::SuccessorIsMute(run.id.clone())),
        Pulse::Live | Pulse::Silent(_) => None,
    }
}

/// Whether a run was made before the active one, by creation or start, else by the order of the rows; where there is no
/// active run, before the last run of the task. An old open run without times must not keep its task from being reaped
/// for ever.
pub(super) fn is_known_to_precede(run: &Run, active: &ActiveRun<&Run>, task: &Task) -> bool {
    let place = match active {
        ActiveRun::Own(active) => {
            if let Some(precedes) = precedes_by_time(run, active) {
                return precedes;
            }
            active.place
        }
        ActiveRun::Itself | ActiveRun::None | ActiveRun::Missing => task.latest_run,
    };
    run.place.zip(place).is_some_and(|(run, active)| run < active)
}

/// Whether times tell that a run was made before another. Like is compared with like: a run may wait for long before it
/// starts, so that one made before the other's start may yet have been made after the other.
fn precedes_by_time(run: &Run, other: &Run) -> Option<bool> {
    let alike = [(&run.created, &other.created), (&run.started, &other.started)];
    for (run, other) in alike {
        match run.newest.zip(other.newest) {
            Some((run, other)) if run.is_before(other) => return Some(true),
            Some((run, other)) if run.is_after(other) => return Some(false),
            _ => {}
        }
    }
    let made_since = |made: &Run, start: &Run| {
        let times = made.created.newest.zip(start.started.newest);
        times.is_some_and(|(made, start)| made.is_after(start))
    };
    if made_since(other, run) {
        return Some(true);
    }
    made_since(run, other).then_some(false)
}

/// Whether a moment lies behind the end of a finished run: behind its newest sign, where no end can be read.
fn is_after_the_end(run: &Run, moment: Moment) -> bool {
    let last = || newest([run.heartbeat.newest, run.start().newest]);
    let end = run.ended.newest.or_else(last);
    end.is_none_or(|end| moment.is_after(end))
}

/// Whether a task was claimed again after its run had ended, and still names that run.
pub(super) fn is_claimed_again(task: &Task, run: &Run) -> bool {
    task.started
        .newest
        .is_some_and(|start| is_after_the_end(run, start))
}

/// Condition A, by the run's word.
fn finished(run: &Run, status: &Arc<str>, task: &Task, policy: &Policy, now: Timestamp) -> Verdict {
    let reason = Reason::RunFinished(Arc::clone(status));
    let last = newest([run.heartbeat.newest, run.start().newest]);
    if let Some(unread) = &task.started.unreadable {
        return Verdict::Undecided(Undecided::Unreadable(None, Unread::clone(unread)));
    }
    if let Some(start) = task.started.newest.filter(|start| is_after_the_end(run, *start)) {
        // It was claimed again, and the pointer kept: the claim is to be judged, not the run. A lease can only protect it.
        let grace = policy.claim_grace();
        return match pulse_since_claim(task, grace, now) {
            Pulse::Unreadable(unread) => Verdict::Undecided(Undecided::Unreadable(None, unread.clone())),
            Pulse::Silent(silence) if now.is_later_by(grace, start.at) => {
                zombie(Condition::A, reason, silence.sign, grace, true)
            }
            Pulse::Silent(_) | Pulse::Live | Pulse::Mute | Pulse::Gone => Verdict::Healthy,
        };
    }
    let since = newest([task.updated.newest, task.heartbeat.newest]);
    let is_silence = since.is_some_and(|moment| is_after_the_end(run, moment));
    if policy.settle.is_zero() {
        let sign_of_life = newest([run.ended.newest, last]);
        return zombie(Condition::A, reason, sign_of_life, policy.settle, is_silence);
    }
    match run.ended.newest {
        None => Verdict::Undecided(Undecided::RunHasNoEnd(run.id.clone())),
        Some(end) if now.is_later_by(policy.settle, end.at) => {
            zombie(Condition::A, reason, Some(end), policy.settle, is_silence)
        }
        Some(_) => Verdict::Healthy,
    }
}

/// Condition A, by the run's end, while its word is unknown: with the grace of a claim.
fn finished_by_evidence(
    run: &Run,
    status: &Arc<str>,
    task: &Task,
    policy: &Policy,
    now: Timestamp,
) -> Verdict {
    let made_since = task.started.newest.zip(run.ended.newest);
    let is_claim = made_since.is_some_and(|(start, end)| start.is_after(end));
    if is_claim && pulse_since_claim(task, policy.claim_grace(), now) == Pulse::Live {
        return Verdict::Healthy; // by its lease, where nothing else shows it
    }
    let claim = signs_of_claim(task);
    if let Some(unread) = claim.iter().find_map(|signs| signs.unreadable.as_deref()) {
        return Verdict::Undecided(Undecided::Unreadable(None, unread.clone()));
    }
    let grace = policy.claim_grace();
    let signs = claim.iter().map(|signs| signs.newest);
    let last = newest(signs.chain([run.ended.newest]));
    match last {
        Some(sign) if now.is_later_by(grace, sign.at) => {
            let reason = Reason::RunFinished(Arc::clone(status));
            zombie(Condition::A, reason, Some(sign), grace, true)
        }
        _ => Verdict::Healthy,
    }
}

/// Silence is called by what it is the silence of, unless it was a lease that ran out.
fn silent(silence: Silence, row: Row, condition: Condition, reason: Reason) -> (Row, Verdict) {
    let (row, condition, reason) = if silence.by_lease {
        (Row::LeaseExpired, Condition::C, Reason::LeaseExpired)
    } else {
        (row, condition, reason)
    };
    (
        row,
        zombie(condition, reason, silence.sign, silence.threshold, true),
    )
}

fn zombie(
    condition: Condition,
    reason: Reason,
    sign_of_life: Option<Moment>,
    threshold: Duration,
    is_silence: bool,
) -> Verdict {
    Verdict::Zombie(Evidence {
        condition,
        reason,
        sign_of_life: sign_of_life.map(|sign| sign.at),
        threshold,
        is_silence,
    })
}
