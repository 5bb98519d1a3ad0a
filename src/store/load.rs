use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::other_runs::OtherRuns;
use super::query_plan::{QueryPlan, create_index, rows_in_vain};
use super::schema::{Runs, Schema};
use super::statements::{self, Which};
use super::value::reading;
use crate::zombie::{
    ActiveRun, Held, Id, Notes, Policy, Reading, Run, RunRow, RunState, Suspect, Task, Timestamp, is_live,
};

/// Where the columns of a run stand behind those of a task.
const RUN: usize = 6;
/// Where the held columns stand.
const HELD: usize = 12;

/// How far one look at the running tasks went.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Running tasks looked at.
    pub(crate) scanned: usize,
    /// Those whose active run proved them live.
    pub(crate) live: usize,
    /// The key of the last task looked at, where more may stand behind it.
    pub(crate) rest: Option<Id>,
}

/// Reads the running tasks and hands over those whose active run is not plainly live.
pub(super) struct Loader<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    in_project: &'c str,
    columns: Columns,
    policy: Policy,
    now: Timestamp,
}

/// The timestamp columns by the names an operator knows them by.
struct Columns {
    task: [String; 3],
    run: [String; 3],
    held: Vec<Arc<str>>,
}

impl<'c> Loader<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &'c Schema,
        in_project: &'c str,
        policy: Policy,
        now: Timestamp,
    ) -> Self {
        let (tasks, runs) = (&schema.tasks, &schema.runs);
        let name = |table: &str, column: &Option<super::catalog::ColumnInfo>| {
            column
                .as_ref()
                .map_or_else(String::new, |column| format!("{table}.{}", column.name))
        };
        let columns = Columns {
            task: [&tasks.heartbeat, &tasks.started, &tasks.updated].map(|c| name(&tasks.table.name, c)),
            run: [&runs.heartbeat, &runs.started, &runs.ended].map(|c| name(&runs.table.name, c)),
            held: statements::held_columns(tasks)
                .map(|column| column.name.as_str().into())
                .collect(),
        };
        Self {
            conn,
            schema,
            in_project,
            columns,
            policy,
            now,
        }
    }

    /// Looks at every running task behind `after` until `visit` has had enough.
    pub(super) fn scan(
        &self,
        after: Option<&Id>,
        notes: &mut Notes,
        visit: impl FnMut(Suspect) -> ControlFlow<()>,
    ) -> rusqlite::Result<Scan> {
        match after {
            Some(key) => self.read(Which::BehindKey, [Some(key)], notes, visit),
            None => self.read(Which::All, [None], notes, visit),
        }
    }

    /// Looks again at these tasks, as they are now; at each once, where several have the same id.
    pub(super) fn look_again<'i>(
        &self,
        ids: impl Iterator<Item = &'i Id>,
        visit: impl FnMut(Suspect) -> ControlFlow<()>,
    ) -> rusqlite::Result<Scan> {
        let ids: BTreeSet<_> = ids.collect();
        let ids = ids.into_iter().map(Some);
        self.read(Which::WithId, ids, &mut Notes::default(), visit)
    }

    /// Runs the query once for each parameter.
    fn read<'i>(
        &self,
        which: Which,
        parameters: impl IntoIterator<Item = Option<&'i Id>>,
        notes: &mut Notes,
        mut visit: impl FnMut(Suspect) -> ControlFlow<()>,
    ) -> rusqlite::Result<Scan> {
        let sql = statements::running_tasks(self.schema, self.in_project, which);
        let mut tasks = self.conn.prepare(&sql)?;
        let mut other_runs = None;
        let mut scan = Scan::default();
        let mut last = None;
        for parameter in parameters {
            let mut rows = tasks.query(rusqlite::params_from_iter(parameter))?;
            while let Some(row) = rows.next()? {
                scan.scanned += 1;
                let task = self.task(row, notes)?;
                let active = self.active_run(row, notes)?;
                if is_live(&task, &active.as_ref(), &self.policy, self.now) {
                    scan.live += 1;
                    continue;
                }
                let key = Id::from(row.get_ref(0)?);
                if last.as_ref() == Some(&key) {
                    // Its active run's id is that of several of its runs: once is enough.
                    scan.scanned -= 1;
                    continue;
                }
                let suspect = self.suspect(row, key.clone(), task, active, &mut other_runs, notes)?;
                if visit(suspect).is_break() {
                    scan.rest = Some(key);
                    break;
                }
                last = Some(key);
            }
        }
        if let Some(count) = rows_in_vain(&tasks, scan.scanned) {
            self.look_for_indexes(&sql, count, notes)?;
        }
        Ok(scan)
    }

    /// Asks SQLite, of a query that has read so many rows in vain, where an index would have led it.
    fn look_for_indexes(&self, sql: &str, count: usize, notes: &mut Notes) -> rusqlite::Result<()> {
        let plan = QueryPlan::of(self.conn, sql)?;
        let (tasks, runs) = (&self.schema.tasks, &self.schema.runs);
        for (alias, table, column) in [("t", &tasks.table, &tasks.status), ("r", &runs.table, &runs.id)] {
            if plan.reads_all(alias) {
                notes.see_missing_index(&table.name, count, create_index(table, column));
            }
        }
        Ok(())
    }

    fn task(&self, row: &Row<'_>, notes: &mut Notes) -> rusqlite::Result<Task> {
        let [heartbeat, started, updated] = &self.columns.task;
        Ok(Task {
            heartbeat: self.timestamp(row, 3, heartbeat, notes)?,
            started: self.timestamp(row, 4, started, notes)?,
            updated: self.timestamp(row, 5, updated, notes)?,
        })
    }

    /// The active run, without what only a suspect's is asked for.
    fn active_run(&self, row: &Row<'_>, notes: &mut Notes) -> rusqlite::Result<ActiveRun<Run>> {
        if is_blank(row.get_ref(2)?) {
            return Ok(ActiveRun::None);
        }
        if row.get_ref(RUN)? == ValueRef::Null {
            return Ok(ActiveRun::Missing);
        }
        self.run(row, RUN, notes).map(ActiveRun::Own)
    }

    fn suspect(
        &self,
        row: &Row<'_>,
        key: Id,
        task: Task,
        active: ActiveRun<Run>,
        other_runs: &mut Option<OtherRuns<'c>>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Suspect> {
        let active = match active {
            ActiveRun::None => ActiveRun::None,
            ActiveRun::Missing => ActiveRun::Missing,
            ActiveRun::Own(run) => ActiveRun::Own(run_row(row, RUN, run)?),
        };
        let other_runs = match other_runs {
            Some(other_runs) => other_runs,
            none => none.insert(OtherRuns::new(self.conn, self.schema, notes, |row| {
                // All runs, those of no suspect too: what is odd about them is none of our business.
                run_row(row, 0, self.run(row, 0, &mut Notes::default())?)
            })?),
        };
        let active_key = active.own().map(|row| &row.key);
        let read = |row: &Row<'_>| run_row(row, 0, self.run(row, 0, notes)?);
        let mut others = other_runs.of(&key, active_key, read)?;
        others.retain(|row| row.run.state == RunState::Unfinished);
        let mut held = Vec::new();
        for (place, column) in (HELD..).zip(&self.columns.held) {
            let value = Id::from(row.get_ref(place)?);
            if !value.is_blank() {
                held.push(Held {
                    column: Arc::clone(column),
                    value,
                });
            }
        }
        Ok(Suspect {
            key,
            id: row.get_ref(1)?.into(),
            active_run_id: row.get_ref(2)?.into(),
            task,
            active,
            others,
            held,
        })
    }

    /// The run whose columns start at `first`: key, id, status, heartbeat, start, end.
    fn run(&self, row: &Row<'_>, first: usize, notes: &mut Notes) -> rusqlite::Result<Run> {
        let status = row.get_ref(first + 2)?;
        let state = if is_word(status, &self.schema.runs.running) {
            RunState::Unfinished
        } else {
            let state = state(&self.schema.runs, status);
            if state == RunState::Unfinished {
                let id = row.get_ref(first + 1)?;
                notes.see_unknown_status(&Id::from(status).to_string(), || Id::from(id).to_string());
            }
            state
        };
        let [heartbeat, started, ended] = &self.columns.run;
        Ok(Run {
            state,
            heartbeat: self.timestamp(row, first + 3, heartbeat, notes)?,
            started: self.timestamp(row, first + 4, started, notes)?,
            ended: self.timestamp(row, first + 5, ended, notes)?,
        })
    }

    fn timestamp(
        &self,
        row: &Row<'_>,
        place: usize,
        column: &str,
        notes: &mut Notes,
    ) -> rusqlite::Result<Reading> {
        let value = row.get_ref(place)?;
        let reading = reading(value);
        notes.see_timestamp(reading, self.now, column, || Id::from(value).to_string());
        Ok(reading)
    }
}

fn run_row(row: &Row<'_>, first: usize, run: Run) -> rusqlite::Result<RunRow> {
    let [key, id, status] = [first, first + 1, first + 2].map(|place| row.get_ref(place).map(Id::from));
    Ok(RunRow {
        key: key?,
        id: id?,
        status: status?,
        run,
    })
}

fn is_blank(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => true,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.trim_ascii().is_empty(),
        ValueRef::Integer(_) | ValueRef::Real(_) => false,
    }
}

fn state(runs: &Runs, status: ValueRef<'_>) -> RunState {
    runs.finished
        .iter()
        .find(|word| is_word(status, word))
        .map_or(RunState::Unfinished, |word| RunState::Finished(Arc::clone(word)))
}

/// Compares byte by byte. A status kept as a number is the word of its digits.
fn is_word(status: ValueRef<'_>, word: &str) -> bool {
    match status {
        ValueRef::Text(bytes) => bytes == word.as_bytes(),
        ValueRef::Integer(number) => word.parse::<i64>() == Ok(number),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => false,
    }
}
