//! One transaction of reaps: it ends before anybody has waited for long, and a row that cannot be written is undone alone.

use std::collections::VecDeque;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{SHOWN, Sweep, clock};
use crate::error::{SweepError, is_of_the_orchestrator};
use crate::report::{FailedTask, RememberedReap, ZombieFound};
use crate::store::{Reaped, Rehearsal, Store, Writer};
use crate::zombie::{Id, PastReap, Zombie};

/// How long a sweep leaves the write lock alone between two batches where others write: as long as SQLite's busy handler
/// sleeps at most, so that every waiting writer wakes and finds it free.
pub(super) const REST: Duration = Duration::from_millis(100);

/// How many zombies are reaped in one transaction where others write: SQLite's busy handler sleeps for 25 ms at most by
/// then, so that a writer that waits is in before the next one.
const SHARE: usize = 2_000;

/// After how long under the lock no further zombie is begun: a batch ends 40 ms after it got the lock at the latest.
const HOLD: Duration = Duration::from_millis(30);

impl Sweep<'_> {
    /// Before each transaction but the first, when nobody is known to write yet.
    fn let_others_write(&self) {
        if self.others_write {
            std::thread::sleep(REST);
        }
    }

    /// Reaps the first zombies of a queue in one transaction, which ends before anybody has waited for long. Nothing is
    /// logged, printed or waited for in it.
    pub(super) fn reap(
        &mut self,
        store: &mut Store<'_>,
        writer: &mut Writer<'_>,
        queue: &mut Queue,
        data_version: i64,
    ) -> Result<Batch, SweepError> {
        self.let_others_write();
        let conn = self.conn;
        let write = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
            .map_err(SweepError::sqlite("take the write lock"))?;
        let begun = clock();
        let again = SweepError::sqlite("look at the database again");
        let has_changed = self.look_for_others(&write).map_err(again)? != data_version;
        if has_changed {
            let again = SweepError::sqlite("look at the runs again");
            store.begin_to_verify().map_err(again)?;
        }
        let share = if self.others_write { SHARE } else { usize::MAX };
        let limit = std::mem::replace(&mut queue.limit, usize::MAX).min(share);
        let mut batch = Batch::default();
        let mut is_begun = false;
        while batch.reaped.len() < limit && !(is_begun && begun.elapsed() >= HOLD) {
            let Some(zombie) = queue.zombies.pop_front() else {
                break;
            };
            is_begun = true;
            let again = SweepError::sqlite("look at the zombies again");
            if has_changed && !store.is_unchanged(&zombie).map_err(again)? {
                queue.changed.push(zombie.suspect.key);
                continue;
            }
            match write_one(conn, writer, &zombie, self.is_careful) {
                Ok(Reaped::Whole { runs, workspaces }) => batch.add(zombie, runs, workspaces),
                Ok(Reaped::MovedOn) => batch.moved_on += 1,
                Err(source) if !is_its_own(&source) => {
                    let is_full = source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull);
                    return Err(match store.used_up_table().filter(|_| is_full) {
                        Some(table) => SweepError::RowIdsUsedUp {
                            table: table.to_owned(),
                        },
                        None => SweepError::reaping(&zombie.suspect.id, source),
                    });
                }
                Err(source) => {
                    let is_undone_alone = self.is_careful && !conn.is_autocommit();
                    self.is_careful = true;
                    batch.fail(&zombie.suspect.id, &source);
                    if !is_undone_alone {
                        // The others went with it: those before it are written again, in a transaction of their own.
                        queue.limit = batch.reaped.len().max(1);
                        queue.put_back(&mut batch);
                        return Ok(batch);
                    }
                }
            }
        }
        if batch.reaped.is_empty() {
            write
                .rollback()
                .map_err(SweepError::sqlite("let go of the write lock"))?;
            return Ok(batch);
        }
        match write.commit() {
            Ok(()) => {}
            // A constraint that is looked at only now: whose it is the halves tell.
            Err(source) if is_a_constraint(&source) => match batch.reaped.len() {
                1 => {
                    if let Some(only) = batch.reaped.pop() {
                        batch.fail(&only.zombie.suspect.id, &source);
                    }
                }
                several => {
                    queue.limit = several / 2;
                    queue.put_back(&mut batch);
                }
            },
            Err(source) => {
                // What failed may have come after the moment that counts, such as the release of a lock.
                let stands = |reaped: &Reap| writer.stands(&reaped.zombie);
                if batch
                    .reaped
                    .iter()
                    .map(stands)
                    .all(|stands| stands.is_ok_and(|stands| !stands))
                {
                    self.add(batch);
                }
                return Err(SweepError::sqlite("commit")(source));
            }
        }
        Ok(batch)
    }

    /// What a sweep would come to, as far as it can be told.
    pub(super) fn pretend(
        &mut self,
        writer: &Writer<'_>,
        rehearsal: Option<&Rehearsal>,
        zombies: Vec<Zombie>,
    ) -> Result<(), SweepError> {
        let refusals = rehearsal.map_or(Ok(Vec::new()), |rehearsal| rehearsal.refusals(writer, &zombies));
        let refusals = match refusals.map_err(SweepError::sqlite("try what would be written")) {
            Err(missing @ SweepError::MissingFunction { .. }) => return Err(missing),
            refusals => refusals.unwrap_or_default(), // what cannot be tried is not told
        };
        let mut refusals = refusals.into_iter();
        let mut batch = Batch::default();
        for zombie in zombies {
            if let Some(refusal) = refusals.next().flatten() {
                batch.fail(&zombie.suspect.id, &refusal);
                continue;
            }
            let (runs, workspaces) = (zombie.runs_to_abandon().count(), zombie.workspaces.len());
            batch.add(zombie, runs, workspaces);
        }
        self.add(batch);
        Ok(())
    }

    /// A batch counts once its transaction is committed.
    pub(super) fn add(&mut self, batch: Batch) {
        let is_dry = self.report.dry_run;
        if !batch.reaped.is_empty() && !is_dry {
            self.report.transactions += 1;
        }
        self.report.moved_on += batch.moved_on;
        self.report.failed.extend(batch.failed);
        for reap in batch.reaped {
            let done = if is_dry { "would reap" } else { "reaped" };
            let (suspect, evidence) = (&reap.zombie.suspect, &reap.zombie.evidence);
            tracing::info!(task_id = %suspect.id, reason = %evidence.reason, "{done}");
            if self.shows_evidence() || is_dry && self.found.len() <= SHOWN {
                self.found.push(ZombieFound::new(&reap.zombie, self.now));
            }
            self.remember(&reap.zombie);
            self.report.runs_abandoned += reap.runs;
            self.report.workspaces_freed += reap.workspaces;
            self.report
                .reaps
                .push(suspect.id.clone(), evidence.reason.clone());
        }
    }
}

