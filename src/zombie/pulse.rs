//! Whether somebody is at work, as far as signs of life and leases tell.

use std::time::Duration;

use super::signs::newest;
use super::{ActiveRun, Moment, Policy, Run, Signs, Task, Timestamp, Unread, Worker};

/// What the signs of life of one holder come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pulse<'s> {
    /// Somebody is at work.
    Live,
    /// A sign or lease that is asked for cannot be read, and no other proves it live.
    Unreadable(&'s Unread),
    /// Everything is old.
    Silent(Silence),
    /// There is nothing to go by.
    Mute,
    /// There is nothing to go by, and every worker that it names is gone.
    Gone,
}

/// The proof of a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// The newest sign of life.
    pub(super) sign: Option<Moment>,
    /// How old it may be at most.
    pub(super) threshold: Duration,
    /// Whether it was a lease that ran out.
    pub(super) by_lease: bool,
}

/// What is asked of one holder, and what it comes to: for who wants to know which sign counts, and why.
pub(super) struct Asked<'s> {
    /// Its heartbeats, start and update, as far as they count.
    pub(super) signs: Vec<&'s Signs>,
    pub(super) leases: Vec<&'s Signs>,
    /// What a lease is held against.
    pub(super) start: Option<Moment>,
    /// What the life of a worker is held against.
    pub(super) began: Option<Moment>,
    /// The workers that it names, whether they speak for it or not.
    pub(super) workers: Vec<&'s Worker>,
    pub(super) asks_for_lease: bool,
    pub(super) pulse: Pulse<'s>,
    pub(super) threshold: Duration,
}

/// The signs of one holder, by what they are.
struct Holder<'s, const N: usize> {
    heartbeats: [&'s Signs; N],
    start: &'s Signs,
    /// When the work itself began, which tells the life of a worker that does it from another.
    began: &'s Signs,
    /// What else shows that somebody was there.
    updated: Option<&'s Signs>,
    leases: [&'s Signs; N],
    workers: [Option<&'s Worker>; N],
}

impl<'s, const N: usize> Holder<'s, N> {
    /// The workers that it names, as far as they speak for it: one that is gone does not, nor does one that began after
    /// the work did, as it is another life under the same name.
    fn workers_at_work(&self) -> impl Iterator<Item = &'s Worker> {
        let workers = self.workers.into_iter().flatten();
        workers.filter(|worker| !worker.is_gone && !worker.is_another_life(self.began.newest))
    }

    fn heartbeats(&self) -> impl Iterator<Item = &'s Signs> {
        let of_workers = self.workers_at_work().map(|worker| &worker.heartbeat);
        self.heartbeats.into_iter().chain(of_workers)
    }

    fn leases(&self) -> impl Iterator<Item = &'s Signs> {
        let at_work = self
            .workers_at_work()
            .filter(|worker| !worker.has_a_leftover_lease());
        let of_workers = at_work.map(|worker| &worker.lease);
        self.leases.into_iter().chain(of_workers)
    }

    /// Whether it names a worker, and each that it names is gone.
    fn is_orphan(&self) -> bool {
        let mut workers = self.workers.iter().flatten();
        self.workers.iter().any(Option::is_some) && workers.all(|worker| worker.is_gone)
    }

    fn heartbeat(&self) -> Option<Moment> {
        newest(self.heartbeats().map(|signs| signs.newest))
    }

    /// Whether a heartbeat was written after the start: then no lease is asked for.
    fn has_beaten_since(&self) -> bool {
        is_since(self.heartbeat(), self.start.newest)
    }

    /// All that is asked, and what it comes to.
    fn asked(&self, threshold: Duration, now: Timestamp) -> Asked<'s> {
        let workers = self.workers.into_iter().flatten();
        Asked {
            signs: self
                .heartbeats()
                .chain([self.start])
                .chain(self.updated)
                .collect(),
            leases: self.leases().collect(),
            start: self.start.newest,
            began: self.began.newest,
            workers: workers.collect(),
            asks_for_lease: !self.has_beaten_since(),
            pulse: self.pulse(threshold, now),
            threshold,
        }
    }

    /// The lease. One that ended before the start is a leftover.
    fn lease(&self) -> Option<Moment> {
        let lease = newest(self.leases().map(|signs| signs.newest));
        lease.filter(|lease| !self.start.newest.is_some_and(|start| lease.is_before(start)))
    }

    /// The silence of one who is at work, unless it is a lease that speaks for it.
    fn silence(&self, threshold: Duration, now: Timestamp) -> Option<Silence> {
        if self.pulse(threshold, now) != Pulse::Live {
            return None;
        }
        let updated = self.updated.and_then(|signs| signs.newest);
        let (heartbeat, start) = (self.heartbeat(), self.start.newest);
        if self.lease().is_some_and(|lease| lease.at >= now) && !self.has_beaten_since() {
            return None;
        }
        let sign = newest([heartbeat, start, updated]);
        sign.filter(|sign| !now.is_later_by(threshold, sign.at))
            .map(|_| Silence {
                sign,
                threshold,
                by_lease: false,
            })
    }

    /// Until when it is live at least, as long as nothing of it changes; `None` where it is not.
    fn live_until(&self, threshold: Duration, now: Timestamp) -> Option<Timestamp> {
        if self.pulse(threshold, now) != Pulse::Live {
            return None;
        }
        let lease = self.lease();
        let by_lease = lease.filter(|lease| lease.at >= now && !self.has_beaten_since());
        let updated = self.updated.and_then(|signs| signs.newest);
        let sign = newest([self.heartbeat(), self.start.newest, updated]);
        let by_sign = sign.filter(|_| lease.is_none() || self.has_beaten());
        let until = [
            by_lease.map(|lease| lease.at),
            by_sign.map(|sign| sign.at.plus(threshold)),
        ];
        until.into_iter().flatten().max()
    }

    /// Whether there is a heartbeat that was not written before the start: then it is not the lease alone that decides.
    fn has_beaten(&self) -> bool {
        self.heartbeat()
            .is_some_and(|beat| !self.start.newest.is_some_and(|start| beat.is_before(start)))
    }

    fn pulse(&self, threshold: Duration, now: Timestamp) -> Pulse<'s> {
        let heartbeat = self.heartbeat();
        let start = self.start.newest;
        let updated = self.updated.and_then(|signs| signs.newest);
        let sign = newest([heartbeat, start, updated]);
        let mut signs = self.heartbeats().chain([self.start]).chain(self.updated);
        let unreadable = signs.find_map(|signs| signs.unreadable.as_deref());
        let lease = self.lease();
        let is_ahead = lease.is_some_and(|lease| lease.at >= now);
        let asks_for_lease = !self.has_beaten();
        // A heartbeat of the very moment of the start may be the claim's own, and where no start is known, it may be
        // another attempt's: then a lease ahead protects, no more.
        let has_beaten_since = self.has_beaten_since();
        if is_ahead && !has_beaten_since {
            return Pulse::Live;
        }
        let is_over = asks_for_lease && lease.is_some();
        if !is_over && sign.is_some_and(|sign| !now.is_later_by(threshold, sign.at)) {
            return Pulse::Live;
        }
        let lease_unread = self
            .leases()
            .find_map(|signs| signs.unreadable.as_deref())
            .filter(|_| !has_beaten_since);
        if let Some(unread) = unreadable.or(lease_unread) {
            return Pulse::Unreadable(unread);
        }
        if is_over {
            return Pulse::Silent(Silence {
                sign,
                threshold: Duration::ZERO,
                by_lease: true,
            });
        }
        if sign.is_some() {
            return Pulse::Silent(Silence {
                sign,
                threshold,
                by_lease: false,
            });
        }
        if self.is_orphan() {
            Pulse::Gone
        } else {
            Pulse::Mute
        }
    }
}

