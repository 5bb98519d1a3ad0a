//! What the queue itself refuses of a reap, found out without a write to it: its tables stand in memory once more, and the
//! zombies are reaped there. To prepare the writes does not tell, as SQLite drops the CHECKs of a database that is opened
//! to be read.
//!
//! It foretells what is certain, and nothing else: what a row and the definition of its table decide alone. No conflict
//! with another row, no foreign key, no trigger that looks further than its row.

use rusqlite::{Connection, ffi};

use super::replica::Replica;
use super::schema::Schema;
use super::writer::Writer;
use crate::zombie::Zombie;

/// Reaps that are written where nobody sees them.
pub(crate) struct Rehearsal(Replica);

impl Rehearsal {
    /// In the read transaction in which these zombies were found. `None` where nothing can be told.
    pub(super) fn new(queue: &Connection, schema: &Schema, zombies: &[Zombie]) -> Option<Self> {
        Replica::of(queue, schema, zombies).map(Self)
    }

    /// What refuses each of these reaps, by its place. An error where none of them can be written at all.
    pub(crate) fn refusals(
        &self,
        writer: &Writer<'_>,
        zombies: &[Zombie],
    ) -> rusqlite::Result<Vec<Option<rusqlite::Error>>> {
        let conn = &self.0.conn;
        let mut writer = writer.on(conn)?;
        let mut refusals = Vec::new();
        if self.0.has_rows {
            for zombie in zombies {
                conn.execute_batch("BEGIN")?;
                let reaped = writer.reap(zombie);
                if !conn.is_autocommit() {
                    conn.execute_batch("ROLLBACK")?;
                }
                refusals.push(reaped.err().filter(|error| self.is_certain(error)));
            }
        }
        Ok(refusals)
    }

    /// Whether a refusal rests on the row alone.
    fn is_certain(&self, error: &rusqlite::Error) -> bool {
        match error {
            rusqlite::Error::StatementChangedRows(_) => self.0.has_triggers,
            rusqlite::Error::UserFunctionError(_) => self.0.has_conditions,
            rusqlite::Error::SqliteFailure(code, _) => matches!(
                code.extended_code,
                ffi::SQLITE_CONSTRAINT_CHECK
                    | ffi::SQLITE_CONSTRAINT_NOTNULL
                    | ffi::SQLITE_CONSTRAINT_TRIGGER
                    | ffi::SQLITE_CONSTRAINT_DATATYPE
                    | ffi::SQLITE_MISMATCH
            ),
            _ => false,
        }
    }
}
