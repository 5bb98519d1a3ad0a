//! A reap of one row under the write lock, undone whatever comes of it: what the queue's own triggers, checks and functions
//! say of it is known before they have a say in a sweep.
//!
//! The connection must have a commit hook that refuses: it makes a rollback of any commit.

mod attempt;
mod candidate;
mod made_up;
mod shape;

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub(crate) use attempt::{Attempt, Deadline, Outcome};
pub(crate) use candidate::Candidate;

/// Where the database keeps a rollback journal: keeps that of this connection in memory. What is never committed and never
/// spilt changes no file, so that none has to be made under the lock.
pub(crate) fn keep_journal_in_memory(conn: &Connection) -> rusqlite::Result<()> {
    // In a transaction, as SQLite then refuses to leave the mode of a log, should the database have come to one meanwhile.
    let read = Transaction::new_unchecked(conn, TransactionBehavior::Deferred)?;
    read.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))?;
    let mode: String = read.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        read.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    }
    read.finish()
}
