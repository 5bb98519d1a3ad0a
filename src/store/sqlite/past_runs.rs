//! How long runs were silent, as far as the rows of a queue show it.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};

use super::catalog::{ColumnInfo, TableInfo};
use super::facts::Facts;
use super::keys::{column, is_id, key};
use super::labels::LabelReader;
use super::layout::{ID, STATUS, list};
use super::load::Loader;
use super::past_rows::order_of_keys;
use super::row::{is_blank, is_word, value, values};
use super::schema::{Runs, Schema};
use super::spellings::spellings;
use super::statements::{is_at_work, names, render};
use super::store::{Opened, begin_to_read, data_version};
use crate::options::SweepOptions;
use crate::store::error::StoreError;
use crate::store::past_runs::{EndedRun, PastRuns};
use crate::zombie::{Id, Labels, Notes, Run, RunState, Signs, Suspect, Timestamp};

/// A look at runs, ended and at work, in one read transaction.
pub(crate) struct SqlitePastRuns<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    loader: Loader<'c>,
    /// The labels of tasks by their ids as they were asked for.
    known: HashMap<Id, Labels>,
    _read: Transaction<'c>,
}

impl<'c> SqlitePastRuns<'c> {
    pub(crate) fn begin(
        conn: &'c Connection,
        opened: &'c Opened,
        opts: &SweepOptions,
    ) -> Result<Self, StoreError> {
        let read = begin_to_read(conn)?;
        Ok(Self {
            conn,
            schema: &opened.schema,
            loader: opened.loader(conn, opts)?.with_the_living().with_labels(),
            known: HashMap::new(),
            _read: read,
        })
    }
}

fn looking() -> impl FnOnce(rusqlite::Error) -> StoreError {
    StoreError::sqlite("look at past runs")
}

impl PastRuns for SqlitePastRuns<'_> {
    fn ended(&mut self, most: usize, visit: &mut dyn FnMut(EndedRun)) -> Result<(), StoreError> {
        let seen = match &self.schema.runs {
            Some(runs) => self.see_runs(runs, most, visit),
            None => self.see_tasks(most, visit),
        };
        seen.map_err(looking())
    }

    fn at_work(&mut self, visit: &mut dyn FnMut(Suspect) -> ControlFlow<()>) -> Result<(), StoreError> {
        let mut notes = Notes::default();
        let version = data_version(self.conn).map_err(looking())?;
        let begun = self.loader.begin(version, Duration::ZERO, &mut notes);
        begun.map_err(looking())?;
        self.loader.scan(None, &mut notes, visit).map_err(looking())?;
        Ok(())
    }

    fn labels(&mut self, task: &Id) -> Result<Labels, StoreError> {
        if let Some(known) = self.known.get(task) {
            return Ok(known.clone());
        }
        let labels = self.labels_of(task).map_err(looking())?;
        self.known.insert(task.clone(), labels.clone());
        Ok(labels)
    }
}

