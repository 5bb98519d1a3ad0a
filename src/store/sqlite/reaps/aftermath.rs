//! How tasks stand some time after they were reaped.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::store::sqlite::facts::Facts;
use crate::store::sqlite::labels::LabelReader;
use crate::store::sqlite::layout::{ID, STATUS, TASK};
use crate::store::sqlite::meeting::is_led;
use crate::store::sqlite::query_plan::note_missing_index;
use crate::store::sqlite::row::{is_word, values};
use crate::store::sqlite::schema::{Runs, Schema, Tasks};
use crate::store::sqlite::spellings::spellings;
use crate::store::sqlite::store::Opened;
use crate::store::sqlite::{questions, statements};
use crate::zombie::{Aftermath, Id, Labels, NextRuns, Notes, Policy, Run, Task, TaskNow, Timestamp};

/// How many tasks are looked for in one look.
const AT_ONCE: usize = 50;

/// How each of these tasks stands, by its id as it is shown; and of its runs those that are asked for.
pub(super) fn aftermaths(
    conn: &Connection,
    opened: &Opened,
    ids: &[String],
    next: &mut NextRuns,
    now: Timestamp,
    notes: &mut Notes,
) -> rusqlite::Result<HashMap<String, Aftermath>> {
    let schema = &opened.schema;
    let facts = Facts::new(schema, now, Policy::default().stale_after, opened.stopwatch);
    let mut look = Look {
        conn,
        schema,
        facts,
        words: Words::of(schema),
        labels: LabelReader::new(conn, schema),
    };
    let mut found: HashMap<_, _> = ids.iter().map(|id| (id.clone(), look.words.gone())).collect();
    let mut tasks = HashMap::new();
    let in_project = opened.scope.condition.as_str();
    for ids in ids.chunks(AT_ONCE) {
        look.add_tasks(ids, in_project, &mut found, &mut tasks, notes)?;
    }
    tasks.retain(|_, shown| next.ask_for(shown));
    look.see_runs(&tasks, next, notes)?;
    Ok(found)
}

struct Look<'l> {
    conn: &'l Connection,
    schema: &'l Schema,
    facts: Facts<'l>,
    words: Words,
    labels: LabelReader<'l>,
}

/// What every aftermath of a queue goes by.
struct Words {
    completed: Arc<[Arc<str>]>,
    abandoned: Arc<str>,
    runs_have_status: bool,
}

impl Words {
    fn of(schema: &Schema) -> Self {
        let runs = schema.runs.as_ref();
        Self {
            completed: runs.map_or_else(Arc::default, |runs| runs.completed.as_slice().into()),
            abandoned: runs.map_or_else(|| "".into(), |runs| runs.abandoned.as_str().into()),
            runs_have_status: runs.is_some_and(|runs| runs.status.is_some()),
        }
    }

    fn gone(&self) -> Aftermath {
        Aftermath {
            task: TaskNow::Gone,
            status: None,
            completed: Arc::clone(&self.completed),
            abandoned: Arc::clone(&self.abandoned),
            runs_have_status: self.runs_have_status,
            written: None,
            labels: Labels::default(),
            is_in_project: false,
        }
    }
}

