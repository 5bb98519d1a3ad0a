//! What is on record.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::entry::{Clocks, Scope};
use super::error::LedgerError;
use super::past::{PastHeldBack, PastLiving, PastSweep, ReapFilter, Totals, UndecidedSince};
use super::{open, turns};
use crate::zombie::{Ages, Condition, Id, Labels, PastReap, Timestamp};

/// A ledger to be read.
#[derive(Debug)]
pub struct Ledger {
    conn: Connection,
    path: PathBuf,
    pub(super) version: i32,
}

impl Ledger {
    /// Opens the ledger at this path. Nothing is entered; but where a sweeper was killed while it wrote, and this process may
    /// write too, what was half done is undone first.
    ///
    /// # Errors
    ///
    /// Where there is none, or it is not one that can be read.
    pub fn open_to_read(path: &Path) -> Result<Self, LedgerError> {
        let (conn, path, version) = open::to_read(path)?;
        Ok(Self { conn, path, version })
    }

    /// The same, but only where it is safely our own and nobody else may write it: for what decides who is reaped.
    ///
    /// # Errors
    ///
    /// Likewise.
    pub fn open_own(path: &Path) -> Result<Self, LedgerError> {
        let (conn, path, version) = open::own_to_read(path)?;
        Ok(Self { conn, path, version })
    }

    /// The reaps that are asked for, the newest first.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, as of every question here.
    pub fn reaps(&self, filter: &ReapFilter) -> Result<Vec<PastReap>, LedgerError> {
        self.ask(|conn| {
            let since = filter.since.map_or(i64::MIN, Timestamp::as_micros);
            let (project, reason, database) = (&filter.project, &filter.reason, &filter.database);
            let most = filter.limit.unwrap_or(usize::MAX);
            let Some(task) = &filter.task else {
                let mut reaps = conn.prepare(include_str!("sql/reaps.sql"))?;
                let reaps = reaps.query_map((since, project, reason, database), past_reap)?;
                return reaps.take(most).collect();
            };
            let mut reaps = conn.prepare(include_str!("sql/reaps_of_task.sql"))?;
            let reaps = reaps.query_map((since, project, reason, forms(task), database), past_reap)?;
            let is_of_task = |reap: &rusqlite::Result<PastReap>| match reap {
                Ok(reap) => reap.task_id.to_string() == *task,
                Err(_) => true,
            };
            reaps.filter(is_of_task).take(most).collect()
        })
    }

    /// What has been swept: each database and project for which there is an entry.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn scopes(&self) -> Result<Vec<Scope>, LedgerError> {
        self.ask(|conn| {
            let mut scopes = conn.prepare(include_str!("sql/scopes.sql"))?;
            let scope = |row: &Row<'_>| {
                Ok(Scope {
                    database: row.get(0)?,
                    project: row.get(1)?,
                })
            };
            scopes.query_map([], scope)?.collect()
        })
    }

    /// The last sweep that covered this scope; one of all projects covers each of them.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn last_sweep(&self, scope: &Scope) -> Result<Option<PastSweep>, LedgerError> {
        self.last(scope, false)
    }

    /// The last of them that did all that it was to do.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn last_success(&self, scope: &Scope) -> Result<Option<PastSweep>, LedgerError> {
        self.last(scope, true)
    }

    /// Since when the sweeps of this scope have held zombies back; `None` where the last that came to its end did not.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn held_back(&self, scope: &Scope) -> Result<Option<PastHeldBack>, LedgerError> {
        self.ask(|conn| {
            let held_back = |row: &Row<'_>| {
                Ok(PastHeldBack {
                    count: count(row, 0)?,
                    last: Timestamp::from_micros(row.get(1)?),
                    since: Timestamp::from_micros(row.get(2)?),
                })
            };
            let asked = (&scope.database, &scope.project);
            conn.query_row(include_str!("sql/held_back.sql"), asked, held_back)
                .optional()
        })
    }

    fn last(&self, scope: &Scope, successful: bool) -> Result<Option<PastSweep>, LedgerError> {
        self.ask(|conn| {
            let sql = include_str!("sql/last_sweep.sql");
            let asked = (&scope.database, &scope.project, successful);
            conn.query_row(sql, asked, past_sweep).optional()
        })
    }

    /// What has been counted of the sweeps of exactly this scope; `None` where there was none.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn totals(&self, scope: &Scope) -> Result<Option<Totals>, LedgerError> {
        self.ask(|conn| {
            let find = include_str!("sql/scope.sql");
            let asked = (&scope.database, &scope.project);
            let id: Option<i64> = conn.query_row(find, asked, |row| row.get(0)).optional()?;
            let Some(id) = id else { return Ok(None) };
            let mut since = Timestamp::EPOCH;
            let mut counts = BTreeMap::new();
            let mut reaped = BTreeMap::new();
            let mut totals = conn.prepare(include_str!("sql/totals.sql"))?;
            let mut rows = totals.query([id])?;
            while let Some(row) = rows.next()? {
                since = Timestamp::from_micros(row.get(0)?);
                let Some(name) = row.get::<_, Option<String>>(1)? else {
                    continue;
                };
                let (label, count) = (row.get::<_, String>(2)?, count(row, 3)?);
                if name == "reaped" {
                    reaped.insert(label, count);
                } else {
                    counts.insert(name, count);
                }
            }
            let of = |name: &str| counts.get(name).copied().unwrap_or(0);
            Ok(Some(Totals {
                since,
                sweeps: of("sweeps"),
                failures: of("failures"),
                reaped,
                failed: of("failed"),
                moved_on: of("moved_on"),
                transactions: of("transactions"),
                runs_abandoned: of("runs_abandoned"),
                workspaces_freed: of("workspaces_freed"),
            }))
        })
    }

    /// The tasks of this database that its last sweeps left undecided, and since when; the one that has been so for longest
    /// first.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn undecided_since(&self, database: &str) -> Result<Vec<UndecidedSince>, LedgerError> {
        self.ask(|conn| {
            let mut tasks = conn.prepare(include_str!("sql/undecided_since.sql"))?;
            let task = |row: &Row<'_>| {
                Ok(UndecidedSince {
                    task_id: row.get(0)?,
                    why: row.get(1)?,
                    since: Timestamp::from_micros(row.get(2)?),
                })
            };
            tasks.query_map([database], task)?.collect()
        })
    }

    /// How old the last signs of life of the living of this database were in each sweep since then, the oldest sweep first.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn living(&self, database: &str, since: Timestamp) -> Result<Vec<PastLiving>, LedgerError> {
        self.ask(|conn| {
            let mut living = conn.prepare(include_str!("sql/living_since.sql"))?;
            let rows = living.query_map((database, since.as_micros()), past_living)?;
            rows.collect()
        })
    }

    pub(super) fn ask<T>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let _turn = turns::to_use();
        question(&self.conn).map_err(LedgerError::sqlite(&self.path))
    }
}

