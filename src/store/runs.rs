//! Where the runs of a task come from: beside the task, by an index, or from one look at all of them. Never by a search
//! for each task through a table that no index leads into.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rusqlite::{Connection, Statement, StatementStatus};

use super::catalog::{Affinity, ColumnInfo, TableInfo};
use super::facts::{Facts, values};
use super::layout::{ID, KEY, STATUS, TASK};
use super::pace::Pace;
use super::query_plan::{create_index, rows_in_vain};
use super::repeated::prepare_aside;
use super::schema::Schema;
use super::statements;
use crate::zombie::{Id, Notes, RunRow, RunState};

/// Up to how many steps of SQLite the history of a task is short enough to be asked again under the lock: a millisecond.
const SHORT: i32 = 20_000;

/// And up to how long it may take: few steps read much where the rows are wide.
const QUICK: Duration = Duration::from_millis(5);

/// How tasks meet their active runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meeting {
    /// By the run's id, which is unique.
    ById,
    /// By the run's task, then its id, which may be a mere number of the attempt.
    ByTask,
    /// In the program: no index leads from one to the other, or the two columns hold ids of different types.
    Apart,
}

impl Meeting {
    pub(super) fn of(conn: &Connection, schema: &Schema) -> rusqlite::Result<Self> {
        let (tasks, runs) = (&schema.tasks, &schema.runs);
        let ids_compare = compare(&runs.id, &tasks.active_run);
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
        Affinity::Text => by.affinity() == Affinity::Text,
        Affinity::None => false,
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

/// The runs of the running tasks.
pub(super) enum Runs<'c> {
    /// An index leads from a task to its runs.
    Indexed {
        unfinished: Statement<'c>,
        latest: Statement<'c>,
    },
    /// Those of each running task, by the task's id, from one look at all.
    Read(HashMap<Id, OfTask>),
}

/// Runs of one task.
#[derive(Default)]
pub(super) struct OfTask {
    /// Those that its pointer may mean, and those that are not finished by their word.
    rows: Vec<RunRow>,
    latest: Option<i64>,
}

/// The unfinished runs of a task other than its active one.
#[derive(Default)]
pub(super) struct Others {
    pub(super) rows: Vec<RunRow>,
    /// Tells whether one of its other runs that are not finished by their word has changed, or one has come; `None` where
    /// its history is too long to be asked again under the lock.
    pub(super) print: Option<u64>,
}

impl<'c> Runs<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &Schema,
        facts: &Facts<'_>,
        meeting: Meeting,
        notes: &mut Notes,
    ) -> rusqlite::Result<Self> {
        let (tasks, runs) = (&schema.tasks, &schema.runs);
        if meeting != Meeting::Apart && is_led(conn, &runs.table, &runs.task, &tasks.id)? {
            return Ok(Self::Indexed {
                unfinished: prepare_aside(conn, &statements::runs_of_task(schema, facts))?,
                latest: prepare_aside(conn, &statements::latest_run(schema))?,
            });
        }
        Self::read(conn, schema, facts, meeting, notes).map(Self::Read)
    }

    /// One look at all runs.
    fn read(
        conn: &Connection,
        schema: &Schema,
        facts: &Facts<'_>,
        meeting: Meeting,
        notes: &mut Notes,
    ) -> rusqlite::Result<HashMap<Id, OfTask>> {
        let mut of_task: HashMap<Id, OfTask> = HashMap::new();
        let mut named = HashSet::new();
        // An active run that stands beside its task is noted there.
        let mut beside = Notes::default();
        let mut ids = conn.prepare(&statements::running_ids(schema))?;
        let mut rows = ids.query([])?;
        while let Some(row) = rows.next()? {
            of_task.insert(facts.task_value(&row.get_ref(0)?.into()), OfTask::default());
            named.insert(facts.run_value(&row.get_ref(1)?.into()));
        }
        drop(rows);
        let mut statement = conn.prepare(&statements::all_runs(schema, facts))?;
        let mut rows = statement.query([])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            let task = facts.task_value(&row.get_ref(TASK)?.into());
            let Some(of_task) = of_task.get_mut(&task) else {
                continue;
            };
            found += 1;
            if let Id::Integer(place) = Id::from(row.get_ref(KEY)?) {
                of_task.latest = of_task.latest.max(Some(place));
            }
            let is_finished = matches!(facts.state(row.get_ref(STATUS)?), RunState::Finished(_));
            let id = facts.run_value(&row.get_ref(ID)?.into());
            let is_named = named.contains(&id);
            if !is_finished || is_named {
                let is_beside = is_named && meeting != Meeting::Apart;
                let notes = if is_beside { &mut beside } else { &mut *notes };
                let columns = values(row, 0, facts.runs.places.len())?;
                of_task.rows.push(facts.run(&columns, notes));
            }
        }
        drop(rows);
        if let Some(count) = rows_in_vain(&statement, found)
            && compare(&schema.runs.task, &schema.tasks.id)
        {
            let runs = &schema.runs;
            notes.see_missing_index(&runs.table.name, count, create_index(&runs.table, &runs.task));
        }
        Ok(of_task)
    }

    /// The run of this task that has this id.
    pub(super) fn named(&self, facts: &Facts<'_>, task: &Id, run: &Id) -> Option<RunRow> {
        let Self::Read(of_task) = self else { return None };
        let rows = &of_task.get(&facts.task_value(task))?.rows;
        let exactly = rows.iter().find(|row| row.run.id == *run);
        exactly
            .or_else(|| {
                let run = facts.run_value(run);
                rows.iter().find(|row| facts.run_value(&row.run.id) == run)
            })
            .cloned()
    }

    /// The unfinished runs of the task with this id, other than its active one.
    pub(super) fn others(
        &mut self,
        facts: &Facts<'_>,
        task: &Id,
        active: Option<&Id>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Others> {
        let now = facts.calendar.now();
        let mut others = Others::default();
        match self {
            Self::Indexed { unfinished, .. } => {
                let pace = Pace::begin(facts.stopwatch);
                let before = unfinished.get_status(StatementStatus::VmStep);
                let mut rows = unfinished.query((task, active))?;
                let mut print = 0_u64;
                while let Some(row) = rows.next()? {
                    let columns = values(row, 0, facts.runs.places.len())?;
                    let other = facts.run(&columns, notes);
                    print = print.wrapping_add(other.print);
                    // History of a word that nobody told us: it has no say, and there may be much of it.
                    if other.run.is_unfinished(now) {
                        others.rows.push(other);
                    }
                }
                drop(rows);
                let steps = unfinished
                    .get_status(StatementStatus::VmStep)
                    .wrapping_sub(before);
                let is_short = (0..=SHORT).contains(&steps) && pace.is_within(QUICK);
                others.print = is_short.then_some(print);
            }
            Self::Read(of_task) => {
                let of_task = of_task.get(&facts.task_value(task));
                let rows = of_task.map_or(&[][..], |of_task| &of_task.rows);
                let wanted = rows
                    .iter()
                    .filter(|row| Some(&row.key) != active && row.run.is_unfinished(now));
                others.rows.extend(wanted.cloned());
            }
        }
        Ok(others)
    }

    /// Where the run of this task that was made last stands in the order of the rows.
    pub(super) fn latest(&mut self, facts: &Facts<'_>, task: &Id) -> rusqlite::Result<Option<i64>> {
        match self {
            Self::Indexed { latest, .. } => latest.query_row([task], |row| {
                Ok(match Id::from(row.get_ref(0)?) {
                    Id::Integer(place) => Some(place),
                    _ => None,
                })
            }),
            Self::Read(of_task) => {
                let of_task = of_task.get(&facts.task_value(task));
                Ok(of_task.and_then(|of_task| of_task.latest))
            }
        }
    }
}
