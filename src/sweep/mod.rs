mod reap;
mod silence;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{SweepError, in_full};
use crate::options::SweepOptions;
use crate::report::{SweepReport, ZombieFound};
use crate::store::{Project, Rehearsal, Schema, Store, Writer, data_version};
use crate::zombie::{Id, Notes, Plan, Suspect, Timestamp};
use reap::Queue;

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
    let mut sweep = Sweep {
        conn,
        opts,
        now: opts.now.into(),
        started: clock(),
        report: SweepReport::new(opts),
        notes: Notes::default(),
        others_write: false,
        data_version: None,
        is_careful: false,
        is_second_look: false,
        record: Record::Events,
        silent: HashMap::new(),
        doubtful: 0,
        found: Vec::new(),
    };
    let swept = sweep.run();
    sweep.report(swept)
}

#[expect(
    clippy::disallowed_methods,
    reason = "it times itself; no verdict reads this clock"
)]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

struct Sweep<'a> {
    conn: &'a Connection,
    opts: &'a SweepOptions,
    now: Timestamp,
    started: Instant,
    report: SweepReport,
    notes: Notes,
    /// The last data version seen, and whether it has ever been another: others write.
    data_version: Option<i64>,
    others_write: bool,
    /// Whether a row has failed, so that each reap is written so that it can be undone alone.
    is_careful: bool,
    is_second_look: bool,
    record: Record,
    /// The silent zombies of the first look by their keys, each with what tells whether it has changed since.
    silent: HashMap<Id, u64>,
    doubtful: usize,
    found: Vec<ZombieFound>,
}

/// Where it is on record what was reaped, and why.
#[derive(PartialEq, Eq)]
enum Record {
    /// In the queue's own events.
    Events,
    /// In the log and the summary: the queue keeps no events.
    Summary,
}

/// What one read transaction found.
struct Page {
    plan: Plan,
    data_version: i64,
    /// How many running tasks were read.
    read: usize,
    /// The key of the last task looked at, where more may stand behind it.
    rest: Option<Id>,
    /// In a dry run: what may foretell the queue's refusals.
    rehearsal: Option<Rehearsal>,
}