/// The values that are shown as this id, as a JSON array; but for bytes and ids of several parts, whose look says too little.
fn forms(task: &str) -> String {
    let id = Id::from(task);
    let mut forms = vec![serde_json::Value::from(task)];
    match id.by_number() {
        Id::Integer(number) => forms.push(number.into()),
        Id::Real(bits) => forms.push(f64::from_bits(bits).into()),
        Id::Null | Id::Text(_) | Id::Blob(_) | Id::Several(_) => {}
    }
    serde_json::Value::from(forms).to_string()
}

fn past_reap(row: &Row<'_>) -> rusqlite::Result<PastReap> {
    Ok(PastReap {
        at: Timestamp::from_micros(row.get(0)?),
        unit_us: 1,
        task_id: id(row, 1)?,
        run_id: Some(id(row, 3)?).filter(|run| *run != Id::Null),
        run_left: None, // as what a task held
        reason: row.get(5)?,
        sign_of_life: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_micros),
        condition: Condition::of(&row.get::<_, String>("condition")?),
        threshold: Some(length(row.get("threshold")?)),
        held: None, // what a task held stands in the queue's own events alone
        actor: row.get(7)?,
        is_parked: row.get(8)?,
        is_of_a_fleet: false, // asked of a queue's own events alone
    })
}

/// The id at this place; the next says whether it is of several parts.
pub(super) fn id(row: &Row<'_>, place: usize) -> rusqlite::Result<Id> {
    let has_parts: bool = row.get(place + 1)?;
    Ok(match Id::from(row.get_ref(place)?) {
        Id::Text(parts) if has_parts => Id::Several(parts),
        id => id,
    })
}

fn past_sweep(row: &Row<'_>) -> rusqlite::Result<PastSweep> {
    let time = |place| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(place)?.map(length));
    Ok(PastSweep {
        at: Timestamp::from_micros(row.get(0)?),
        project: row.get(1)?,
        profile: row.get(2)?,
        scanned: count(row, 3)?,
        healthy: count(row, 4)?,
        undecided: count(row, 5)?,
        failed: count(row, 6)?,
        reaped: count(row, 7)?,
        moved_on: count(row, 8)?,
        held_back: count(row, 9)?,
        transactions: count(row, 10)?,
        duration: Duration::from_millis(count(row, 11)?),
        error: row.get(12)?,
        version: row.get(13)?,
        clocks: Clocks {
            boot_id: row.get(14)?,
            wall: Timestamp::from_micros(row.get(15)?),
            since_boot: time(16)?,
            awake: time(17)?,
        },
    })
}

fn past_living(row: &Row<'_>) -> rusqlite::Result<PastLiving> {
    let ages: String = row.get(5)?;
    let ages = serde_json::from_str(&ages).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, Box::new(error))
    })?;
    let label = |place| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(place)?.map(Into::into));
    Ok(PastLiving {
        at: Timestamp::from_micros(row.get(0)?),
        labels: Labels {
            project: label(1)?,
            kind: label(2)?,
        },
        others: count(row, 3)?,
        ages: Ages::counted(ages, length(row.get(4)?), count(row, 6)?),
    })
}

fn count(row: &Row<'_>, place: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(place)?).unwrap_or(0))
}

pub(super) fn length(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
