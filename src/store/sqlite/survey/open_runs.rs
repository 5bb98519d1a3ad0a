//! Runs that are said to be at work, while no task at work names them.

use rusqlite::Row;

use super::super::keys::column;
use super::super::layout::{ID, TASK, list};
use super::super::row::values;
use super::super::schema::Runs;
use super::super::statements::{forms, render, run_names};
use super::SqliteSurvey;
use crate::store::survey::OpenRun;
use crate::zombie::{Id, Notes};

impl SqliteSurvey<'_> {
    /// Hands over the open runs that nobody points to.
    pub(super) fn see_open_runs(&self, visit: &mut dyn FnMut(OpenRun)) -> rusqlite::Result<()> {
        let names_runs = self.schema.tasks.active_run.is_some();
        self.each_open_run(|row| {
            let task = Id::from(row.get_ref(TASK)?);
            let pointers = self.at_work.get(&self.facts().task_value(&task));
            let id = self.facts().run_value(&row.get_ref(ID)?.into());
            if pointers.is_some_and(|pointers| !names_runs || pointers.contains(&id)) {
                return Ok(());
            }
            let columns = values(row, 0, self.facts().runs.places.len())?;
            visit(OpenRun {
                has_task_at_work: pointers.is_some(),
                row: self.facts().run(&columns, &mut Notes::default()),
                task,
            });
            Ok(())
        })
    }

    /// Each run that is said to be at work.
    pub(super) fn each_open_run(
        &self,
        mut visit: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let Some(runs) = &self.schema.runs else {
            return Ok(());
        };
        let mut names = run_names(runs);
        names.extend([
            ("columns", list(&self.facts().runs.places)),
            ("is_open", is_open(runs)),
        ]);
        let sql = render(include_str!("../sql/open_runs.sql"), &names);
        let mut open = self.conn.prepare(&sql)?;
        let mut rows = open.query([])?;
        while let Some(row) = rows.next()? {
            visit(row)?;
        }
        Ok(())
    }
}

/// Whether a run is said to be at work, as SQL on `r`. Words are compared byte by byte.
fn is_open(runs: &Runs) -> String {
    if let Some(condition) = &runs.running_where {
        return condition.clone();
    }
    let Some(info) = &runs.status else {
        return "FALSE".to_owned();
    };
    let status = column("r", info);
    let words = runs.running.iter().flat_map(|word| forms(info, word));
    let is_one: Vec<_> = words
        .map(|word| format!("{status} COLLATE BINARY = {word}"))
        .collect();
    is_one.join(" OR ")
}
