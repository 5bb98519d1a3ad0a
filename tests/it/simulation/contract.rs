//! The contract once more, in other words than the sweeper's: over the model's rows, in milliseconds.

use std::time::Duration;

use zombie_sweeper::Policy;

use super::clock::{Cell, MINUTE, Stamp};
use super::shape::{Shape, Told};
use super::truth::{Run, Task, Truth, WorkerRow};

/// How far ahead a lease may lie.
const LONGEST_LEASE_MS: i64 = 366 * 24 * 60 * MINUTE;

/// What the contract says of a running task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgment {
    Healthy,
    Undecided,
    Zombie(Zombie),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zombie {
    pub(super) reason: String,
    /// Whether it rests on silence, which a second look may find broken.
    pub(super) by_silence: bool,
    /// The newest sign of life.
    pub(super) sign: Option<Stamp>,
}

/// What one reap released.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Released {
    pub(super) runs: Vec<String>,
    pub(super) workspaces: usize,
}

/// Somebody who should be heard of: a run, or a claim that has none yet.
struct Holder<'a> {
    heartbeats: Vec<Cell>,
    start: Cell,
    /// When the work itself began, which tells the life of a worker that does it from another.
    began: Cell,
    /// The workers that it names; `None` where one has no row.
    workers: Vec<Option<&'a WorkerRow>>,
    /// What else shows somebody at work.
    update: Option<Stamp>,
    leases: Vec<Cell>,
    bears_ms: i64,
}

/// What a lease says, where it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lease {
    Ahead,
    Over,
}

/// The contract's words, as of one moment.
struct Look<'a> {
    shape: Shape,
    truth: &'a Truth,
    task: &'a Task,
    told: Told,
    policy: &'a Policy,
    now: Stamp,
}

impl<'a> Look<'a> {
    fn new(shape: Shape, truth: &'a Truth, task: &'a Task, policy: &'a Policy, now: Stamp) -> Self {
        Self {
            shape,
            truth,
            task,
            told: shape.told(task),
            policy,
            now,
        }
    }

    /// The active run: the one that the task names; where it names none, the unfinished one begun last, else the one begun
    /// last, unless the task was touched since that ended.
    fn active(&self) -> Option<&'a Run> {
        let mut runs: Vec<_> = self.truth.runs_of(&self.task.id).collect();
        if self.shape.has_pointer() {
            return runs.into_iter().find(|run| run.id == self.task.active_run_id);
        }
        let begun = |run: &&Run| {
            let start = self.sign(run.started_at).at();
            (start.is_none(), start, run.place)
        };
        runs.sort_by_key(begun);
        let unfinished = runs.iter().rfind(|run| self.is_unfinished(run));
        unfinished
            .or(runs.last().filter(|run| !self.is_touched_since(run)))
            .copied()
    }

    fn is_touched_since(&self, run: &Run) -> bool {
        let alone = Holder {
            workers: Vec::new(),
            ..self.run(run)
        };
        let end = run.completed_at.or(self.newest(&alone));
        let is_later = |cell| match self.sign(cell) {
            Cell::Nothing => false,
            Cell::At(at) => end.is_none_or(|end| at > end),
            Cell::Odd => true,
        };
        let of_task = self.told.heartbeats.iter().copied().chain([self.told.start]);
        of_task.chain(self.told.update.map(Cell::At)).any(is_later)
    }
}

/// The id of a task's active run, as the contract has it at this moment.
pub(super) fn active_run(
    shape: Shape,
    truth: &Truth,
    task: &Task,
    policy: &Policy,
    now: Stamp,
) -> Option<String> {
    let active = Look::new(shape, truth, task, policy, now).active();
    active.map(|run| run.id.clone())
}