impl Sweep<'_> {
    /// For a ledger, where there is one. A dry run has done nothing that is worth to be remembered.
    fn remember(&mut self, zombie: &Zombie) {
        let Some(remembered) = self.report.remembered.as_mut().filter(|_| !self.opts.dry_run) else {
            return;
        };
        let (suspect, evidence) = (&zombie.suspect, &zombie.evidence);
        remembered.reaps.push(RememberedReap {
            reap: PastReap {
                at: self.now,
                task_id: suspect.id.clone(),
                run_id: suspect.run_meant().cloned(),
                reason: evidence.reason.to_string(),
                sign_of_life: evidence.sign_of_life,
                actor: Some(self.opts.actor.clone()),
                is_parked: false,
            },
            condition: evidence.condition,
            threshold: evidence.threshold,
            labels: suspect.labels.as_deref().cloned().unwrap_or_default(),
        });
    }
}

/// Zombies that wait to be reaped.
pub(super) struct Queue {
    pub(super) zombies: VecDeque<Zombie>,
    /// The keys of those that changed under our eyes.
    pub(super) changed: Vec<Id>,
    /// How many the next transaction may take.
    limit: usize,
}

impl Queue {
    pub(super) fn new(zombies: Vec<Zombie>) -> Self {
        Self {
            zombies: zombies.into(),
            changed: Vec::new(),
            limit: usize::MAX,
        }
    }

    /// Zombies whose transaction was undone come first again.
    fn put_back(&mut self, batch: &mut Batch) {
        for reap in batch.reaped.drain(..).rev() {
            self.zombies.push_front(reap.zombie);
        }
    }
}

/// What one transaction came to.
#[derive(Default)]
pub(super) struct Batch {
    reaped: Vec<Reap>,
    failed: Vec<FailedTask>,
    moved_on: usize,
}

struct Reap {
    zombie: Zombie,
    runs: usize,
    workspaces: usize,
}

impl Batch {
    pub(super) fn add(&mut self, zombie: Zombie, runs: usize, workspaces: usize) {
        self.reaped.push(Reap {
            zombie,
            runs,
            workspaces,
        });
    }

    fn fail(&mut self, task_id: &Id, source: &rusqlite::Error) {
        let task_id = task_id.to_string();
        let why = match source {
            rusqlite::Error::StatementChangedRows(_) => {
                "a trigger of the queue kept a part of the reap from being written, so it was undone"
                    .to_owned()
            }
            rusqlite::Error::SqliteFailure(_, Some(said)) => said.clone(),
            rusqlite::Error::UserFunctionError(why) => why.to_string(),
            other => other.to_string(),
        };
        self.failed.push(FailedTask { task_id, why });
    }
}

/// Writes one reap; where a row has failed before, so that this one can be undone alone.
fn write_one(
    conn: &Connection,
    writer: &mut Writer<'_>,
    zombie: &Zombie,
    is_careful: bool,
) -> rusqlite::Result<Reaped> {
    if !is_careful {
        return writer.reap(zombie);
    }
    conn.execute_batch("SAVEPOINT zombie")?;
    let reaped = writer.reap(zombie);
    if reaped.is_ok() {
        conn.execute_batch("RELEASE zombie")?;
    } else if !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK TO zombie; RELEASE zombie")?;
    }
    reaped
}

fn is_a_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

/// Whether a failure is that of the row alone: a constraint, a trigger that refuses, a type.
fn is_its_own(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ConstraintViolation, TooBig, TypeMismatch, Unknown};

    match error {
        rusqlite::Error::StatementChangedRows(_)
        | rusqlite::Error::ToSqlConversionFailure(_)
        | rusqlite::Error::UserFunctionError(_) => true,
        rusqlite::Error::SqliteFailure(code, said) => {
            matches!(code.code, ConstraintViolation | TooBig | TypeMismatch | Unknown)
                && !is_of_the_orchestrator(said.as_deref().unwrap_or_default())
        }
        _ => false,
    }
}
