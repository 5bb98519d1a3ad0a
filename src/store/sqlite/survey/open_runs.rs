//! Runs that are said to be at work, while no task at work names them.

use rusqlite::{Row, Statement};

use super::super::catalog::ColumnInfo;
use super::super::keys::{column, is_id};
use super::super::layout::{ID, TASK, list};
use super::super::meeting::is_led;
use super::super::row::values;
use super::super::schema::Runs;
use super::super::statements::{forms, render, run_names};
use super::super::value::reading;
use super::SqliteSurvey;
use crate::store::survey::OpenRun;
use crate::zombie::{Id, Notes, Reading, Timestamp};

impl SqliteSurvey<'_> {
    /// Hands over the open runs that nobody points to.
    pub(super) fn see_open_runs(&self, visit: &mut dyn FnMut(OpenRun)) -> rusqlite::Result<()> {
        let names_runs = self.schema.tasks.active_run.is_some();
        let mut changed = Changed::prepare(self)?;
        self.each_open_run(|row| {
            let task = Id::from(row.get_ref(TASK)?);
            let pointers = self.at_work.get(&self.facts().task_value(&task));
            let id = self.facts().run_value(&row.get_ref(ID)?.into());
            if pointers.is_some_and(|pointers| !names_runs || pointers.contains(&id)) {
                return Ok(());
            }
            let columns = values(row, 0, self.facts().runs.places.len())?;
            let has_task_at_work = pointers.is_some();
            visit(OpenRun {
                has_task_at_work,
                task_changed: changed.of(&task, has_task_at_work)?,
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

/// When tasks came to be what they are.
struct Changed<'s> {
    survey: &'s SqliteSurvey<'s>,
    /// Of one that waits or is done: all its times. `None` where no index leads to a task.
    at_rest: Option<Statement<'s>>,
    /// Of one at work, whose heartbeats may show as updates: its start, where starts are kept.
    at_work: Option<Statement<'s>>,
}

impl<'s> Changed<'s> {
    fn prepare(survey: &'s SqliteSurvey<'_>) -> rusqlite::Result<Self> {
        let (conn, tasks) = (survey.conn, &survey.schema.tasks);
        let is_led = match &survey.schema.runs {
            Some(runs) => is_led(conn, &tasks.table, &tasks.id, &runs.task)?,
            None => false,
        };
        let times = |columns: &[&Vec<ColumnInfo>]| {
            let columns: Vec<_> = columns
                .iter()
                .copied()
                .flatten()
                .map(|info| column("t", info))
                .collect();
            if !is_led || columns.is_empty() {
                return Ok(None);
            }
            let names = [
                ("times", columns.join(", ")),
                ("tasks", tasks.table.qualified_name()),
                ("is_id", is_id(&tasks.id, 1)),
            ];
            conn.prepare(&render(include_str!("../sql/times_of_task.sql"), &names))
                .map(Some)
        };
        let begun = if tasks.started.is_empty() {
            &tasks.updated
        } else {
            &tasks.started
        };
        Ok(Self {
            survey,
            at_rest: times(&[&tasks.heartbeat, &tasks.started, &tasks.updated])?,
            at_work: times(&[begun])?,
        })
    }

    /// The newest of them that can be read.
    fn of(&mut self, task: &Id, is_at_work: bool) -> rusqlite::Result<Option<Timestamp>> {
        let times = if is_at_work {
            &mut self.at_work
        } else {
            &mut self.at_rest
        };
        let Some(times) = times else { return Ok(None) };
        let (columns, mut newest) = (times.column_count(), None);
        let mut rows = times.query([task])?;
        while let Some(row) = rows.next()? {
            for place in 0..columns {
                if let Reading::At(moment) = reading(row.get_ref(place)?, &self.survey.facts().calendar) {
                    newest = newest.max(Some(moment.at));
                }
            }
        }
        Ok(newest)
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
