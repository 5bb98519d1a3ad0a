//! The reaps that the queue's own events have on record.

use std::collections::HashMap;

use super::super::facts::values;
use super::super::keys::column;
use super::super::runs::is_led;
use super::super::schema::{Events, Runs};
use super::super::statements::{self, forms, render};
use super::super::value::reading;
use super::Survey;
use crate::zombie::{Id, Notes, Reading, RunState, Timestamp};

/// The reaps on record.
#[derive(Default)]
pub(crate) struct PastReaps {
    /// When the last of all was.
    pub(crate) last: Option<Timestamp>,
    /// Those of each task since a moment, without those that a completed run followed.
    pub(crate) of_tasks: Vec<ReapsOfTask>,
}

/// The reaps of one task.
pub(crate) struct ReapsOfTask {
    pub(crate) task: Id,
    pub(crate) at: Vec<Timestamp>,
}

impl Survey<'_> {
    /// The reaps since a moment of the tasks that were reaped more than once.
    pub(crate) fn past_reaps(&self, since: Timestamp) -> rusqlite::Result<PastReaps> {
        let mut past = PastReaps::default();
        let Some(events) = &self.schema.events else {
            return Ok(past);
        };
        let Some(sql) = past_reaps(events) else {
            return Ok(past);
        };
        let mut of_tasks: HashMap<Id, ReapsOfTask> = HashMap::new();
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Reading::At(moment) = reading(row.get_ref(1)?, &self.facts.calendar) else {
                continue;
            };
            past.last = past.last.max(Some(moment.at));
            if moment.at < since {
                continue;
            }
            let task = Id::from(row.get_ref(0)?);
            let value = events
                .task
                .affinity()
                .compared(self.schema.tasks.id.affinity(), &task);
            let reaps = of_tasks
                .entry(value)
                .or_insert_with(|| ReapsOfTask { task, at: Vec::new() });
            reaps.at.push(moment.at);
        }
        past.of_tasks = of_tasks
            .into_values()
            .filter(|reaps| reaps.at.len() > 1)
            .collect();
        self.leave_out_completed(&mut past.of_tasks)?;
        past.of_tasks.retain(|reaps| reaps.at.len() > 1);
        Ok(past)
    }

    /// Takes out the reaps that a completed run of the task followed.
    fn leave_out_completed(&self, of_tasks: &mut [ReapsOfTask]) -> rusqlite::Result<()> {
        let Some(runs) = self.schema.runs.as_ref().filter(|_| !of_tasks.is_empty()) else {
            return Ok(());
        };
        let mut completed: HashMap<Id, Timestamp> = HashMap::new();
        let mut see = |row: &rusqlite::Row<'_>| -> rusqlite::Result<()> {
            let columns = values(row, 0, self.facts.runs.places.len())?;
            let run = self.facts.run(&columns, &mut Notes::default()).run;
            if let (RunState::Finished(word), Some(end)) = (&run.state, run.ended.newest)
                && is_completed(runs, word)
            {
                let task = self
                    .facts
                    .task_value(&row.get_ref(super::super::layout::TASK)?.into());
                let last = completed.entry(task).or_insert(end.at);
                *last = end.at.max(*last);
            }
            Ok(())
        };
        let is_led = is_led(self.conn, &runs.table, &runs.task, &self.schema.tasks.id)?;
        let sql = if is_led {
            statements::history_of_task(self.schema, self.facts)
        } else {
            statements::all_runs(self.schema, self.facts)
        };
        let mut history = self.conn.prepare(&sql)?;
        let tasks = of_tasks.iter().map(|reaps| Some(&reaps.task));
        let parameters: Vec<_> = if is_led { tasks.collect() } else { vec![None] };
        for task in parameters {
            let mut rows = history.query(rusqlite::params_from_iter(task))?;
            while let Some(row) = rows.next()? {
                see(row)?;
            }
        }
        for reaps in of_tasks {
            if let Some(end) = completed.get(&self.facts.task_value(&reaps.task)) {
                reaps.at.retain(|at| at > end);
            }
        }
        Ok(())
    }
}

/// Whether a run that has this finished word did what it was to do: the first of them is that of success. Where a condition
/// tells what is finished, every run that is did it.
fn is_completed(runs: &Runs, word: &str) -> bool {
    runs.running_where.is_some() || runs.finished.first().is_some_and(|first| **first == *word)
}

fn past_reaps(events: &Events) -> Option<String> {
    let time = events.time.as_ref()?;
    let kind = column("e", &events.kind);
    let words: Vec<_> = forms(&events.kind, &events.reaped).collect();
    let names = [
        ("events", events.table.qualified_name()),
        ("e.task", column("e", &events.task)),
        ("e.time", column("e", time)),
        ("is_reap", format!("{kind} IN ({})", words.join(", "))),
    ];
    Some(render(include_str!("../sql/past_reaps.sql"), &names))
}
