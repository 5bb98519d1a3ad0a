//! What is on record of how long runs are silent.

use rusqlite::{OptionalExtension as _, Row};

use super::entry::Scope;
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

    /// What the sweeps of exactly this scope have learned, and what was in force at the last; `None` where none has.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn learning(&self, scope: &Scope) -> Result<Option<PastLearning>, LedgerError> {
        if self.version < SINCE {
            return Ok(None);
        }
        self.ask(|conn| {
            let asked = (&scope.database, &scope.project);
            let begun = |row: &Row<'_>| {
                let since = Timestamp::from_micros(row.get(1)?);
                Ok((row.get::<_, i64>(0)?, since, row.get(2)?))
            };
            let learning = conn.query_row(include_str!("sql/learning.sql"), asked, begun);
            let Some((scope, since, lost)) = learning.optional()? else {
                return Ok(None);
            };
            let mut thresholds = conn.prepare(include_str!("sql/thresholds.sql"))?;
            let of = |row: &Row<'_>| Ok((labels(row, 0)?, length(row.get(2)?)));
            Ok(Some(PastLearning {
                since,
                lost,
                in_force: thresholds
                    .query_map([scope], of)?
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
