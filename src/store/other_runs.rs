use std::collections::HashMap;

use rusqlite::{Connection, Row, Statement};

use super::schema::Schema;
use super::statements;
use crate::zombie::{Id, RunRow};

/// Where the unfinished runs of a suspect come from.
pub(super) enum OtherRuns<'c> {
    /// An index leads from the task to its runs.
    Indexed(Statement<'c>),
    /// There is none: one look at all runs, not one for each suspect.
    Read(HashMap<Id, Vec<RunRow>>),
}

impl<'c> OtherRuns<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &Schema,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<RunRow>,
    ) -> rusqlite::Result<Self> {
        let of_one_task = statements::other_runs_of_one(schema);
        if is_indexed(conn, &of_one_task)? {
            return Ok(Self::Indexed(conn.prepare(&of_one_task)?));
        }
        let mut of_all: HashMap<_, Vec<_>> = HashMap::new();
        let mut statement = conn.prepare(&statements::other_runs_of_all(schema))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            of_all
                .entry(Id::from(row.get_ref(6)?))
                .or_default()
                .push(read(row)?);
        }
        Ok(Self::Read(of_all))
    }

    /// The unfinished runs of the task with this key, other than its active run.
    pub(super) fn of(
        &mut self,
        task: &Id,
        active: Option<&Id>,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<RunRow>,
    ) -> rusqlite::Result<Vec<RunRow>> {
        match self {
            Self::Indexed(statement) => {
                let mut runs = Vec::new();
                let mut rows = statement.query((task, active))?;
                while let Some(row) = rows.next()? {
                    runs.push(read(row)?);
                }
                Ok(runs)
            }
            Self::Read(of_all) => {
                let mut runs = of_all.remove(task).unwrap_or_default();
                runs.retain(|run| Some(&run.key) != active);
                Ok(runs)
            }
        }
    }
}

/// Whether SQLite goes from a task to its runs without reading all runs, or building an index over them each time.
fn is_indexed(conn: &Connection, sql: &str) -> rusqlite::Result<bool> {
    let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = plan.query((Id::Null, Id::Null))?;
    while let Some(row) = rows.next()? {
        let step: String = row.get(3)?;
        if step.starts_with("SCAN r") || step.contains("AUTOMATIC") {
            return Ok(false);
        }
    }
    Ok(true)
}
