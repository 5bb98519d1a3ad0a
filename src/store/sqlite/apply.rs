//! One transaction of reaps: it ends before anybody has waited for long, and a row that cannot be written is undone alone.

use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::store::SqliteStore;
use super::writer::{Reaped, Writer};
use crate::store::batch::{Batch, Pending, Reap, Refusal};
use crate::store::error::{StoreError, is_of_the_orchestrator};
use crate::zombie::Zombie;

/// How long a sweep leaves the write lock alone between two batches where others write: as long as SQLite's busy handler
/// sleeps at most, so that every waiting writer wakes and finds it free.
const REST: Duration = Duration::from_millis(100);

/// How many zombies are reaped in one transaction where others write: SQLite's busy handler sleeps for 25 ms at most by
/// then, so that a writer that waits is in before the next one.
const SHARE: usize = 2_000;

/// After how long under the lock no further zombie is begun: a batch ends 40 ms after it got the lock at the latest.
const HOLD: Duration = Duration::from_millis(30);

/// What [`Store::apply`](crate::store::Store::apply) promises.
pub(super) fn apply(
    store: &mut SqliteStore<'_>,
    pending: &mut Pending,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    if store.others_write {
        std::thread::sleep(REST); // before each transaction but the first, when nobody is known to write yet
    }
    let conn = store.conn;
    let write = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
        .map_err(StoreError::sqlite("take the write lock"))?;
    let written = fill(store, pending, batch);
    match written {
        Err(error) => {
            *batch = Batch::default(); // rolled back with the transaction
            return Err(error);
        }
        Ok(Filled::Undone) => return Ok(()),
        Ok(Filled::Whole) if batch.reaped.is_empty() => {
            return write
                .rollback()
                .map_err(StoreError::sqlite("let go of the write lock"));
        }
        Ok(Filled::Whole) => {}
    }
    if let Err(error) = store.check_before_commit() {
        *batch = Batch::default(); // rolled back with the transaction
        return Err(error);
    }
    match write.commit() {
        Ok(()) => Ok(()),
        // A constraint that is looked at only now: whose it is the halves tell.
        Err(source) if source.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            match batch.reaped.len() {
                1 => {
                    let only = batch.reaped.drain(..);
                    let refused = only.map(|reap| Refusal::of(&reap.zombie, said(&source)));
                    batch.refused.extend(refused);
                }
                several => {
                    pending.limit = several / 2;
                    pending.put_back(batch);
                }
            }
            Ok(())
        }
        Err(source) => {
            // What failed may have come after the moment that counts, such as the release of a lock.
            let is_there = store.writer.as_mut().is_some_and(|writer| {
                let mut stands = batch.reaped.iter().map(|reap| writer.stands(&reap.zombie));
                stands.all(|stands| stands.is_ok_and(|stands| !stands))
            });
            if !is_there {
                *batch = Batch::default();
            }
            Err(StoreError::sqlite("commit")(source))
        }
    }
}

/// What a transaction holds.
enum Filled {
    /// All that the batch says.
    Whole,
    /// Nothing: a row took the transaction with it. Those before it are written again, in a transaction of their own.
    Undone,
}

/// Under the lock: writes the first zombies that wait.
fn fill(store: &mut SqliteStore<'_>, pending: &mut Pending, batch: &mut Batch) -> Result<Filled, StoreError> {
    let begun = store.stopwatch.elapsed();
    let conn = store.conn;
    let has_changed = store.has_changed()?;
    let share = if store.others_write { SHARE } else { usize::MAX };
    let limit = std::mem::replace(&mut pending.limit, usize::MAX).min(share);
    let mut is_begun = false;
    while batch.reaped.len() < limit && !(is_begun && store.stopwatch.elapsed() >= begun + HOLD) {
        let Some(zombie) = pending.zombies.pop_front() else {
            break;
        };
        is_begun = true;
        if has_changed && !store.is_unchanged(&zombie)? {
            pending.changed.push(zombie.suspect.key);
            continue;
        }
        let Some(writer) = &mut store.writer else {
            break; // it was made ready before the lock was asked for
        };
        match write_one(conn, writer, &zombie, store.is_careful) {
            Ok(Reaped::Whole { runs, workspaces }) => batch.reaped.push(Reap {
                zombie,
                runs,
                workspaces,
            }),
            Ok(Reaped::MovedOn) => batch.moved_on += 1,
            Err(source) if !is_its_own(&source) => {
                let is_full = source.sqlite_error_code() == Some(ErrorCode::DiskFull);
                return Err(match store.used_up_table().filter(|_| is_full) {
                    Some(table) => StoreError::RowIdsUsedUp {
                        table: table.to_owned(),
                    },
                    None => StoreError::reaping(&zombie.suspect.id, source),
                });
            }
            Err(source) => {
                let is_undone_alone = store.is_careful && !conn.is_autocommit();
                store.is_careful = true;
                batch.refused.push(Refusal::of(&zombie, said(&source)));
                if !is_undone_alone {
                    pending.limit = batch.reaped.len().max(1);
                    pending.put_back(batch);
                    return Ok(Filled::Undone);
                }
            }
        }
    }
    Ok(Filled::Whole)
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

impl Refusal {
    pub(super) fn of(zombie: &Zombie, why: String) -> Self {
        let suspect = &zombie.suspect;
        Self {
            key: suspect.key.clone(),
            print: suspect.print_of_all(),
            task_id: suspect.id.clone(),
            why,
        }
    }
}

/// What refused a row, in its own words.
pub(super) fn said(source: &rusqlite::Error) -> String {
    match source {
        rusqlite::Error::StatementChangedRows(_) => {
            "a trigger of the queue kept a part of the reap from being written, so it was undone".to_owned()
        }
        rusqlite::Error::SqliteFailure(_, Some(said)) => said.clone(),
        rusqlite::Error::UserFunctionError(why) => why.to_string(),
        other => other.to_string(),
    }
}

/// Whether a failure is that of the row alone: a constraint, a trigger that refuses, a type.
fn is_its_own(error: &rusqlite::Error) -> bool {
    use ErrorCode::{ConstraintViolation, TooBig, TypeMismatch, Unknown};

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
