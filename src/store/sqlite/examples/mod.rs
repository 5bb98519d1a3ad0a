//! What stands where a role is played, in a running task and what belongs to it, and what it is read as: whoever names
//! columns in a profile sees by it whether they are the right ones.

mod look;
mod read_as;
mod rows;
mod shown;
mod unused;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::schema::{Role, Schema};
use super::schema_error::SchemaError;
use crate::zombie::Calendar;
use read_as::Reader;
use rows::Rows;
use shown::shown;
pub use unused::{Likeness, Unused};

/// What a database holds where a profile looks, and where it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examples {
    /// What stands where each role is played, in the order of [`Schema::roles`].
    pub roles: Vec<Example>,
    /// The columns of tasks, runs and workers that play no role, and look as if they might. One that is called like a heartbeat
    /// is not among them: [`Words::doubts`](super::Words::doubts) asks for it.
    pub unused: Vec<Unused>,
}

/// What stands in the columns of a role, in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// The role.
    pub role: Role,
    /// Of each column that plays it, in the order of [`Role::column`]; of a table, which of its rows was looked at. None where
    /// nothing plays it.
    pub seen: Vec<Seen>,
}

/// What stands in one column, or for a table which row the values of its columns are from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// Table and column, or the table.
    pub column: String,
    /// The value, of at most 40 characters, without control characters; `None` where there is none.
    pub value: Option<String>,
    /// What a sweep reads it as, such as `2026-04-11T03:17:40Z, 20 s ago; epoch seconds`; `None` where no row was looked at.
    pub read_as: Option<String>,
}

impl Schema {
    /// What stands where each role is played: in the newest running task, its active run, its worker and its newest event; where
    /// no task runs, in the newest rows. And what stands where none is, in the newest rows.
    ///
    /// *Now* is what ages are told by, and what numbers may be times.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot read the rows.
    pub fn examples(&self, conn: &Connection, now: DateTime<Utc>) -> Result<Examples, SchemaError> {
        // What belongs together is read as of one moment.
        let snapshot = conn.is_autocommit().then(|| conn.unchecked_transaction());
        let _snapshot = snapshot.transpose()?;
        let rows = look::rows(conn, self)?;
        let calendar = Calendar::new(now.into(), self.time_zone);
        let reader = Reader::new(self, &rows, calendar);
        Ok(Examples {
            roles: self
                .roles
                .iter()
                .map(|role| example(role, &rows, &reader))
                .collect(),
            unused: unused::find(conn, self, &rows, &calendar)?,
        })
    }
}

fn example(role: &Role, rows: &Rows<'_>, reader: &Reader<'_>) -> Example {
    let (section, key) = role.role.split_once('.').unwrap_or((&role.role, ""));
    let table = role.column.iter().filter(|_| key.is_empty());
    let of_table = table.map(|table| Seen {
        column: table.clone(),
        value: None,
        read_as: rows.which(section).map(str::to_owned),
    });
    let names = role.columns.iter().enumerate();
    let of_columns = names.map(|(place, name)| {
        let value = rows.value(section, name);
        Seen {
            column: format!("{}.{name}", rows.table(section)),
            value: value.and_then(shown),
            read_as: value.map(|value| reader.read_as(role, place, value)),
        }
    });
    Example {
        seen: of_table.chain(of_columns).collect(),
        role: role.clone(),
    }
}
