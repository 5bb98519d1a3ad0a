//! What tasks hold that one alone can have, though they wait to be done.

use std::collections::HashSet;

use super::super::catalog::ColumnInfo;
use super::super::keys::column;
use super::super::roleless::has_word_of;
use super::super::schema::Schema;
use super::super::statements::{forms, render, task_names};
use super::SqliteSurvey;
use crate::zombie::Id;

impl Schema {
    /// The columns of what one task alone can hold at a time: slots, workspaces.
    pub(super) fn exclusive(&self) -> HashSet<String> {
        let columns = self.exclusive_columns();
        columns.map(|column| column.name.clone()).collect()
    }

    fn exclusive_columns(&self) -> impl Iterator<Item = &ColumnInfo> {
        let held = self.tasks.clear.iter();
        held.filter(|column| has_word_of(&column.name, &self.hints.exclusive))
    }
}

impl SqliteSurvey<'_> {
    /// Hands over each task that waits, with each column in which it holds something. Where a condition tells what runs,
    /// nothing tells who waits from who is done, and what the latter still name is history.
    pub(super) fn see_idle_holders(&self, visit: &mut dyn FnMut(Id, &str, Id)) -> rusqlite::Result<()> {
        let tasks = &self.schema.tasks;
        let exclusive: Vec<_> = self.schema.exclusive_columns().collect();
        let (Some(status), false) = (tasks.status(), exclusive.is_empty()) else {
            return Ok(());
        };
        let columns: Vec<_> = exclusive.iter().map(|info| column("t", info)).collect();
        let holds = columns
            .iter()
            .map(|column| format!("trim(coalesce({column}, '')) NOT IN ('', '0')"));
        let words: Vec<_> = tasks.open.all().flat_map(|word| forms(status, word)).collect();
        let mut names = task_names(tasks);
        names.extend([
            ("columns", columns.join(", ")),
            ("holds", holds.collect::<Vec<_>>().join(" OR ")),
            (
                "is_open",
                format!("{} IN ({})", column("t", status), words.join(", ")),
            ),
        ]);
        let sql = render(include_str!("../sql/idle_holders.sql"), &names);
        let mut idle = self.conn.prepare(&sql)?;
        let mut rows = idle.query([])?;
        while let Some(row) = rows.next()? {
            for (place, column) in (1..).zip(&exclusive) {
                let value = Id::from(row.get_ref(place)?);
                if !value.is_none() {
                    visit(self.facts().task_id(row.get_ref(0)?), &column.name, value);
                }
            }
        }
        Ok(())
    }
}