/// What a task is at this moment; `None` where it is not running.
pub(super) fn judge(
    shape: Shape,
    truth: &Truth,
    task: &Task,
    policy: &Policy,
    now: Stamp,
) -> Option<Judgment> {
    if !task.is_running() {
        return None;
    }
    let look = Look::new(shape, truth, task, policy, now);
    let active = look.active();
    let mut others = Vec::new();
    let mut last = 0;
    for run in truth.runs_of(&task.id) {
        last = last.max(run.place);
        if active.is_none_or(|active| active.id != run.id) && look.is_unfinished(run) {
            others.push(run);
        }
    }
    let at_work = match active {
        Some(run) if look.is_unfinished(run) => Some(look.active_run(run)),
        Some(_) => None,
        None if shape.has_runs() => Some(look.claim()),
        None => Some(look.row()),
    };
    // The first row that fits: live, then undecided, then A, B and C.
    let is_live = |holder: &Holder| look.is_live(holder);
    if at_work.iter().any(is_live) || others.iter().any(|run| is_live(&look.run(run))) {
        return Some(Judgment::Healthy);
    }
    if at_work.iter().any(|holder| look.hides_something(holder)) {
        return Some(Judgment::Undecided);
    }
    let may_be_successor = |run: &&Run| {
        let holder = look.run(run);
        (look.hides_something(&holder) || look.says_nothing(&holder)) && !look.is_older(run, active, last)
    };
    if others.iter().any(may_be_successor) {
        return Some(Judgment::Undecided);
    }
    if look.told.end.is_some_and(|end| !look.goes_on_after(end)) {
        return Some(Judgment::Undecided); // it may be finished, and is not to be done again
    }
    Some(match (active, at_work) {
        (Some(run), None) if run.is_finished() => look.finished(run),
        (Some(run), None) => look.finished_by_evidence(run),
        (_, Some(holder)) if look.says_nothing(&holder) && holder.is_left_alone() => {
            zombie("worker_gone", true, None)
        }
        (_, Some(holder)) if look.says_nothing(&holder) => Judgment::Undecided,
        (_, Some(holder)) => {
            let reason = match active {
                _ if look.lease(&holder) == Some(Lease::Over) => "lease_expired",
                Some(_) => "stale_heartbeat",
                None if !shape.has_runs() => "stale_heartbeat",
                None if task.active_run_id.is_empty() || !shape.has_pointer() => "no_active_run",
                None => "missing_run",
            };
            zombie(reason, true, look.newest(&holder))
        }
        (None, None) => Judgment::Undecided,
    })
}

fn zombie(reason: impl Into<String>, by_silence: bool, sign: Option<Stamp>) -> Judgment {
    Judgment::Zombie(Zombie {
        reason: reason.into(),
        by_silence,
        sign,
    })
}

impl Holder<'_> {
    /// Whether every worker that it names is gone.
    fn is_left_alone(&self) -> bool {
        !self.workers.is_empty() && self.workers.iter().all(|worker| worker.is_none_or(is_gone))
    }
}

fn is_gone(worker: &WorkerRow) -> bool {
    worker.state == "left"
}

impl<'a> Look<'a> {
    fn grace_ms(&self) -> i64 {
        ms(self.policy.claim_grace.unwrap_or(self.policy.stale_after))
    }

