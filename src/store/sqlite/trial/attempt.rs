//! The attempt under the write lock, and what came of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, ffi};

use super::super::tokens::{Token, tokens};
use super::super::writer::{Reaped, Writer};
use super::candidate::Candidate;
use super::shape::Part;
use super::stage::Stage;
use crate::store::attempt::Outcome;
use crate::store::error::is_of_the_orchestrator;
use crate::zombie::{ActiveRun, Notes};

/// After how long under the lock the attempt is given up, so that it is undone within 40 ms.
const HOLD: Duration = Duration::from_millis(30);

/// What came of one try.
pub(super) struct Try {
    pub(super) came: Came,
    /// What was written, apart from what was only brought into shape.
    pub(super) wrote: Vec<&'static str>,
    /// For how long the lock was held.
    pub(super) lock: Duration,
}

pub(super) enum Came {
    /// It is over, and this came of it.
    Of(Outcome),
    /// The queue refuses to bring a part of it into shape, which was left out: it is to be tried again without.
    Reshaped,
    /// The lock could not be had, or SQLite failed.
    Failed(rusqlite::Error),
}

/// When the attempt under the lock has to end, by the stopwatch; the progress handler of the connection asks.
#[derive(Default)]
pub(super) struct Deadline(AtomicU64);

impl Deadline {
    /// Whether it is over, so long after the stopwatch began.
    pub(super) fn is_over(&self, elapsed: Duration) -> bool {
        let until = self.0.load(Ordering::Relaxed);
        until > 0 && elapsed.as_micros() > u128::from(until)
    }

    fn set(&self, until: Duration) {
        let micros = u64::try_from(until.as_micros()).unwrap_or(u64::MAX);
        self.0.store(micros, Ordering::Relaxed);
    }
}

impl Stage<'_> {
    /// Reaps it under the write lock, and undoes that. Nothing is logged, printed or waited for under the lock.
    pub(super) fn try_once(&self, candidate: &mut Candidate, deadline: &Deadline) -> Try {
        let (stopwatch, conn) = (self.loader.facts.stopwatch, self.conn);
        let mut tried = Try {
            came: Came::Of(Outcome::Passed),
            wrote: Vec::new(),
            lock: Duration::ZERO,
        };
        let prepared = (|| {
            let facts = &self.loader.facts;
            let mut writer = Writer::new(conn, self.schema, &self.opts.actor, None, facts.calendar)?;
            writer.prepare(std::slice::from_ref(&candidate.zombie), &mut Notes::default())?;
            Ok((writer, has_deferred_keys(conn)?))
        })();
        let (mut writer, has_deferred) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                tried.came = refused(error);
                return tried;
            }
        };
        let write = match Transaction::new_unchecked(conn, TransactionBehavior::Immediate) {
            Ok(write) => write,
            Err(error) => {
                tried.came = Came::Failed(error);
                return tried;
            }
        };
        let begun = stopwatch.elapsed();
        deadline.set(begun + HOLD);
        let shaped = bring_into_shape(&write, candidate);
        tried.came = match shaped.and_then(|()| writer.reap(&candidate.zombie).map_err(refused)) {
            Ok(Reaped::MovedOn) => Came::Of(Outcome::MovedOn),
            Ok(Reaped::Whole { runs, workspaces }) => {
                tried.wrote = wrote(runs, workspaces, self.schema.events.is_some());
                if has_deferred {
                    at_commit(&write)
                } else {
                    Came::Of(Outcome::Passed)
                }
            }
            Err(came) => came,
        };
        drop(write); // which undoes it, where nothing has yet
        tried.lock = stopwatch.elapsed().saturating_sub(begun);
        deadline.set(Duration::ZERO);
        tried
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
fn bring_into_shape(conn: &Connection, candidate: &mut Candidate) -> Result<(), Came> {
    for shape in &candidate.shapes {
        let Err(error) = conn.execute(&shape.sql, rusqlite::params_from_iter(&shape.values)) else {
            continue;
        };
        let of = shape.of;
        if is_interrupted(&error) {
            return Err(Came::Of(Outcome::TooLong));
        }
        match of {
            Part::Task => return Err(Came::Of(Outcome::Unshaped(error.to_string()))),
            Part::Run => candidate.zombie.suspect.active = ActiveRun::None,
            Part::Signs => {}
        }
        candidate.shapes.retain(|shape| shape.of != of);
        return Err(Came::Reshaped);
    }
    Ok(())
}

/// Whether a commit would be refused for keys that are looked at only then. The hook makes a rollback of it.
fn at_commit(conn: &Connection) -> Came {
    // Nobody is waited for with the lock in hand.
    if let Err(error) = conn.busy_timeout(Duration::ZERO) {
        return Came::Failed(error);
    }
    Came::Of(match conn.execute_batch("COMMIT") {
        Err(error) if code(&error) == Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => {
            Outcome::RefusedAtCommit(error.to_string())
        }
        _ => Outcome::Passed,
    })
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

fn refused(error: rusqlite::Error) -> Came {
    let said = error.to_string();
    match &error {
        _ if is_interrupted(&error) => Came::Of(Outcome::TooLong),
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
            Came::Failed(error)
        }
        rusqlite::Error::StatementChangedRows(_) => Came::Of(Outcome::Refused {
            said: "a trigger of the queue keeps a row of it from being written".to_owned(),
            is_for_want: false,
            is_by_trigger: true,
        }),
        _ => Came::Of(Outcome::Refused {
            is_for_want: is_of_the_orchestrator(&said),
            is_by_trigger: code(&error) == Some(ffi::SQLITE_CONSTRAINT_TRIGGER),
            said,
        }),
    }
}

fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

fn code(error: &rusqlite::Error) -> Option<i32> {
    Some(error.sqlite_error()?.extended_code)
}
