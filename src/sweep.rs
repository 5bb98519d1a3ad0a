use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{SweepError, in_full};
use crate::options::SweepOptions;
use crate::report::SweepReport;
use crate::store::{Project, Schema, Store, Writer, data_version};
use crate::zombie::{Id, Notes, Plan, Reason, Timestamp, UndecidedTask, Zombie};

/// How long a sweep leaves the write lock alone between two batches where others write: as long as SQLite's busy handler
/// sleeps at most, so that every waiting writer wakes and finds it free.
const REST: Duration = Duration::from_millis(100);

/// How many zombies are reaped in one transaction where others write: it takes 15 to 50 ms, and SQLite's busy handler
/// sleeps for 25 ms at most by then, so that a writer that waits is in before the next one.
const SHARE: usize = 2_000;

/// Finds the tasks whose workers are dead and resets them, each transaction whole or not at all.
///
/// Reads first, without the write lock: where there is no zombie, nothing is written and the lock is never asked
/// for. A dry run stops there. Otherwise the lock is taken for one batch of zombies at a time, and their verdicts are
/// taken again unless the database provably has not changed. Runs are abandoned, tasks reset, workspaces freed, and
/// one event is written for each.
///
/// The connection keeps its settings: its busy timeout bounds the wait for the lock, and its interrupt handle
/// stops the sweep, which then is rolled back.
///
/// # Errors
///
/// Unless it is [`SweepError::Partial`], which says what was committed before, nothing was written.
pub fn sweep_zombie_tasks(conn: &mut Connection, opts: &SweepOptions) -> Result<SweepReport, SweepError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "it times itself; no verdict reads this clock"
    )]
    let started = Instant::now();
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let mut sweep = Sweep {
        conn,
        opts,
        now: opts.now.into(),
        report: SweepReport::new(opts),
        notes: Notes::default(),
        data_version: None,
        others_write: false,
    };
    let swept = sweep.run();
    let Sweep {
        mut report, notes, ..
    } = sweep;
    report.reaps.sort();
    report.warnings.extend(notes.sentences());
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match swept {
        Ok(()) => Ok(report),
        Err(source) if report.transactions == 0 => Err(source),
        Err(source) => {
            report.error = Some(in_full(&source));
            Err(SweepError::Partial {
                report: Box::new(report),
                source: Box::new(source),
            })
        }
    }
}

struct Sweep<'a> {
    conn: &'a Connection,
    opts: &'a SweepOptions,
    now: Timestamp,
    report: SweepReport,
    notes: Notes,
    /// The last data version seen, and whether it has ever been another: others write.
    data_version: Option<i64>,
    others_write: bool,
}

/// What one read transaction found.
struct Page {
    plan: Plan,
    data_version: i64,
    /// The key of the last task looked at, where more may stand behind it.
    rest: Option<Id>,
}

/// What one batch came to. It counts once its transaction is committed.
#[derive(Default)]
struct Batch {
    reaps: Vec<(Id, Reason)>,
    runs_abandoned: usize,
    workspaces_freed: usize,
    healthy: usize,
    undecided: Vec<UndecidedTask>,
    moved_on: usize,
}

