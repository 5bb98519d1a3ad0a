use std::collections::HashMap;

use rusqlite::{Connection, Row, Statement};

use super::query_plan::{QueryPlan, create_index, rows_in_vain};
use super::schema::Schema;
use super::statements;
use crate::zombie::{Id, Notes, RunRow};

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
        notes: &mut Notes,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<RunRow>,
    ) -> rusqlite::Result<Self> {
        let of_one_task = statements::other_runs_of_one(schema);
        if !QueryPlan::of(conn, &of_one_task)?.reads_all("r") {
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
        drop(rows);
        if let Some(count) = rows_in_vain(&statement, of_all.len()) {
            let runs = &schema.runs;
            notes.see_missing_index(&runs.table.name, count, create_index(&runs.table, &runs.task));
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
