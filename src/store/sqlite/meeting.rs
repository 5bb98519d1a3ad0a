//! How rows of two tables that name each other are brought together, and whether an index leads from one to the other.

use rusqlite::Connection;

use super::catalog::{Affinity, ColumnInfo, TableInfo};
use super::schema::Schema;

/// How tasks meet their active runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meeting {
    /// By the run's id, which is unique.
    ById,
    /// By the run's task, then its id, which may be a mere number of the attempt.
    ByTask,
    /// In the program: no index leads from one to the other, the two columns hold ids of different types, or tasks name no
    /// run.
    Apart,
}

impl Meeting {
    pub(super) fn of(conn: &Connection, schema: &Schema) -> rusqlite::Result<Self> {
        let (Some(runs), Some(active_run)) = (&schema.runs, &schema.tasks.active_run) else {
            return Ok(Self::Apart);
        };
        let tasks = &schema.tasks;
        let ids_compare = compare(&runs.id, active_run);
        let is_led_by_id = runs.table.is_unique(conn, &runs.id)? && runs.table.leads(conn, &runs.id)?;
        Ok(if ids_compare && is_led_by_id {
            Self::ById
        } else if ids_compare && is_led(conn, &runs.table, &runs.task, &tasks.id)? {
            Self::ByTask
        } else {
            Self::Apart
        })
    }
}

/// Whether an index on the first column can be used to find what the second holds, and finds all that is the same.
pub(super) fn compare(sought: &ColumnInfo, by: &ColumnInfo) -> bool {
    match sought.affinity() {
        Affinity::Numeric => true,
        // The database compares as the column does in which it looks.
        Affinity::Text => by.affinity() == Affinity::Text && (sought.folds || !by.folds),
        // Bytes are the same where they are the same bytes.
        Affinity::None => sought.is_blob() && by.is_blob(),
    }
}

/// Whether an index leads from a value of the one column to the rows that have it in the other.
pub(super) fn is_led(
    conn: &Connection,
    table: &TableInfo,
    sought: &ColumnInfo,
    by: &ColumnInfo,
) -> rusqlite::Result<bool> {
    Ok(compare(sought, by) && table.leads(conn, sought)?)
}