    /// The worker of this name, where one is named: none, where it has no row.
    fn worker(&self, name: &str) -> Vec<Option<&'a WorkerRow>> {
        if self.shape.has_workers() && !name.is_empty() {
            vec![self.truth.workers.get(name)]
        } else {
            Vec::new()
        }
    }

    fn run(&self, run: &Run) -> Holder<'a> {
        Holder {
            heartbeats: vec![run.last_heartbeat.into(), run.heartbeat_at],
            start: run.started_at,
            began: run.started_at,
            workers: self.worker(&run.worker_id),
            update: None,
            leases: vec![run.lease_expires_at],
            bears_ms: ms(self.policy.stale_after),
        }
    }

    /// The task's own heartbeats and lease count for it too, and its claim's signs where it has none of its own.
    fn active_run(&self, run: &Run) -> Holder<'a> {
        let mut holder = self.run(run);
        let own = holder.heartbeats.iter().chain([&holder.start]);
        if own.into_iter().all(|cell| *cell == Cell::Nothing) {
            holder.start = self.told.start;
            holder.update = self.told.update;
        }
        holder.heartbeats.extend(&self.told.heartbeats);
        holder.leases.push(self.told.lease);
        holder.workers.extend(self.worker(&self.task.assigned_worker));
        holder
    }

    fn claim(&self) -> Holder<'a> {
        Holder {
            heartbeats: self.told.heartbeats.clone(),
            start: self.told.start,
            began: self.told.start,
            workers: self.worker(&self.task.assigned_worker),
            update: self.told.update,
            leases: vec![self.told.lease],
            bears_ms: self.grace_ms(),
        }
    }

    /// The task is its own run. An update says something where nothing else does.
    fn row(&self) -> Holder<'a> {
        let mut row = self.claim();
        let own = row.heartbeats.iter().chain([&row.start]).chain(&row.leases);
        if own.into_iter().any(|cell| *cell != Cell::Nothing) {
            row.update = None;
        }
        row.bears_ms = ms(self.policy.stale_after);
        row
    }

    /// Whether a heartbeat or a start of the task follows this end, so that it is that of an earlier attempt.
    fn goes_on_after(&self, end: Stamp) -> bool {
        let signs = self.told.heartbeats.iter().chain([&self.told.start]);
        signs
            .filter_map(|cell| self.sign(*cell).at())
            .any(|sign| sign > end)
    }

    /// All heartbeats: those of its workers too, unless one is gone or began after the work did.
    fn beats(&self, holder: &Holder) -> Vec<Cell> {
        let began = self.sign(holder.began).at();
        let speaks =
            |worker: &&WorkerRow| !is_gone(worker) && began.is_none_or(|began| worker.started_at <= began);
        let workers = holder.workers.iter().copied().flatten().filter(speaks);
        let of_workers = workers.map(|worker| Cell::At(worker.beat_at));
        holder.heartbeats.iter().copied().chain(of_workers).collect()
    }

    /// A sign of life, unless it is odd or further ahead than anybody's clock may be.
    fn sign(&self, cell: Cell) -> Cell {
        match cell {
            Cell::At(at) if at.since(self.now) > ms(self.policy.stale_after) => Cell::Odd,
            cell => cell,
        }
    }

    fn signs(&self, holder: &Holder) -> Vec<Cell> {
        let update = holder.update.map_or(Cell::Nothing, Cell::At);
        let cells = self.beats(holder).into_iter().chain([holder.start, update]);
        cells.map(|cell| self.sign(cell)).collect()
    }

    fn newest(&self, holder: &Holder) -> Option<Stamp> {
        self.signs(holder).into_iter().filter_map(Cell::at).max()
    }

    fn is_old(&self, at: Stamp, bears_ms: i64) -> bool {
        self.now.since(at) > bears_ms
    }

    /// What the lease says: asked where nobody has beaten since the start, unless it ended before that.
    fn lease(&self, holder: &Holder) -> Option<Lease> {
        let start = self.sign(holder.start).at();
        let until = holder.leases.iter().filter_map(|lease| lease.at());
        let until = until.filter(|until| !self.is_too_far(*until)).max();
        let until = until.filter(|until| start.is_none_or(|start| *until >= start))?;
        if until >= self.now {
            self.may_be_silent(holder).then_some(Lease::Ahead)
        } else {
            self.is_lease_asked(holder).then_some(Lease::Over)
        }
    }

    fn is_lease_asked(&self, holder: &Holder) -> bool {
        let start = self.sign(holder.start).at();
        let beats = self
            .beats(holder)
            .into_iter()
            .filter_map(|cell| self.sign(cell).at());
        beats
            .max()
            .is_none_or(|beat| start.is_some_and(|start| beat < start))
    }

    /// Nobody is known to have beaten since the start: where none is known, the beat may be somebody else's, and one of its
    /// very moment is the claim's own.
    fn may_be_silent(&self, holder: &Holder) -> bool {
        let start = self.sign(holder.start).at();
        let beats = self
            .beats(holder)
            .into_iter()
            .filter_map(|cell| self.sign(cell).at());
        beats.max().zip(start).is_none_or(|(beat, start)| beat <= start)
    }

    fn is_too_far(&self, until: Stamp) -> bool {
        until.since(self.now) > LONGEST_LEASE_MS
    }

    fn is_live(&self, holder: &Holder) -> bool {
        match self.lease(holder) {
            Some(Lease::Ahead) => true,
            Some(Lease::Over) => false,
            None => self
                .newest(holder)
                .is_some_and(|newest| !self.is_old(newest, holder.bears_ms)),
        }
    }

    /// Whether something that it is asked for cannot be read.
    fn hides_something(&self, holder: &Holder) -> bool {
        let is_odd = |lease: &Cell| *lease == Cell::Odd || lease.at().is_some_and(|at| self.is_too_far(at));
        self.signs(holder).contains(&Cell::Odd)
            || self.may_be_silent(holder) && holder.leases.iter().any(is_odd)
    }

    fn says_nothing_at_all(&self, holder: &Holder) -> bool {
        self.signs(holder).iter().all(|cell| *cell == Cell::Nothing)
    }

    /// No sign of life, and no lease that would speak for it.
    fn says_nothing(&self, holder: &Holder) -> bool {
        self.says_nothing_at_all(holder) && self.lease(holder).is_none()
    }

    fn is_unfinished(&self, run: &Run) -> bool {
        match run.status.as_str() {
            "running" => true,
            _ if run.is_finished() => false,
            _ => {
                let holder = Holder {
                    workers: Vec::new(),
                    ..self.run(run)
                };
                let followed = |end: Stamp| {
                    self.signs(&holder)
                        .into_iter()
                        .any(|cell| cell == Cell::Odd || cell.at().is_some_and(|sign| sign > end))
                };
                run.completed_at.is_none_or(|end| end > self.now || followed(end))
            }
        }
    }

    /// Whether a run was made before the active one, or where there is none before another of the task.
    fn is_older(&self, run: &Run, active: Option<&Run>, last: i64) -> bool {
        let Some(active) = active else {
            return run.place < last;
        };
        let [this, that] = [run, active].map(|run| self.sign(run.started_at).at());
        match (this, that) {
            (Some(this), Some(that)) if this != that => this < that,
            _ => run.place < active.place,
        }
    }

    /// The active run is finished by its word.
    fn finished(&self, run: &Run) -> Judgment {
        let reason = format!("run_{}", run.status);
        let last = [run.last_heartbeat.into(), run.heartbeat_at, run.started_at];
        let last = last.into_iter().filter_map(|cell| self.sign(cell).at()).max();
        let end = run.completed_at.or(last);
        let is_later = |at: Option<Stamp>| at.is_some_and(|at| end.is_none_or(|end| at > end));
        match self.sign(self.told.start) {
            Cell::Odd => return Judgment::Undecided,
            start if is_later(start.at()) => {
                // Claimed again, and by a lease that is over it has its grace all the same. Whoever ended the run may have
                // updated the task too, so that says nothing here.
                let is_old = start
                    .at()
                    .is_some_and(|start| self.is_old(start, self.grace_ms()));
                let claim = Holder {
                    update: None,
                    ..self.claim()
                };
                return if self.is_live(&claim) {
                    Judgment::Healthy
                } else if self.hides_something(&claim) {
                    Judgment::Undecided
                } else if is_old {
                    zombie(reason, true, self.newest(&claim))
                } else {
                    Judgment::Healthy
                };
            }
            _ => {}
        }
        let of_task = self.told.heartbeats.iter().copied();
        let of_task = of_task.chain(self.told.update.map(Cell::At));
        let was_updated = of_task.into_iter().any(|cell| is_later(self.sign(cell).at()));
        if self.policy.settle.is_zero() {
            return zombie(reason, was_updated, run.completed_at.max(last));
        }
        match run.completed_at {
            None => Judgment::Undecided,
            Some(end) if self.is_old(end, ms(self.policy.settle)) => zombie(reason, was_updated, Some(end)),
            Some(_) => Judgment::Healthy,
        }
    }

    /// The active run has an end, and a status that nobody knows.
    fn finished_by_evidence(&self, run: &Run) -> Judgment {
        let claim = self.claim();
        let end = run.completed_at;
        // One that was made after the end may live by its lease.
        let since = Holder {
            update: None,
            ..self.claim()
        };
        if self.sign(since.start).at() > end && self.is_live(&since) {
            return Judgment::Healthy;
        }
        if self.signs(&claim).contains(&Cell::Odd) {
            return Judgment::Undecided;
        }
        let last = self.newest(&claim).max(end);
        match last {
            Some(last) if self.is_old(last, self.grace_ms()) => {
                zombie(format!("run_{}", run.status), true, Some(last))
            }
            _ => Judgment::Healthy,
        }
    }
}

