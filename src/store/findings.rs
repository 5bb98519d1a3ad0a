//! What a schema lacks that a sweep could do with.

use rusqlite::Connection;

use super::catalog::{ColumnInfo, TableInfo};
use super::query_plan::{MANY, create_index};
use super::schema::{Leases, Schema, SchemaError};
use super::statements::newest_rows;

impl Schema {
    /// A sentence for each thing that it lacks: signs of life, and indexes that a large table needs to be swept fast.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot read the schema.
    pub fn findings(&self, conn: &Connection) -> Result<Vec<String>, SchemaError> {
        let mut findings = Vec::new();
        if !self.shows_life() {
            findings.push(
                "no column is read as a heartbeat or a lease: whoever has been at work for longer than --stale-after counts as \
                 dead, so set it to more than the longest work takes; see docs/worker.md#how-often"
                    .to_owned(),
            );
        }
        let tasks = &self.tasks;
        let by_status = tasks.status().map(|status| (&tasks.table, status, "the running tasks"));
        let runs = self.runs.iter();
        let by_task = runs.map(|runs| (&runs.table, &runs.task, "the runs of a task"));
        for (table, column, what) in by_status.into_iter().chain(by_task) {
            if column.parts.is_empty() && !table.leads(conn, column)? && is_large(conn, table)? {
                let (name, create) = (&table.name, create_index(table, column));
                findings.push(format!(
                    "no index leads to {what}, so that a sweep reads {name} from end to end (docs/speed.md#all-is-well); this \
                     one spares that: {create}"
                ));
            }
        }
        Ok(findings)
    }

    /// Whether a worker at work can be told from a dead one before its work should be over.
    fn shows_life(&self) -> bool {
        let shows = |heartbeat: &[ColumnInfo], lease: &Leases| {
            !heartbeat.is_empty() || lease.columns().next().is_some()
        };
        let (tasks, runs, workers) = (&self.tasks, &self.runs, &self.workers);
        shows(&tasks.heartbeat, &tasks.lease)
            || runs.as_ref().is_some_and(|runs| shows(&runs.heartbeat, &runs.lease))
            || workers
                .as_ref()
                .is_some_and(|workers| shows(&workers.heartbeat, &workers.lease))
    }
}

/// Whether a table has so many rows that reading them takes a while; no more of them are counted.
fn is_large(conn: &Connection, table: &TableInfo) -> rusqlite::Result<bool> {
    let rows = newest_rows(("t", table), &["1".to_owned()], "TRUE", MANY + 1);
    let sql = format!("SELECT count(*) FROM ({rows})");
    let count: i64 = conn.query_row(&sql, [], |row| row.get(0))?;
    Ok(usize::try_from(count).is_ok_and(|count| count > MANY))
}
