//! Where the runs of a task come from: beside the task, by an index, or from one look at all of them. Never by a search
//! for each task through a table that no index leads into.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rusqlite::{Connection, Statement, StatementStatus};

use super::facts::Facts;
use super::layout::{ID, KEY, TASK};
use super::meeting::{Meeting, compare, is_led};
use super::others::Others;
use super::pace::Pace;
use super::query_plan::note_missing_index;
use super::repeated::prepare_aside;
use super::row::values;
use super::schema::Schema;
use super::statements;
use crate::zombie::{ActiveRun, Id, Notes, RunRow, RunState, Task, by_begin, is_claimed_since};

/// Up to how many steps of SQLite the history of a task is short enough to be asked again under the lock: a millisecond.
const SHORT: i32 = 20_000;

/// And up to how long it may take: few steps read much where the rows are wide.
const QUICK: Duration = Duration::from_millis(5);

/// The runs of the running tasks.
pub(super) enum Runs<'c> {
    /// The queue has none.
    Absent,
    /// An index leads from a task to its runs.
    Indexed {
        unfinished: Statement<'c>,
        latest: Statement<'c>,
        /// All runs of a task, where tasks name none.
        history: Option<Statement<'c>>,
    },
    /// Those of each running task, by the task's id, from one look at all.
    Read(HashMap<Id, OfTask>),
}

/// Runs of one task.
#[derive(Default)]
pub(super) struct OfTask {
    /// Those that its pointer may mean, and those that are not finished by their word.
    rows: Vec<RunRow>,
    /// The one begun last of the others, where tasks name no run.
    last: Option<RunRow>,
    latest: Option<i64>,
}

impl OfTask {
    fn see_finished(&mut self, row: RunRow) {
        let is_later = |last: &RunRow| by_begin(&row.run, &last.run).is_gt();
        if self.last.as_ref().is_none_or(is_later) {
            self.last = Some(row);
        }
    }
}

impl<'c> Runs<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &Schema,
        facts: &Facts<'_>,
        meeting: Meeting,
        notes: &mut Notes,
    ) -> rusqlite::Result<Self> {
        let tasks = &schema.tasks;
        let Some(runs) = &schema.runs else {
            return Ok(Self::Absent);
        };
        let names_no_run = tasks.active_run.is_none();
        if (meeting != Meeting::Apart || names_no_run) && is_led(conn, &runs.table, &runs.task, &tasks.id)? {
            let history = || prepare_aside(conn, &statements::history_of_task(schema, &facts.runs));
            return Ok(Self::Indexed {
                unfinished: prepare_aside(conn, &statements::runs_of_task(schema, &facts.runs))?,
                latest: prepare_aside(conn, &statements::latest_run(schema))?,
                history: names_no_run.then(history).transpose()?,
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
        let names_no_run = schema.tasks.active_run.is_none();
        // An active run that stands beside its task is noted there, and history is not.
        let mut beside = Notes::default();
        let mut ids = conn.prepare(&statements::running_ids(schema))?;
        let mut rows = ids.query([])?;
        while let Some(row) = rows.next()? {
            of_task.insert(facts.task_value(&row.get_ref(0)?.into()), OfTask::default());
            named.insert(facts.run_value(&row.get_ref(1)?.into()));
        }
        drop(rows);
        let mut statement = conn.prepare(&statements::all_runs(schema, &facts.runs))?;
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
            let columns = values(row, 0, facts.runs.places.len())?;
            let is_finished = matches!(facts.state(&columns), RunState::Finished(_));
            let id = facts.run_value(&row.get_ref(ID)?.into());
            let is_named = !names_no_run && named.contains(&id);
            if !is_finished || is_named {
                let is_beside = is_named && meeting != Meeting::Apart;
                let notes = if is_beside { &mut beside } else { &mut *notes };
                of_task.rows.push(facts.run(&columns, notes));
            } else if names_no_run {
                of_task.see_finished(facts.run(&columns, &mut beside));
            }
        }
        drop(rows);
        if let Some(runs) = &schema.runs
            && compare(&runs.task, &schema.tasks.id)
        {
            note_missing_index(conn, &statement, found, (&runs.table, &runs.task), notes);
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
            Self::Absent => {}
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

    /// The active run of a task that names none: the unfinished one begun last; else the one begun last, unless the task
    /// was claimed since. With it the other unfinished runs.
    pub(super) fn begun_last(
        &mut self,
        facts: &Facts<'_>,
        id: &Id,
        task: &Task,
        notes: &mut Notes,
    ) -> rusqlite::Result<(ActiveRun<RunRow>, Others)> {
        let mut others = self.others(facts, id, None, notes)?;
        let of_all = others.rows.iter().enumerate();
        let last = of_all.max_by(|(_, a), (_, b)| by_begin(&a.run, &b.run));
        if let Some((place, _)) = last {
            let active = others.rows.swap_remove(place);
            // It is looked at by itself.
            others.print = others.print.map(|print| print.wrapping_sub(active.print));
            return Ok((ActiveRun::Own(active), others));
        }
        let active = match self.last_of_history(facts, id)? {
            Some(last) if !is_claimed_since(task, &last.run) => ActiveRun::Own(last),
            _ => ActiveRun::None,
        };
        if let Some(active) = active
            .own()
            .filter(|row| !matches!(row.run.state, RunState::Finished(_)))
        {
            others.print = others.print.map(|print| print.wrapping_sub(active.print));
        }
        Ok((active, others))
    }

    /// The run begun last of a task of which all have ended.
    fn last_of_history(&mut self, facts: &Facts<'_>, task: &Id) -> rusqlite::Result<Option<RunRow>> {
        let mut of_task = OfTask::default();
        match self {
            Self::Absent | Self::Indexed { history: None, .. } => {}
            Self::Indexed {
                history: Some(history),
                ..
            } => {
                let mut rows = history.query([task])?;
                while let Some(row) = rows.next()? {
                    let columns = values(row, 0, facts.runs.places.len())?;
                    of_task.see_finished(facts.run(&columns, &mut Notes::default()));
                }
            }
            Self::Read(all) => {
                if let Some(known) = all.get(&facts.task_value(task)) {
                    known
                        .rows
                        .iter()
                        .chain(&known.last)
                        .for_each(|row| of_task.see_finished(row.clone()));
                }
            }
        }
        Ok(of_task.last)
    }

    /// Where the run of this task that was made last stands in the order of the rows.
    pub(super) fn latest(&mut self, facts: &Facts<'_>, task: &Id) -> rusqlite::Result<Option<i64>> {
        match self {
            Self::Absent => Ok(None),
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
