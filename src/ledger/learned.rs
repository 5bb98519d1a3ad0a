//! What is on record of how long runs are silent.

use rusqlite::{OptionalExtension as _, Row};

use super::error::LedgerError;
use super::followed;
use super::past::PastLearning;
use super::read::{Ledger, id, length};
use crate::zombie::{Followed, Labels, Timestamp};

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

    /// What the sweeps of this database have learned, whatever project they were of, and what was in force at the last of
    /// each project and kind; `None` where none has.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn learning(&self, database: &str) -> Result<Option<PastLearning>, LedgerError> {
        if self.version < SINCE {
            return Ok(None);
        }
        self.ask(|conn| {
            let begun = |row: &Row<'_>| Ok((row.get::<_, Option<i64>>(0)?, row.get(1)?));
            let (since, lost) = conn.query_row(include_str!("sql/learning.sql"), [database], begun)?;
            let Some(since) = since.map(Timestamp::from_micros) else {
                return Ok(None);
            };
            let mut thresholds = conn.prepare(include_str!("sql/thresholds.sql"))?;
            let of = |row: &Row<'_>| Ok((labels(row, 0)?, length(row.get(2)?)));
            Ok(Some(PastLearning {
                since,
                lost,
                in_force: thresholds
                    .query_map([database], of)?
                    .collect::<rusqlite::Result<_>>()?,
            }))
        })
    }

    /// What damaged ledger this one was begun in the place of, where it was.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn instead_of(&self) -> Result<Option<String>, LedgerError> {
        if self.version < SINCE {
            return Ok(None);
        }
        self.ask(|conn| {
            let begun = conn.query_row("SELECT instead_of FROM begun", [], |row| row.get(0));
            Ok(begun.optional()?.flatten())
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