/// Whether a heartbeat came since the start. One of the very moment of the start may be the claim's own, and where no start
/// is known, it may be another attempt's: then a lease ahead protects, no more.
fn is_since(heartbeat: Option<Moment>, start: Option<Moment>) -> bool {
    heartbeat
        .zip(start)
        .is_some_and(|(beat, start)| beat.is_after(start))
}

/// Of an unfinished run that is the task's active one: the task's own heartbeats and leases count too. One that shows
/// nothing itself is judged by its claim, where that shows more than a start, which may be an earlier attempt's.
pub(super) fn pulse_of_active_run<'s>(
    run: &'s Run,
    task: &'s Task,
    policy: &Policy,
    now: Timestamp,
) -> Pulse<'s> {
    active_run(run, task).pulse(policy.stale_after, now)
}

fn active_run<'s>(run: &'s Run, task: &'s Task) -> Holder<'s, 2> {
    let by_claim = run.is_mute() && !(task.heartbeat.is_none() && task.updated.is_none());
    Holder {
        heartbeats: [&run.heartbeat, &task.heartbeat],
        start: if by_claim { &task.started } else { run.start() },
        began: run.start(),
        updated: by_claim.then_some(&task.updated),
        leases: [&run.lease, &task.lease],
        workers: [run.worker.as_deref(), task.worker.as_deref()],
    }
}

/// Of a task that is its own run. An update says something where nothing else does.
pub(super) fn pulse_of_row<'s>(task: &'s Task, policy: &Policy, now: Timestamp) -> Pulse<'s> {
    own_row(task).pulse(policy.stale_after, now)
}

fn own_row(task: &Task) -> Holder<'_, 1> {
    let is_mute = task.heartbeat.is_none() && task.started.is_none() && task.lease.is_none();
    claim(task, is_mute.then_some(&task.updated))
}

/// Of any other unfinished run.
pub(super) fn pulse_of_other_run<'s>(run: &'s Run, policy: &Policy, now: Timestamp) -> Pulse<'s> {
    other_run(run).pulse(policy.stale_after, now)
}

fn other_run(run: &Run) -> Holder<'_, 1> {
    Holder {
        heartbeats: [&run.heartbeat],
        start: run.start(),
        began: run.start(),
        updated: None,
        leases: [&run.lease],
        workers: [run.worker.as_deref()],
    }
}