/// Which tasks are looked at.
enum Look<'k> {
    Behind(Option<&'k Id>),
    Again(&'k [Id]),
}

impl<'a> Sweep<'a> {
    fn run(&mut self) -> Result<(), SweepError> {
        let (conn, opts) = (self.conn, self.opts);
        let read = begin_to_read(conn)?;
        let schema = Schema::read(conn, &opts.profile)?;
        let project = opts
            .project
            .as_deref()
            .map(|name| Project::find(conn, &schema, name))
            .transpose()?;
        let store = Store::new(
            conn,
            &schema,
            project.as_ref(),
            opts.policy,
            self.now,
            self.started,
        );
        let mut store = store.map_err(SweepError::sqlite("prepare to read"))?;
        if !store.keeps_events() {
            self.record = Record::Summary;
        }
        drop(read);
        let mut writer = None;
        let mut after = None;
        loop {
            let page = self.look(&mut store, &Look::Behind(after.as_ref()))?;
            self.report.scanned += page.read;
            if let (Some(project), 0) = (&project, self.report.scanned) {
                project.check_known(conn, &schema)?;
            }
            let rest = page.rest.clone();
            self.act(&mut store, &mut writer, page, 0)?;
            if rest.is_none() {
                break;
            }
            after = rest;
        }
        self.look_twice(&mut store, &mut writer)
    }

    /// Reads facts and plans, in one read transaction.
    fn look(&mut self, store: &mut Store<'_>, look: &Look<'_>) -> Result<Page, SweepError> {
        let read = begin_to_read(self.conn)?;
        let data_version = self
            .look_for_others(&read)
            .map_err(SweepError::sqlite("begin to read"))?;
        let (now, policy) = (self.now, &self.opts.policy);
        let batch_size = self.opts.batch_size.get();
        let mut plan = Plan::default();
        let mut judged = Vec::new();
        let visit = |suspect: Suspect| {
            if tracing::enabled!(tracing::Level::DEBUG) {
                let verdict = suspect.verdict(policy, now).to_string();
                judged.push((suspect.id.clone(), suspect.active_run_id.clone(), verdict));
            }
            plan.add(suspect, policy, now);
            if plan.zombies.len() < batch_size {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let mut known = Notes::default();
        let notes = match look {
            Look::Behind(_) => &mut self.notes,
            Look::Again(_) => &mut known, // what is odd about these was noted at the first look
        };
        store
            .begin(data_version, self.started.elapsed(), notes)
            .map_err(SweepError::sqlite("begin to read"))?;
        let scan = match look {
            Look::Behind(after) => store.suspects(*after, notes, visit),
            Look::Again(keys) => store.suspects_again(keys.iter(), notes, visit),
        };
        let scan = scan.map_err(SweepError::sqlite("find the zombies"))?;
        let mut rehearsal = None;
        if !plan.zombies.is_empty() {
            store
                .add_workspaces(&mut plan, &mut self.notes)
                .map_err(SweepError::sqlite("find the workspaces held"))?;
            if self.opts.dry_run {
                rehearsal = store.rehearsal(&plan.zombies);
            } else {
                store
                    .note(&plan.zombies)
                    .map_err(SweepError::sqlite("find the runs of the zombies"))?;
            }
        }
        drop(read);
        for (task_id, run_id, verdict) in judged {
            tracing::debug!(%task_id, %run_id, %verdict, "judged");
        }
        self.report.healthy += scan.live + plan.healthy;
        self.report.undecided.append(&mut plan.undecided);
        Ok(Page {
            plan,
            data_version,
            read: scan.scanned,
            rest: scan.rest,
            rehearsal,
        })
    }

    /// Reaps what was found, or in a dry run says so; silence that needs a second look is kept for it.
    fn act<'s>(
        &mut self,
        store: &mut Store<'s>,
        writer: &mut Option<Writer<'s>>,
        page: Page,
        round: usize,
    ) -> Result<(), SweepError>
    where
        'a: 's,
    {
        let mut zombies = page.plan.zombies;
        if zombies.is_empty() {
            return Ok(());
        }
        if round == 0 && !self.is_second_look {
            self.see_silence(store, &zombies)?;
        }
        zombies.retain(|zombie| self.is_proven(zombie));
        if zombies.is_empty() {
            return Ok(());
        }
        let ready = match &mut *writer {
            Some(writer) => writer,
            none => none.insert(
                store
                    .writer(&self.opts.actor)
                    .map_err(SweepError::sqlite("prepare to write"))?,
            ),
        };
        ready
            .prepare(&zombies, &mut self.notes)
            .map_err(SweepError::sqlite("see how the queue writes its times"))?;
        if self.opts.dry_run {
            return self.pretend(ready, page.rehearsal.as_ref(), zombies);
        }
        if self.record == Record::Summary {
            for zombie in &zombies {
                let record = store.record(zombie, &self.opts.actor);
                tracing::warn!(task_id = %zombie.suspect.id, record, "about to reap");
            }
        }
        let mut queue = Queue::new(zombies);
        while !queue.zombies.is_empty() {
            let batch = self.reap(store, ready, &mut queue, page.data_version)?;
            self.add(batch);
        }
        self.look_at_changed(store, writer, &queue.changed, round)
    }

    /// Zombies that changed between the look and the lock are read anew, and judged again: at the second look what broke
    /// their silence is told from what says nothing of it, such as another life of their worker.
    fn look_at_changed<'s>(
        &mut self,
        store: &mut Store<'s>,
        writer: &mut Option<Writer<'s>>,
        changed: &[Id],
        round: usize,
    ) -> Result<(), SweepError>
    where
        'a: 's,
    {
        if changed.is_empty() {
            return Ok(());
        }
        if round == ROUNDS {
            self.report.moved_on += changed.len();
            self.notes.see_no_peace(changed.len());
            return Ok(());
        }
        let page = self.look(store, &Look::Again(changed))?;
        self.report.moved_on += changed.len().saturating_sub(page.read);
        self.act(store, writer, page, round + 1)
    }

    fn shows_evidence(&self) -> bool {
        self.opts.evidence || self.record == Record::Summary
    }

    /// Notes whether another connection has committed since the last look, and returns the data version.
    fn look_for_others(&mut self, conn: &Connection) -> rusqlite::Result<i64> {
        let version = data_version(conn)?;
        let before = self.data_version.replace(version);
        self.others_write |= before.is_some_and(|before| before != version);
        Ok(version)
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
            ..
        } = self;
        report.reaps.sort();
        report.warnings.extend(notes.sentences(opts.now.into()));
        if opts.dry_run && opts.confirm.is_zero() && doubtful > 0 {
            report.warnings.push(format!(
                "silent for no longer than the machine was suspended, or without any sign but that of a worker that is gone, \
                 so that a sweep looks at them twice: {doubtful}"
            ));
        }
        if shows_evidence || report.dry_run && report.reaps.len() <= SHOWN {
            found.sort_by(|a, b| a.task_id.cmp(&b.task_id));
            report.zombies = Some(found);
        }
        report.silent = silent;
        report.duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
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

fn begin_to_read(conn: &Connection) -> Result<Transaction<'_>, SweepError> {
    Transaction::new_unchecked(conn, TransactionBehavior::Deferred)
        .map_err(SweepError::sqlite("begin to read"))
}
