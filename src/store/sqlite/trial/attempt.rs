//! The attempt under the write lock, and what came of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, ffi};

use super::super::Store;
use super::super::tokens::{Token, tokens};
use super::super::writer::Reaped;
use super::candidate::Candidate;
use super::shape::Part;
use crate::zombie::{ActiveRun, Notes};

/// After how long under the lock the attempt is given up, so that it is undone within 40 ms.
const HOLD: Duration = Duration::from_millis(30);

/// What came of it.
pub(crate) struct Attempt {
    pub(crate) outcome: Outcome,
    /// What was written, apart from what was only brought into shape.
    pub(crate) wrote: Vec<&'static str>,
    /// For how long the lock was held.
    pub(crate) lock: Duration,
}

pub(crate) enum Outcome {
    /// All of it was written.
    Passed,
    /// The row has changed since it was looked at.
    MovedOn,
    /// The queue refuses it.
    Refused(String),
    /// It would be refused when it is committed.
    RefusedAtCommit(String),
    /// It took longer than the lock may be held.
    TooLong,
    /// The queue refuses to bring a part of it into shape, which was left out: it is to be tried again without.
    Reshaped,
    /// The task could not be brought into shape.
    Unshaped(String),
    /// The lock could not be had, or SQLite failed.
    Failed(rusqlite::Error),
}

/// When the attempt under the lock has to end, by the stopwatch; the progress handler of the connection asks.
#[derive(Default)]
pub(crate) struct Deadline(AtomicU64);

impl Deadline {
    /// Whether it is over, so long after the stopwatch began.
    pub(crate) fn is_over(&self, elapsed: Duration) -> bool {
        let until = self.0.load(Ordering::Relaxed);
        until > 0 && elapsed.as_micros() > u128::from(until)
    }

    fn set(&self, until: Duration) {
        let micros = u64::try_from(until.as_micros()).unwrap_or(u64::MAX);
        self.0.store(micros, Ordering::Relaxed);
    }
}

impl<'c> Store<'c> {
    /// Reaps it under the write lock, and undoes that. Nothing is logged, printed or waited for under the lock.
    pub(crate) fn try_reap(&self, candidate: &mut Candidate, actor: &'c str, deadline: &Deadline) -> Attempt {
        let (stopwatch, conn) = (self.loader.facts.stopwatch, self.conn);
        let mut attempt = Attempt {
            outcome: Outcome::Passed,
            wrote: Vec::new(),
            lock: Duration::ZERO,
        };
        let prepared = (|| {
            let mut writer = self.writer(actor)?;
            writer.prepare(std::slice::from_ref(&candidate.zombie), &mut Notes::default())?;
            Ok((writer, has_deferred_keys(conn)?))
        })();
        let (mut writer, has_deferred) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                attempt.outcome = refused(error);
                return attempt;
            }
        };
        let write = match Transaction::new_unchecked(conn, TransactionBehavior::Immediate) {
            Ok(write) => write,
            Err(error) => {
                attempt.outcome = Outcome::Failed(error);
                return attempt;
            }
        };
        let begun = stopwatch.elapsed();
        deadline.set(begun + HOLD);
        let shaped = bring_into_shape(&write, candidate);
        attempt.outcome = match shaped.and_then(|()| writer.reap(&candidate.zombie).map_err(refused)) {
            Ok(Reaped::MovedOn) => Outcome::MovedOn,
            Ok(Reaped::Whole { runs, workspaces }) => {
                attempt.wrote = wrote(runs, workspaces, self.keeps_events());
                if has_deferred {
                    at_commit(&write)
                } else {
                    Outcome::Passed
                }
            }
            Err(outcome) => outcome,
        };
        drop(write); // which undoes it, where nothing has yet
        attempt.lock = stopwatch.elapsed().saturating_sub(begun);
        deadline.set(Duration::ZERO);
        attempt
    }
}

fn wrote(runs: usize, workspaces: usize, has_events: bool) -> Vec<&'static str> {
    let parts = [
        ("task", true),
        ("run", runs > 0),
        ("workspace", workspaces > 0),
        ("event", has_events),
    ];
    let written = parts.into_iter().filter(|(_, was_written)| *was_written);
    written.map(|(part, _)| part).collect()
}

/// What cannot be brought into shape is not tried, but the task has to be.
fn bring_into_shape(conn: &Connection, candidate: &mut Candidate) -> Result<(), Outcome> {
    for shape in &candidate.shapes {
        let Err(error) = conn.execute(&shape.sql, rusqlite::params_from_iter(&shape.values)) else {
            continue;
        };
        let of = shape.of;
        if is_interrupted(&error) {
            return Err(Outcome::TooLong);
        }
        match of {
            Part::Task => return Err(Outcome::Unshaped(error.to_string())),
            Part::Run => candidate.zombie.suspect.active = ActiveRun::None,
            Part::Workspace => candidate.zombie.workspaces.clear(),
        }
        candidate.shapes.retain(|shape| shape.of != of);
        return Err(Outcome::Reshaped);
    }
    Ok(())
}

/// Whether a commit would be refused for keys that are looked at only then. The hook makes a rollback of it.
fn at_commit(conn: &Connection) -> Outcome {
    // Nobody is waited for with the lock in hand.
    if let Err(error) = conn.busy_timeout(Duration::ZERO) {
        return Outcome::Failed(error);
    }
    match conn.execute_batch("COMMIT") {
        Err(error) if code(&error) == Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => {
            Outcome::RefusedAtCommit(error.to_string())
        }
        _ => Outcome::Passed,
    }
}

/// Whether foreign keys are enforced, and one of them not before the commit.
fn has_deferred_keys(conn: &Connection) -> rusqlite::Result<bool> {
    if !conn.pragma_query_value(None, "foreign_keys", |row| row.get(0))? {
        return Ok(false);
    }
    let mut tables = conn.prepare("SELECT sql FROM main.sqlite_schema WHERE type = 'table'")?;
    let mut rows = tables.query([])?;
    while let Some(row) = rows.next()? {
        let sql = row.get_ref(0)?.as_bytes_or_null()?.unwrap_or_default();
        let sql = String::from_utf8_lossy(sql);
        let is_deferred = |token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("DEFERRED"));
        if tokens(&sql).any(is_deferred) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn refused(error: rusqlite::Error) -> Outcome {
    let said = error.to_string();
    match &error {
        _ if is_interrupted(&error) => Outcome::TooLong,
        rusqlite::Error::StatementChangedRows(_) => {
            Outcome::Refused("a trigger of the queue keeps a row of it from being written".to_owned())
        }
        rusqlite::Error::SqliteFailure(failure, _)
            if matches!(
                failure.code,
                ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::ReadOnly
                    | ErrorCode::DiskFull
                    | ErrorCode::CannotOpen
                    | ErrorCode::SystemIoFailure
            ) =>
        {
            Outcome::Failed(error)
        }
        _ => Outcome::Refused(said),
    }
}

fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

fn code(error: &rusqlite::Error) -> Option<i32> {
    Some(error.sqlite_error()?.extended_code)
}