impl Sweep<'_> {
    fn run(&mut self) -> Result<(), SweepError> {
        let (conn, opts) = (self.conn, self.opts);
        let read = begin_to_read(conn)?;
        let schema = Schema::read(conn, &opts.profile)?;
        let project = opts
            .project
            .as_deref()
            .map(|name| Project::find(conn, &schema, name))
            .transpose()?;
        drop(read);
        let store = Store::new(conn, &schema, project.as_ref(), opts.policy, self.now);
        let mut writer = None;
        let mut after = None;
        loop {
            let page = self.load(&store, after.as_ref())?;
            if let (Some(project), 0) = (&project, self.report.scanned) {
                project.check_known(conn, &schema)?;
            }
            let rest = page.rest.clone();
            if !page.plan.zombies.is_empty() {
                let writer = match &mut writer {
                    Some(writer) => writer,
                    none => none.insert(
                        store
                            .writer(&opts.actor)
                            .map_err(SweepError::sqlite("prepare to write"))?,
                    ),
                };
                if opts.dry_run {
                    self.add(pretend(page.plan));
                } else {
                    self.reap(&store, writer, page)?;
                }
            }
            if rest.is_none() {
                return Ok(());
            }
            after = rest;
        }
    }

    /// Reads facts and plans, in one read transaction.
    fn load(&mut self, store: &Store<'_>, after: Option<&Id>) -> Result<Page, SweepError> {
        let read = begin_to_read(self.conn)?;
        let data_version = self
            .look_for_others(&read)
            .map_err(SweepError::sqlite("begin to read"))?;
        let (now, policy) = (self.now, &self.opts.policy);
        let batch_size = self.opts.batch_size.get();
        let mut plan = Plan::default();
        let scan = store
            .suspects(after, &mut self.notes, |suspect| {
                plan.add(suspect, policy, now);
                if plan.zombies.len() < batch_size {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            })
            .map_err(SweepError::sqlite("find the zombies"))?;
        store
            .add_workspaces(&mut plan)
            .map_err(SweepError::sqlite("find the workspaces held"))?;
        drop(read);
        self.report.scanned += scan.scanned;
        self.report.healthy += scan.live + plan.healthy;
        self.report.undecided.append(&mut plan.undecided);
        Ok(Page {
            plan,
            data_version,
            rest: scan.rest,
        })
    }

    /// Notes whether another connection has committed since the last look, and returns the data version.
    fn look_for_others(&mut self, conn: &Connection) -> rusqlite::Result<i64> {
        let version = data_version(conn)?;
        let before = self.data_version.replace(version);
        self.others_write |= before.is_some_and(|before| before != version);
        Ok(version)
    }

    /// Before each transaction but the first, when nobody is known to write yet.
    fn let_others_write(&self) {
        if self.others_write {
            std::thread::sleep(REST);
        }
    }

    /// Applies a plan: in one write transaction, or where others write in several, so that none of them waits for long.
    fn reap(&mut self, store: &Store<'_>, writer: &mut Writer<'_>, page: Page) -> Result<(), SweepError> {
        let mut zombies = page.plan.zombies;
        while !zombies.is_empty() {
            let batch = self.reap_share(store, writer, &mut zombies, page.data_version)?;
            self.add(batch);
        }
        Ok(())
    }

    /// Reaps the first of these zombies, all of them where nobody else writes, in one transaction.
    fn reap_share(
        &mut self,
        store: &Store<'_>,
        writer: &mut Writer<'_>,
        zombies: &mut Vec<Zombie>,
        data_version: i64,
    ) -> Result<Batch, SweepError> {
        self.let_others_write();
        let conn = self.conn;
        let write = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
            .map_err(SweepError::sqlite("take the write lock"))?;
        let version = self
            .look_for_others(&write)
            .map_err(SweepError::sqlite("look at the database again"))?;
        let share = if self.others_write { SHARE } else { usize::MAX };
        let later = zombies.split_off(share.min(zombies.len()));
        let plan = Plan {
            zombies: std::mem::replace(zombies, later),
            ..Plan::default()
        };
        let (plan, mut batch) = if version == data_version {
            (plan, Batch::default())
        } else {
            self.plan_again(store, &plan)?
        };
        for zombie in plan.zombies {
            match writer.reap(&zombie) {
                Ok(Some(released)) => batch.add(zombie, released.runs, released.workspaces),
                Ok(None) => batch.moved_on += 1,
                Err(source) => return Err(SweepError::reaping(&zombie.suspect.id, source)),
            }
        }
        if batch.reaps.is_empty() {
            write
                .rollback()
                .map_err(SweepError::sqlite("let go of the write lock"))?;
        } else if let Err(source) = write.commit() {
            if stands(store, &batch) {
                self.add(batch);
            }
            return Err(SweepError::sqlite("commit")(source));
        }
        Ok(batch)
    }

    /// Takes the verdicts on a plan's zombies again, from what stands in the database now.
    fn plan_again(&self, store: &Store<'_>, plan: &Plan) -> Result<(Plan, Batch), SweepError> {
        let ids = plan.zombies.iter().map(|zombie| &zombie.suspect.id);
        let mut again = Plan::default();
        let scan = store
            .suspects_again(ids, |suspect| {
                again.add(suspect, &self.opts.policy, self.now);
                ControlFlow::Continue(())
            })
            .map_err(SweepError::sqlite("look at the zombies again"))?;
        store
            .add_workspaces(&mut again)
            .map_err(SweepError::sqlite("find the workspaces held"))?;
        let batch = Batch {
            healthy: scan.live + again.healthy,
            undecided: std::mem::take(&mut again.undecided),
            moved_on: plan.zombies.len().saturating_sub(scan.scanned),
            ..Batch::default()
        };
        Ok((again, batch))
    }

    fn add(&mut self, batch: Batch) {
        let report = &mut self.report;
        if !batch.reaps.is_empty() && !report.dry_run {
            report.transactions += 1;
        }
        report.runs_abandoned += batch.runs_abandoned;
        report.workspaces_freed += batch.workspaces_freed;
        report.healthy += batch.healthy;
        report.undecided.extend(batch.undecided);
        report.moved_on += batch.moved_on;
        for (task_id, reason) in batch.reaps {
            let done = if report.dry_run { "would reap" } else { "reaped" };
            tracing::info!(%task_id, %reason, "{done}");
            report.reaps.push(task_id, reason);
        }
    }
}

impl Batch {
    fn add(&mut self, zombie: Zombie, runs_abandoned: usize, workspaces_freed: usize) {
        self.reaps.push((zombie.suspect.id, zombie.evidence.reason));
        self.runs_abandoned += runs_abandoned;
        self.workspaces_freed += workspaces_freed;
    }
}

fn begin_to_read(conn: &Connection) -> Result<Transaction<'_>, SweepError> {
    Transaction::new_unchecked(conn, TransactionBehavior::Deferred)
        .map_err(SweepError::sqlite("begin to read"))
}

/// Whether a batch was committed although SQLite says that it failed: what failed came after the moment that counts,
/// such as the release of a lock.
fn stands(store: &Store<'_>, batch: &Batch) -> bool {
    let ids = batch.reaps.iter().map(|(id, _)| id);
    store
        .suspects_again(ids, |_| ControlFlow::Continue(()))
        .is_ok_and(|scan| scan.scanned == 0)
}

/// What a sweep would come to.
fn pretend(plan: Plan) -> Batch {
    let mut batch = Batch::default();
    for zombie in plan.zombies {
        let (runs, workspaces) = (zombie.unfinished_runs().count(), zombie.workspaces.len());
        batch.add(zombie, runs, workspaces);
    }
    batch
}
