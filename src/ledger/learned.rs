//! What is on record of how long runs are silent.

use rusqlite::Row;

use super::error::LedgerError;
use super::followed;
use super::read::{Ledger, id};
use crate::zombie::{Followed, Labels};

/// Since which version there is such a record.
const SINCE: i32 = 2;

impl Ledger {
    /// The runs of this database that sweeps saw at work, and how long they were silent.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn followed(&self, database: &str) -> Result<Followed, LedgerError> {
        let mut all = Followed::default();
        if self.version < SINCE {
            return Ok(all);
        }
        self.ask(|conn| {
            let mut runs = conn.prepare(include_str!("sql/followed.sql"))?;
            let mut rows = runs.query([database])?;
            while let Some(row) = rows.next()? {
                // Two schedules may follow the same run.
                all.insert(&id(row, 0)?, followed::run(row, labels(row, 2)?, 4)?);
            }
            Ok(all)
        })
    }
}

/// Project and kind from this place on.
fn labels(row: &Row<'_>, first: usize) -> rusqlite::Result<Labels> {
    let label =
        |place: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(first + place)?.map(Into::into));
    Ok(Labels {
        project: label(0)?,
        kind: label(1)?,
    })
}