/// Of a running task without a run of its own.
pub(super) fn pulse_of_claim(task: &Task, grace: Duration, now: Timestamp) -> Pulse<'_> {
    claim(task, Some(&task.updated)).pulse(grace, now)
}

/// Of a task that was claimed anew while its pointer still names the last, finished run. Whoever ended that run may have
/// updated the task too, so that an update says nothing.
pub(super) fn pulse_since_claim(task: &Task, grace: Duration, now: Timestamp) -> Pulse<'_> {
    claim(task, None).pulse(grace, now)
}

/// All signs of a claim, those of its worker included.
pub(super) fn signs_of_claim(task: &Task) -> Vec<&Signs> {
    let claim = claim(task, Some(&task.updated));
    let heartbeats = claim.heartbeats();
    heartbeats.chain([claim.start]).chain(claim.updated).collect()
}

/// What is asked of the active run, or of the claim; of a run that is finished, what is asked of the claim behind it.
pub(super) fn asked_of_task<'s>(
    task: &'s Task,
    active: &ActiveRun<&'s Run>,
    policy: &Policy,
    now: Timestamp,
) -> Asked<'s> {
    let (stale_after, grace) = (policy.stale_after, policy.claim_grace());
    match active {
        ActiveRun::Own(run) if run.is_unfinished(now) => active_run(run, task).asked(stale_after, now),
        ActiveRun::Own(_) => claim(task, None).asked(grace, now),
        ActiveRun::Itself => own_row(task).asked(stale_after, now),
        ActiveRun::None | ActiveRun::Missing => claim(task, Some(&task.updated)).asked(grace, now),
    }
}

/// Until when an unfinished run that is the task's active one is live at least.
pub(super) fn live_until_of_active_run(
    run: &Run,
    task: &Task,
    policy: &Policy,
    now: Timestamp,
) -> Option<Timestamp> {
    active_run(run, task).live_until(policy.stale_after, now)
}

/// Until when a task that is its own run is live at least.
pub(super) fn live_until_of_row(task: &Task, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    own_row(task).live_until(policy.stale_after, now)
}

/// Until when a claim is live at least.
pub(super) fn live_until_of_claim(task: &Task, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    claim(task, Some(&task.updated)).live_until(policy.claim_grace(), now)
}

/// Until when a claim behind a finished run is live at least.
pub(super) fn live_until_since_claim(task: &Task, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    claim(task, None).live_until(policy.claim_grace(), now)
}

/// Until when another unfinished run is live at least.
pub(super) fn live_until_of_other_run(run: &Run, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    other_run(run).live_until(policy.stale_after, now)
}

/// What is asked of another unfinished run.
pub(super) fn asked_of_other_run<'s>(run: &'s Run, policy: &Policy, now: Timestamp) -> Asked<'s> {
    other_run(run).asked(policy.stale_after, now)
}

fn claim<'s>(task: &'s Task, updated: Option<&'s Signs>) -> Holder<'s, 1> {
    Holder {
        heartbeats: [&task.heartbeat],
        start: &task.started,
        began: &task.started,
        updated,
        leases: [&task.lease],
        workers: [task.worker.as_deref()],
    }
}

/// How long somebody at work has been silent, and how long that is borne.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The newest sign of life.
    pub sign: Timestamp,
    /// How old it may become.
    pub threshold: Duration,
    /// Whether it is a claim, and not a run.
    pub is_claim: bool,
}

/// The silence of a task that its active run or its claim proves live; `None` of every other, and where it is a lease that
/// speaks for it.
#[must_use]
pub fn patience(task: &Task, active: &ActiveRun<&Run>, policy: &Policy, now: Timestamp) -> Option<Patience> {
    let (silence, is_claim) = match active {
        ActiveRun::Own(run) if !run.is_unfinished(now) => return None,
        ActiveRun::Own(run) => {
            let holder = active_run(run, task);
            (holder.silence(policy.stale_after, now), false)
        }
        ActiveRun::Itself => (own_row(task).silence(policy.stale_after, now), false),
        ActiveRun::None | ActiveRun::Missing => {
            let claim = claim(task, Some(&task.updated));
            (claim.silence(policy.claim_grace(), now), true)
        }
    };
    let silence = silence?;
    Some(Patience {
        sign: silence.sign?.at,
        threshold: silence.threshold,
        is_claim,
    })
}

/// Whether the active run alone proves the task healthy. If so, no other run needs to be looked at.
#[must_use]
pub fn is_live(task: &Task, active: &ActiveRun<&Run>, policy: &Policy, now: Timestamp) -> bool {
    match active {
        ActiveRun::Own(run) => {
            run.is_unfinished(now) && pulse_of_active_run(run, task, policy, now) == Pulse::Live
        }
        ActiveRun::Itself => pulse_of_row(task, policy, now) == Pulse::Live,
        ActiveRun::None | ActiveRun::Missing => false,
    }
}
