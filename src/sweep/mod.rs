mod brake;
mod clock;
mod held;
mod planned;
mod reap;
mod repeats;
mod share;
mod silence;
mod unpark;
mod watched;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::error::{SweepError, in_full};
use crate::options::SweepOptions;
use crate::report::{LivingTask, SweepReport, ZombieFound};
use crate::store::{Look, Opened, Pending, SqliteStore, Store};
use crate::zombie::{Id, Longest, Notes, Plan, Share, Timestamp, Zombie};
pub(crate) use clock::clock;
use held::Held;
pub use unpark::unpark_task;

/// From the how-manieth reap in a row for its own silence on a task is named, unless it is parked sooner.
pub(crate) const NAMED_FROM: usize = 3;

/// How often zombies that change under our eyes are read anew before they are left to the next sweep.
const ROUNDS: usize = 4;

/// Up to how many zombies a dry run shows its evidence unasked.
const SHOWN: usize = 1_000;

/// Finds the tasks whose workers are dead and resets them, each transaction whole or not at all.
///
/// Reads first, without the write lock: where there is no zombie, nothing is written and the lock is never asked
/// for. A dry run stops there. Otherwise the lock is taken for one batch of zombies at a time, and what their verdicts
/// rested on is looked at again unless the database provably has not changed. Runs are abandoned, tasks reset, workspaces
/// freed, and one event is written for each. A zombie that cannot be written for a reason of its own is undone alone, and
/// reported in [`SweepReport::failed`].
///
/// The connection keeps its settings: its busy timeout bounds the wait for the lock, and its interrupt handle
/// stops the sweep, which then is rolled back.
///
/// # Errors
///
/// Unless it is [`SweepError::Partial`], which says what was committed before, nothing was written.
pub fn sweep_zombie_tasks(conn: &mut Connection, opts: &SweepOptions) -> Result<SweepReport, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let started = clock();
    let opened = Opened::read(conn, opts, started)?;
    let store = SqliteStore::new(conn, &opened, opts)?;
    sweep(store, opts, started)
}

/// The sweep of any store.
fn sweep(store: impl Store, opts: &SweepOptions, started: Instant) -> Result<SweepReport, SweepError> {
    let mut sweep = Sweep {
        record: if store.keeps_events() {
            Record::Events
        } else {
            Record::Summary
        },
        store,
        opts,
        now: opts.now.into(),
        started,
        report: SweepReport::new(opts),
        notes: Notes::default(),
        is_second_look: false,
        silent: HashMap::new(),
        doubtful: 0,
        share: Share::default(),
        held: None,
        found: Vec::new(),
        longest: opts.living.filter(|_| opts.dry_run).map(Longest::new),
        reaping: Duration::ZERO,
    };
    let swept = sweep.run();
    sweep.see_who_moved_on();
    sweep.report(swept)
}

struct Sweep<'a, S> {
    store: S,
    opts: &'a SweepOptions,
    now: Timestamp,
    started: Instant,
    report: SweepReport,
    notes: Notes,
    is_second_look: bool,
    record: Record,
    /// The silent zombies of the first look by their keys, each with what tells whether it has changed since.
    silent: HashMap<Id, u64>,
    doubtful: usize,
    /// What the zombies are found among: known before the first of them is reaped.
    share: Share,
    /// What is kept until all is counted, where there is a brake.
    held: Option<Vec<Held>>,
    found: Vec<ZombieFound>,
    /// The living that have been silent for longest, where they are listed.
    longest: Option<Longest>,
    /// How long it reaped.
    reaping: Duration,
}

/// Where it is on record what was reaped, and why.
#[derive(PartialEq, Eq)]
enum Record {
    /// In the queue's own events.
    Events,
    /// In the log and the summary: the queue keeps no events.
    Summary,
}

/// What one look found.
struct Page {
    zombies: Vec<Zombie>,
    /// How many running tasks were read.
    read: usize,
    /// The key of the last task looked at, where more may stand behind it.
    rest: Option<Id>,
}