/// The moments that a verdict on this task may turn on, each with the silence that is borne after it.
pub(super) fn edges(truth: &Truth, task: &Task, policy: &Policy) -> Vec<(Stamp, Duration)> {
    let grace = policy.claim_grace.unwrap_or(policy.stale_after);
    let mut edges = Vec::new();
    for cell in [
        task.last_heartbeat.into(),
        task.heartbeat_at,
        task.started_at,
        Cell::At(task.updated_at),
    ] {
        edges.extend(
            cell.at()
                .into_iter()
                .flat_map(|at| [(at, policy.stale_after), (at, grace)]),
        );
    }
    edges.extend(task.lease_expires_at.at().map(|at| (at, Duration::ZERO)));
    let beats = truth.workers.values().map(|worker| worker.beat_at);
    edges.extend(beats.map(|at| (at, policy.stale_after)));
    for run in truth.runs_of(&task.id) {
        for cell in [run.last_heartbeat.into(), run.heartbeat_at, run.started_at] {
            edges.extend(cell.at().map(|at| (at, policy.stale_after)));
        }
        edges.extend(run.lease_expires_at.at().map(|at| (at, Duration::ZERO)));
        edges.extend(
            run.completed_at
                .into_iter()
                .flat_map(|at| [(at, policy.settle), (at, grace)]),
        );
    }
    edges
}

