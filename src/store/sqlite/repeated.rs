//! Statements that live as long as a sweep: those that write, for one zombie after another, and those that stand by.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, PrepFlags, Statement};

use crate::zombie::Id;

/// A statement that writes, and what its parameters hold. SQLite copies whatever is bound, and most of it is the same from
/// one zombie to the next: only what differs is bound.
pub(super) struct Repeated<'c> {
    statement: Statement<'c>,
    bound: Vec<Id>,
}

impl<'c> Repeated<'c> {
    pub(super) fn prepare(conn: &'c Connection, sql: &str) -> rusqlite::Result<Self> {
        let statement = conn.prepare(sql)?;
        let bound = vec![Id::Null; statement.parameter_count()];
        Ok(Self { statement, bound })
    }

    /// The place of a parameter, where the statement has it.
    pub(super) fn place(&self, name: &str) -> rusqlite::Result<Option<usize>> {
        self.statement.parameter_index(name)
    }

    /// A parameter that the statement does not have takes nothing.
    pub(super) fn bind(&mut self, place: usize, value: ValueRef<'_>) -> rusqlite::Result<()> {
        let bound = place.checked_sub(1).and_then(|place| self.bound.get_mut(place));
        if let Some(bound) = bound.filter(|bound| bound.as_value() != value) {
            *bound = Id::Null; // as SQLite leaves it where it cannot take the value
            self.statement
                .raw_bind_parameter(place, ToSqlOutput::Borrowed(value))?;
            *bound = value.into();
        }
        Ok(())
    }

    /// Binds what is never the same twice, and too long to be kept.
    pub(super) fn bind_anew(&mut self, place: usize, text: &[u8]) -> rusqlite::Result<()> {
        let text = ToSqlOutput::Borrowed(ValueRef::Text(text));
        self.statement.raw_bind_parameter(place, text)
    }

    /// Runs it with what is bound, and returns how many rows it changed.
    pub(super) fn execute(&mut self) -> rusqlite::Result<usize> {
        self.statement.raw_execute()
    }

    /// Binds these, from the first parameter on, and runs it.
    pub(super) fn execute_with<'v>(
        &mut self,
        values: impl IntoIterator<Item = ValueRef<'v>>,
    ) -> rusqlite::Result<usize> {
        for (place, value) in (1..).zip(values) {
            self.bind(place, value)?;
        }
        self.execute()
    }
}

/// Prepares a statement that is kept while others are run for every zombie. The quick memory that a connection has for
/// small things is left to those: without it they take a sixth longer.
pub(super) fn prepare_aside<'c>(conn: &'c Connection, sql: &str) -> rusqlite::Result<Statement<'c>> {
    conn.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT)
}