impl<S: Store> Sweep<'_, S> {
    fn run(&mut self) -> Result<(), SweepError> {
        if let Some(at_most) = self.opts.at_most {
            self.run_with_brake(at_most)
        } else {
            self.look_at_all()?;
            self.look_twice()
        }
    }

    /// Looks at every running task there is to look at, and acts on what it finds.
    fn look_at_all(&mut self) -> Result<(), SweepError> {
        let opts = self.opts;
        if let Some(planned) = &opts.planned {
            return self.look_at_planned(planned);
        }
        let mut after = None;
        loop {
            let page = self.look(&Look::Behind(after.as_ref()))?;
            self.report.scanned += page.read;
            if self.report.scanned == 0 {
                self.store.check_project_known()?;
            }
            if after.is_none() {
                self.see_share(&page)?;
            }
            self.act(page.zombies, 0)?;
            if page.rest.is_none() {
                return Ok(());
            }
            after = page.rest;
        }
    }

    fn plan(&self) -> Plan {
        let plan = Plan::new(self.opts.policy, self.now, self.opts.batch_size.get());
        let plan = plan.bearing(self.opts.learned.clone());
        if self.opts.watched.is_some() {
            plan.foretelling().settling()
        } else {
            plan
        }
    }

    /// Reads facts and plans.
    fn look(&mut self, look: &Look<'_>) -> Result<Page, SweepError> {
        let mut plan = self.plan();
        if tracing::enabled!(tracing::Level::DEBUG) {
            plan = plan.keeping_verdicts();
        }
        if let Some(most) = self.opts.living.filter(|_| self.opts.dry_run) {
            plan = plan.listing(most);
        }
        let scan = self.store.look(look, &mut plan, &mut self.notes)?;
        for judged in plan.judged.unwrap_or_default() {
            let (task_id, run_id, verdict) = (judged.task_id, judged.run_id, judged.verdict);
            tracing::debug!(%task_id, %run_id, %verdict, "judged");
        }
        if let Some(remembered) = &mut self.report.remembered {
            remembered.living.merge(&scan.living);
            remembered.living.merge(&plan.living);
            remembered.beats.merge(scan.beats);
            remembered.beats.merge(plan.beats);
        }
        if let Some((longest, found)) = self.longest.as_mut().zip(plan.longest) {
            longest.merge(found);
        }
        for due in [scan.next_due, plan.next_due].into_iter().flatten() {
            self.report.see_due(due);
        }
        self.report.healthy += scan.live + plan.healthy;
        self.report.undecided.append(&mut plan.undecided);
        Ok(Page {
            zombies: plan.zombies,
            read: scan.scanned,
            rest: scan.rest,
        })
    }

    /// Reaps what was found, or in a dry run says so; silence that needs a second look is kept for it.
    fn act(&mut self, mut zombies: Vec<Zombie>, round: usize) -> Result<(), SweepError> {
        self.leave_unplanned(&mut zombies);
        if zombies.is_empty() {
            return Ok(());
        }
        if round == 0 && !self.is_second_look {
            self.see_silence(&zombies)?;
        }
        zombies.retain(|zombie| self.is_proven(zombie));
        self.see_that_one_can_write()?;
        self.leave_refused(&mut zombies);
        self.leave_silence_before_a_lock(&mut zombies)?;
        if self.held.is_some() {
            self.hold(&zombies);
            return Ok(());
        }
        if zombies.is_empty() {
            return Ok(());
        }
        let begun = clock();
        let changed = self.reap_all(zombies)?;
        self.reaping += begun.elapsed();
        self.look_at_changed(&changed, round)
    }

    /// Reaps what is proven, or in a dry run says so. Returns the keys of those that changed meanwhile.
    fn reap_all(&mut self, mut zombies: Vec<Zombie>) -> Result<Vec<Id>, SweepError> {
        self.see_repeats(&mut zombies)?;
        self.leave_what_ends_otherwise(&mut zombies);
        self.store.prepare(&zombies, &mut self.notes)?;
        if self.opts.dry_run {
            let batch = self.store.pretend(zombies)?;
            self.add(batch);
            return Ok(Vec::new());
        }
        if self.record == Record::Summary {
            for zombie in &zombies {
                let record = self.store.record(zombie);
                tracing::warn!(task_id = %zombie.suspect.id, record, "about to reap");
            }
        }
        let mut pending = Pending::new(zombies);
        while !pending.zombies.is_empty() {
            self.reap(&mut pending)?;
        }
        Ok(pending.changed)
    }

    /// Zombies that changed between the look and the lock are read anew, and judged again: at the second look what broke
    /// their silence is told from what says nothing of it, such as another life of their worker.
    fn look_at_changed(&mut self, changed: &[Id], round: usize) -> Result<(), SweepError> {
        if changed.is_empty() {
            return Ok(());
        }
        if round == ROUNDS {
            self.report.moved_on += changed.len();
            self.notes.see_no_peace(changed.len());
            return Ok(());
        }
        let page = self.look(&Look::Again(changed))?;
        self.report.moved_on += changed.len().saturating_sub(page.read);
        self.act(page.zombies, round + 1)
    }

    fn shows_evidence(&self) -> bool {
        self.opts.evidence.is_some() || self.record == Record::Summary
    }

    /// On how many zombies the evidence is kept.
    fn shown_at_most(&self) -> usize {
        match self.opts.evidence {
            _ if self.record == Record::Summary => usize::MAX,
            Some(most) => most,
            None if self.report.dry_run => SHOWN,
            None => 0,
        }
    }

    /// Closes the report of a sweep that has ended so.
    fn report(self, swept: Result<(), SweepError>) -> Result<SweepReport, SweepError> {
        let shows_evidence = self.shows_evidence();
        let Self {
            mut report,
            notes,
            mut found,
            opts,
            silent,
            doubtful,
            longest,
            now,
            ..
        } = self;
        report.reaps.sort();
        report.planned.close();
        if let Some(remembered) = &mut report.remembered {
            remembered.follow(opts.now.into());
        }
        report
            .warnings
            .extend(opts.learned.as_ref().and_then(|learned| learned.warning()));
        let idle = self.store.idle().iter();
        report
            .warnings
            .extend(idle.map(|task| format!("task {task} does not run, so that there is nothing to reap")));
        report.parked.sort_unstable();
        report.repeats.sort_unstable_by(|a, b| a.task_id.cmp(&b.task_id));
        report.warnings.extend(notes.sentences(opts.now.into()));
        if opts.dry_run && opts.confirm.is_zero() && doubtful > 0 {
            report.warnings.push(format!(
                "silent for no longer than the machine was suspended, or since before a break in the watch, or without any sign \
                 but that of a worker that is gone, so that a sweep looks at them twice: {doubtful}"
            ));
        }
        let due = report.held_back.as_ref().map_or(0, |held| held.due.len());
        let is_shown = report.dry_run || due > 0;
        if shows_evidence || is_shown && report.reaps.len().max(due) <= SHOWN {
            found.sort_by(|a, b| a.task_id.cmp(&b.task_id));
            report.zombies = Some(found);
        }
        if let Some(longest) = longest {
            let longest = longest.into_sorted().into_iter();
            let living: Vec<_> = longest.map(|alive| LivingTask::new(alive, now)).collect();
            report.living_left = report.healthy.saturating_sub(living.len());
            report.living = Some(living);
        }
        report.silent = silent;
        let elapsed = self.started.elapsed();
        report.looking = (!self.reaping.is_zero()).then(|| elapsed.saturating_sub(self.reaping));
        report.duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        match swept {
            Ok(()) => Ok(report),
            Err(SweepError::Interrupted) => Err(partial(report, SweepError::Interrupted)),
            Err(source) if report.transactions == 0 => Err(source),
            Err(source) => Err(partial(report, source)),
        }
    }
}

fn partial(mut report: SweepReport, source: SweepError) -> SweepError {
    report.error = Some(in_full(&source));
    SweepError::Partial {
        report: Box::new(report),
        source: Box::new(source),
    }
}