impl Look<'_> {
    fn add_tasks(
        &mut self,
        ids: &[String],
        in_project: &str,
        found: &mut HashMap<String, Aftermath>,
        tasks: &mut HashMap<Id, String>,
        notes: &mut Notes,
    ) -> rusqlite::Result<()> {
        let of_tasks = &self.schema.tasks;
        let parts = of_tasks.id.parts.len();
        let sought: Vec<_> = ids.iter().flat_map(|id| spellings(id, parts)).collect();
        if sought.is_empty() {
            return Ok(());
        }
        let most = sought.len().saturating_mul(2);
        let layout = &self.facts.tasks;
        let labels = self.labels.list();
        let sql = questions::tasks_named(self.schema, layout, &labels, in_project, sought.len(), most);
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(&sought))?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            let id = self.facts.task_id(row.get_ref(ID)?);
            let Some(aftermath) = found.get_mut(&id.to_string()) else {
                continue;
            };
            self.see_task(row, aftermath)?;
            tasks.insert(id.clone(), id.to_string());
        }
        drop(rows);
        let missing = (&of_tasks.table, &of_tasks.id);
        note_missing_index(self.conn, &statement, count, missing, notes);
        Ok(())
    }

    fn see_task(&mut self, row: &Row<'_>, aftermath: &mut Aftermath) -> rusqlite::Result<()> {
        let count = self.facts.tasks.places.len();
        let is = |place: usize| -> rusqlite::Result<bool> {
            Ok(matches!(row.get_ref(count + place)?, ValueRef::Integer(yes) if yes != 0))
        };
        let status = row.get_ref(STATUS)?;
        let columns = values(row, 0, count)?;
        let task = self.facts.task(&columns, &mut Notes::default());
        aftermath.task = task_now(&self.schema.tasks, status, is(0)?, !task.ended.is_none());
        aftermath.written = written(&task);
        aftermath.status = self.schema.tasks.status().map(|_| status.into());
        aftermath.is_in_project = is(2)?;
        aftermath.labels = self.labels.read(row)?.clone();
        Ok(())
    }

    fn see_runs(
        &self,
        tasks: &HashMap<Id, String>,
        next: &mut NextRuns,
        notes: &mut Notes,
    ) -> rusqlite::Result<()> {
        let Some(runs) = self.schema.runs.as_ref().filter(|_| !tasks.is_empty()) else {
            return Ok(());
        };
        if is_led(self.conn, &runs.table, &runs.task, &self.schema.tasks.id)? {
            let history = statements::history_of_task(self.schema, &self.facts.runs);
            let mut history = self.conn.prepare(&history)?;
            for (id, shown) in tasks {
                let mut rows = history.query([id])?;
                while let Some(row) = rows.next()? {
                    next.see(shown, &self.run(row)?);
                }
            }
            return Ok(());
        }
        self.see_runs_in_one_look(runs, tasks, next, notes)
    }

    fn see_runs_in_one_look(
        &self,
        runs: &Runs,
        tasks: &HashMap<Id, String>,
        next: &mut NextRuns,
        notes: &mut Notes,
    ) -> rusqlite::Result<()> {
        let by_value: HashMap<_, _> = tasks
            .iter()
            .map(|(id, shown)| (self.facts.task_value(id), shown))
            .collect();
        let mut all = self
            .conn
            .prepare(&statements::all_runs(self.schema, &self.facts.runs))?;
        let mut rows = all.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let task = self.facts.task_value(&row.get_ref(TASK)?.into());
            if let Some(shown) = by_value.get(&task) {
                count += 1;
                next.see(shown, &self.run(row)?);
            }
        }
        drop(rows);
        note_missing_index(self.conn, &all, count, (&runs.table, &runs.task), notes);
        Ok(())
    }

    fn run(&self, row: &Row<'_>) -> rusqlite::Result<Run> {
        let columns = values(row, 0, self.facts.runs.places.len())?;
        Ok(self.facts.run(&columns, &mut Notes::default()).run)
    }
}

/// When the task was written last, where it says so: whoever changes its status may leave everything else but `updated`.
fn written(task: &Task) -> Option<Timestamp> {
    let updated = task.updated.newest?;
    let others = [&task.started, &task.ended];
    let others = others.into_iter().filter_map(|signs| signs.newest);
    std::iter::once(updated).chain(others).map(|sign| sign.at).max()
}

/// How a task with this status stands.
fn task_now(tasks: &Tasks, status: ValueRef<'_>, is_at_work: bool, has_ended: bool) -> TaskNow {
    let is_one_of = |words: &[String]| words.iter().any(|word| is_word(status, word));
    if is_at_work {
        TaskNow::AtWork
    } else if tasks.status().is_none() {
        // No word says it: it has ended, or is open.
        if has_ended {
            TaskNow::Unknown
        } else {
            TaskNow::Waiting
        }
    } else if is_one_of(&tasks.completed) {
        TaskNow::Completed
    } else if is_one_of(&tasks.failed) {
        TaskNow::Failed
    } else if tasks.parked.as_ref().is_some_and(|word| is_word(status, word)) {
        TaskNow::Parked
    } else if tasks.open.all().into_iter().any(|word| is_word(status, word)) {
        TaskNow::Waiting
    } else {
        TaskNow::Unknown
    }
}