impl SqlitePastRuns<'_> {
    fn facts(&self) -> &Facts<'_> {
        &self.loader.facts
    }

    fn see_runs(&self, runs: &Runs, most: usize, visit: &mut dyn FnMut(EndedRun)) -> rusqlite::Result<()> {
        let mut labels = LabelReader::new(self.conn, self.schema);
        let facts = self.facts();
        let mut names = names(self.schema);
        let in_project = match self.loader.in_project {
            "" => String::new(),
            condition => format!("WHERE {condition}"),
        };
        let times = runs.ended.iter().chain(&runs.started);
        names.extend([
            ("columns", list(&facts.runs.places)),
            ("task_beats", is_any_there(&self.schema.tasks.heartbeat)),
            ("labels", labels.list()),
            ("in_project", in_project),
            ("newest_first", newest_first(self.conn, "r", &runs.table, times)?),
            ("most", most.to_string()),
        ]);
        let sql = render(include_str!("sql/past_runs.sql"), &names);
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let count = facts.runs.places.len();
        while let Some(row) = rows.next()? {
            let columns = values(row, 0, count)?;
            let RunState::Finished(word) = facts.state(&columns) else {
                continue;
            };
            if *word == *runs.abandoned {
                continue;
            }
            // What is odd about runs that are over is nobody's concern.
            let run = facts.run(&columns, &mut Notes::default()).run;
            let Some(end) = end(&run.ended, facts.calendar.now()) else {
                continue;
            };
            let task_beats = matches!(row.get_ref(count)?, ValueRef::Integer(yes) if yes != 0);
            visit(EndedRun {
                labels: labels.read(row)?.clone(),
                began: run.start().newest.map(|start| start.at),
                last: last_of(&run, task_beats || self.names_a_worker(&columns)),
                end,
                id: run.id,
            });
        }
        Ok(())
    }

    /// Whether a run names a worker, and workers beat in rows of their own.
    fn names_a_worker(&self, run: &[ValueRef<'_>]) -> bool {
        let place = self.facts().runs.worker.clone().next();
        let workers = self.schema.workers.as_ref();
        let beat = workers.is_some_and(|workers| !workers.heartbeat.is_empty());
        beat && place.is_some_and(|place| !is_blank(value(run, place)))
    }

    fn see_tasks(&self, most: usize, visit: &mut dyn FnMut(EndedRun)) -> rusqlite::Result<()> {
        let mut labels = LabelReader::new(self.conn, self.schema);
        let (facts, tasks) = (self.facts(), &self.schema.tasks);
        let mut names = names(self.schema);
        let conditions = [
            self.loader.in_project,
            tasks.condition.as_deref().unwrap_or_default(),
        ];
        let conditions = conditions.iter().filter(|sql| !sql.is_empty());
        let conditions: Vec<_> = conditions.map(|sql| format!("AND {sql}")).collect();
        let times = tasks.ended.iter().chain(&tasks.started);
        names.extend([
            ("columns", list(&facts.tasks.places)),
            ("at_work", is_at_work(tasks)),
            ("labels", labels.list()),
            ("in_project", conditions.join(" ")),
            ("newest_first", newest_first(self.conn, "t", &tasks.table, times)?),
            ("most", most.to_string()),
        ]);
        let sql = render(include_str!("sql/past_tasks.sql"), &names);
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let columns = values(row, 0, facts.tasks.places.len())?;
            let status = value(&columns, STATUS);
            let mut done = tasks.completed.iter().chain(&tasks.failed);
            // Where no word says it, only its end does.
            if tasks.status().is_some() && !done.any(|word| is_word(status, word)) {
                continue;
            }
            let task = facts.task(&columns, &mut Notes::default());
            let Some(end) = end(&task.ended, facts.calendar.now()) else {
                continue;
            };
            let began = task.started.newest.map(|start| start.at);
            let last = if tasks.heartbeat.is_empty() && self.schema.workers.is_none() {
                began
            } else {
                task.heartbeat.newest.map(|beat| beat.at)
            };
            visit(EndedRun {
                id: facts.task_id(value(&columns, ID)),
                labels: labels.read(row)?.clone(),
                began,
                last: last.filter(|_| task.heartbeat.unreadable.is_none()),
                end,
            });
        }
        Ok(())
    }

    fn labels_of(&self, task: &Id) -> rusqlite::Result<Labels> {
        let mut labels = LabelReader::new(self.conn, self.schema);
        let tasks = &self.schema.tasks;
        let ids = spellings(&task.to_string(), tasks.id.parts.len());
        if ids.is_empty() {
            return Ok(Labels::default());
        }
        let is_named: Vec<_> = (1..=ids.len()).map(|place| is_id(&tasks.id, place)).collect();
        let mut names = names(self.schema);
        names.extend([("labels", labels.list()), ("is_named", is_named.join(" OR "))]);
        let sql = render(include_str!("sql/labels_of_task.sql"), &names);
        let mut statement = self.conn.prepare(&sql)?;
        let read = |row: &Row<'_>| labels.read(row).cloned();
        let found = statement.query_row(rusqlite::params_from_iter(&ids), read);
        Ok(found.optional()?.unwrap_or_default())
    }
}

/// The last sign of life that the row of a run shows. A start is the last only where nobody beats for the run elsewhere:
/// neither on its task's row nor as a worker.
fn last_of(run: &Run, others_beat: bool) -> Option<Timestamp> {
    let sign = if run.heartbeat.is_none() {
        run.start().newest.filter(|_| !others_beat)
    } else {
        run.heartbeat
            .newest
            .filter(|_| run.heartbeat.unreadable.is_none())
    };
    sign.map(|sign| sign.at)
}

/// When something ended, where that can be read and is over.
fn end(ended: &Signs, now: Timestamp) -> Option<Timestamp> {
    let end = ended.newest.filter(|_| ended.unreadable.is_none())?;
    (end.at <= now).then_some(end.at)
}

/// Whether one of these columns of a task has a value, as SQL.
fn is_any_there(columns: &[ColumnInfo]) -> String {
    let there: Vec<_> = columns
        .iter()
        .map(|info| format!("coalesce({}, '') <> ''", column("t", info)))
        .collect();
    if there.is_empty() {
        "FALSE".to_owned()
    } else {
        format!("({})", there.join(" OR "))
    }
}

/// Those made last come first: by keys that were handed out, else by a time that an index leads to, else by the key. Nothing
/// is sorted for it.
fn newest_first<'t>(
    conn: &Connection,
    alias: &str,
    table: &TableInfo,
    times: impl Iterator<Item = &'t ColumnInfo>,
) -> rusqlite::Result<String> {
    if let Some(key) = order_of_keys(alias, table) {
        return Ok(format!("ORDER BY {key} DESC"));
    }
    for time in times {
        if table.leads(conn, time)? {
            return Ok(format!("ORDER BY {} DESC", column(alias, time)));
        }
    }
    let by_key = || {
        table
            .key_columns()
            .into_iter()
            .map(|info| column(alias, info))
            .collect()
    };
    let order: Vec<String> = table.rowid().map_or_else(by_key, |_| vec![key(alias, table)]);
    let order: Vec<_> = order.into_iter().map(|place| format!("{place} DESC")).collect();
    if order.is_empty() {
        return Ok(String::new());
    }
    Ok(format!("ORDER BY {}", order.join(", ")))
}
