//! What a schema lacks that a sweep could do with.

use std::fmt;

use rusqlite::Connection;

use super::catalog::{ColumnInfo, TableInfo};
use super::keys::column;
use super::meeting::compare;
use super::query_plan::{MANY, create_index};
use super::schema::{Runs, Schema};
use super::schema_error::SchemaError;
use super::statements::{newest_rows, running_ids};

/// One thing that a schema lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Anything that could show that a task is at work.
    Signs,
    /// Heartbeats and leases: there are starts alone.
    Heartbeats,
    /// An index that leads to these rows.
    Index {
        of_what: &'static str,
        /// How a sweep does without.
        reads: &'static str,
        table: String,
        /// The sentence that makes it.
        create: String,
    },
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signs => f.write_str(
                "no column is read as a heartbeat, a lease or a start, so that no silence is ever proven: what is silent stays \
                 undecided; see docs/profile.md#which-shape-is-yours",
            ),
            Self::Heartbeats => f.write_str(
                "no column is read as a heartbeat or a lease, and nothing but its start shows that a task is at work: say with \
                 --stale-after how long the longest may take; see docs/profile.md#which-shape-is-yours",
            ),
            Self::Index {
                of_what,
                reads,
                table,
                create,
            } => write!(
                f,
                "no index leads to {of_what}, so that a sweep {reads} {table} from end to end (docs/speed.md#all-is-well); this \
                 one spares that: {create}"
            ),
        }
    }
}

impl Schema {
    /// A sentence for each thing that it lacks: signs of life, and indexes that a large table needs to be swept fast.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot read the schema.
    pub fn findings(&self, conn: &Connection) -> Result<Vec<String>, SchemaError> {
        Ok(self.lacks(conn)?.iter().map(ToString::to_string).collect())
    }

    /// What it lacks.
    pub(crate) fn lacks(&self, conn: &Connection) -> Result<Vec<Lack>, SchemaError> {
        let mut lacks = Vec::new();
        if self.shows_nothing() {
            lacks.push(Lack::Signs);
        }
        if self.shows_starts_alone() {
            lacks.push(Lack::Heartbeats);
        }
        let tasks = &self.tasks;
        if let Some(status) = tasks.status()
            && is_large(conn, &tasks.table)?
            && scans(conn, "t", &running_ids(self))?
        {
            lacks.push(no_index(conn, "the running tasks", "reads", &tasks.table, status));
        }
        if let Some(runs) = &self.runs
            && is_large(conn, &runs.table)?
            && compare(&runs.task, &tasks.id)
            && scans(conn, "r", &of_a_task(runs))?
        {
            lacks.push(no_index(
                conn,
                "the runs of a task",
                "may have to read",
                &runs.table,
                &runs.task,
            ));
        }
        if let Some(workspaces) = &self.workspaces
            && let Some(task) = workspaces.task.as_ref().filter(|task| compare(task, &tasks.id))
            && is_large(conn, &workspaces.table)?
            && !workspaces.table.leads(conn, task)?
        {
            lacks.push(no_index(
                conn,
                "the workspaces of a task",
                "that reaps reads",
                &workspaces.table,
                task,
            ));
        }
        Ok(lacks)
    }
}

fn no_index(
    conn: &Connection,
    of_what: &'static str,
    reads: &'static str,
    table: &TableInfo,
    column: &ColumnInfo,
) -> Lack {
    Lack::Index {
        of_what,
        reads,
        table: table.name.clone(),
        create: create_index(conn, table, column),
    }
}

fn of_a_task(runs: &Runs) -> String {
    let is_of_task = format!("{} = ?1", column("r", &runs.task));
    newest_rows(("r", &runs.table), &["1".to_owned()], &is_of_task, 1)
}

/// Whether `SQLite` would look for what a query wants in the table with this alias from end to end.
fn scans(conn: &Connection, alias: &str, sql: &str) -> rusqlite::Result<bool> {
    let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let details = plan.raw_query();
    let details = details.mapped(|row| row.get::<_, String>(3));
    let scan = format!("SCAN {alias}");
    for detail in details {
        let detail = detail?;
        if detail
            .strip_prefix(&scan)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a table has so many rows that reading them takes a while; no more of them are counted.
fn is_large(conn: &Connection, table: &TableInfo) -> rusqlite::Result<bool> {
    let rows = newest_rows(("t", table), &["1".to_owned()], "TRUE", MANY + 1);
    let sql = format!("SELECT count(*) FROM ({rows})");
    let count: i64 = conn.query_row(&sql, [], |row| row.get(0))?;
    Ok(usize::try_from(count).is_ok_and(|count| count > MANY))
}