/// What must not have changed between two looks at a silent task: signs, leases, statuses and pointer, and what the workers
/// show that it names, unless it is another life under the same name that does.
pub(super) fn print(shape: Shape, truth: &Truth, task: &str, policy: &Policy, now: Stamp) -> String {
    let row = &truth.tasks[task];
    let look = Look::new(shape, truth, row, policy, now);
    let active = look.active();
    let of_task = (
        (&row.status, &row.active_run_id, row.lease_expires_at),
        (
            row.last_heartbeat,
            row.heartbeat_at,
            row.started_at,
            row.updated_at,
        ),
    );
    let runs = truth
        .runs_of(task)
        .filter(|run| active.is_some_and(|active| active.id == run.id) || !run.is_finished());
    let runs: Vec<_> = runs.collect();
    let names = runs
        .iter()
        .map(|run| &run.worker_id)
        .chain([&row.assigned_worker]);
    let starts = [Some(look.told.start), active.map(|run| run.started_at)];
    let starts: Vec<_> = starts
        .into_iter()
        .flatten()
        .map(|start| look.sign(start).at())
        .collect();
    let shows = |worker: &WorkerRow| {
        let is_of_this_life = |start: &Option<Stamp>| start.is_none_or(|start| worker.started_at <= start);
        let shown = starts.iter().any(is_of_this_life).then(|| worker.clone());
        (is_gone(worker), shown)
    };
    let workers = names
        .flat_map(|name| look.worker(name))
        .map(|worker| worker.map(shows));
    let workers: Vec<_> = workers.collect();
    let runs: Vec<_> = runs
        .iter()
        .map(|run| {
            (
                (&run.id, &run.status, run.lease_expires_at, run.completed_at),
                (run.last_heartbeat, run.heartbeat_at, run.started_at),
            )
        })
        .collect();
    format!("{of_task:?} {runs:?} {workers:?}")
}

/// Does to the rows what a reap does, its event aside.
pub(super) fn reap(truth: &mut Truth, id: &str, active: Option<&str>, now: Stamp) -> Released {
    let mut released = Released {
        runs: Vec::new(),
        workspaces: 0,
    };
    for mut workspace in truth.workspaces_of(id) {
        if workspace.status == "free" {
            continue;
        }
        workspace.free(now);
        released.workspaces += 1;
        truth.workspaces.insert(workspace.id.clone(), workspace);
    }
    for run in truth.runs.values_mut().filter(|run| run.task_id == id) {
        // A status that nobody knows is kept, but for that of the active run, where nothing says that it has ended.
        let is_open = active == Some(&*run.id) && !run.is_finished() && run.completed_at.is_none();
        if run.status == "running" || is_open {
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

pub(super) fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap()
}
