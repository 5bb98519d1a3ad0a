//! Rows that are on record of tasks, and how they are read: of each task by an index, or of all in one look.

use std::borrow::Cow;
use std::collections::HashMap;

use rusqlite::{Connection, Row};

use super::catalog::{ColumnInfo, RowIds, TableInfo};
use super::keys::key;
use super::query_plan::{is_in_order, note_missing_index};
use super::recorder::in_one_column;
use super::statements::render;
use crate::zombie::{Id, Notes, Past};

/// How many rows of one task are read unasked, and how many the look for it counts as.
const OF_A_TASK: usize = 1_000;
const LOOK: usize = 10;

/// After how many completed runs, those made last first, none that was completed later is to be found any more.
const ENOUGH: usize = 16;

/// What a task is called, in whichever column it is named: two are the same by value, and texts byte by byte, whatever the
/// queue takes for the same.
pub(super) fn name(task: &Id) -> Id {
    in_one_column(task).by_value()
}

/// What a row says of whether the search goes on.
pub(super) enum Seen {
    Nothing,
    /// A run that did its work.
    Completed,
    /// That nothing behind it counts, where rows come in order.
    FarBack,
}

/// Rows that are on record of tasks.
pub(super) struct Source<'s> {
    pub(super) template: &'static str,
    pub(super) names: Vec<(&'static str, String)>,
    pub(super) table: &'s TableInfo,
    /// What names the task; the first value of each row.
    pub(super) task: &'s ColumnInfo,
    /// What is true of the rows of task ?1, and of those of all tasks that count.
    pub(super) of_task: String,
    pub(super) of_all: String,
    /// By what the newest come first.
    pub(super) orders: Vec<String>,
}

impl Source<'_> {
    fn sql(&self, condition: &str, order: Option<&String>) -> String {
        let newest_first = order.map(|order| format!("ORDER BY {order} DESC"));
        let mut names = self.names.clone();
        names.extend([
            ("condition", condition.to_owned()),
            ("newest_first", newest_first.unwrap_or_default()),
        ]);
        render(self.template, &names)
    }

    /// The rows of task ?1, the newest first where an index has them so; and whether it does.
    fn newest_first(&self, conn: &Connection) -> rusqlite::Result<(String, bool)> {
        for order in &self.orders {
            let sql = self.sql(&self.of_task, Some(order));
            if is_in_order(conn, &sql)? {
                return Ok((sql, true));
            }
        }
        Ok((self.sql(&self.of_task, None), false))
    }

    /// The task that a row names.
    fn task(&self, row: &Row<'_>) -> rusqlite::Result<Id> {
        Ok(match Id::from(row.get_ref(0)?) {
            Id::Text(json) if !self.task.parts.is_empty() => name(&Id::Several(json)),
            id => name(&id),
        })
    }
}

/// What tells which rows were made last. A key that the queue chooses, such as a UUID, does not.
pub(super) fn order_of_keys(alias: &str, table: &TableInfo) -> Option<String> {
    let is_handed_out = table.rowid().is_some() && table.row_ids() != RowIds::None;
    is_handed_out.then(|| key(alias, table))
}

/// What reads them.
pub(super) struct Rows<'l> {
    pub(super) conn: &'l Connection,
    /// How many rows may still be read, where that is bounded.
    pub(super) left: Option<&'l mut usize>,
}

impl Rows<'_> {
    /// Reads the rows of each of these tasks, and returns whether there was enough left for it.
    pub(super) fn read_led(
        &mut self,
        source: &Source<'_>,
        tasks: Vec<(Cow<'_, Id>, &mut Past)>,
        mut visit: impl FnMut(&mut Past, &Row<'_>) -> rusqlite::Result<Seen>,
    ) -> rusqlite::Result<bool> {
        let (sql, is_in_order) = source.newest_first(self.conn)?;
        let mut statement = self.conn.prepare(&sql)?;
        for (task, past) in tasks {
            if !self.take(LOOK) {
                return Ok(false);
            }
            let called = name(&task);
            let (mut read, mut completed) = (0, 0);
            let mut rows = statement.query([&*task])?;
            while let Some(row) = rows.next()? {
                read += 1;
                if !self.take(1) {
                    return Ok(false);
                }
                // The index may lead to others too, whose names the queue takes for the same.
                if source.task(row)? == called {
                    match visit(past, row)? {
                        Seen::FarBack if is_in_order => break,
                        Seen::Completed => completed += 1,
                        Seen::FarBack | Seen::Nothing => {}
                    }
                }
                // Who is to be parked for it wants to have them all.
                if self.left.is_some() && is_in_order && completed >= ENOUGH {
                    break;
                }
                if self.left.is_some() && read >= OF_A_TASK {
                    if is_in_order {
                        break;
                    }
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Takes so many rows of those that may still be read, where there are.
    fn take(&mut self, rows: usize) -> bool {
        let Some(left) = &mut self.left else { return true };
        let rest = left.checked_sub(rows);
        **left = rest.unwrap_or_default();
        rest.is_some()
    }

    /// Reads what counts of all tasks, unless it was read before.
    pub(super) fn read_once(
        &self,
        source: &Source<'_>,
        all: &mut Option<HashMap<Id, Past>>,
        notes: &mut Notes,
        mut visit: impl FnMut(&mut Past, &Row<'_>) -> rusqlite::Result<Seen>,
    ) -> rusqlite::Result<()> {
        if all.is_some() {
            return Ok(());
        }
        let mut of_task: HashMap<Id, Past> = HashMap::new();
        let mut statement = self.conn.prepare(&source.sql(&source.of_all, None))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(of_task.entry(source.task(row)?).or_default(), row)?;
        }
        drop(rows);
        note_missing_index(self.conn, &statement, 0, (source.table, source.task), notes);
        *all = Some(of_task);
        Ok(())
    }
}
