//! One task, as fully as the queue tells of it: what it takes to explain a verdict.

mod changes;
mod written;

use std::ops::ControlFlow;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Transaction};

use super::event_rows;
use super::facts::Facts;
use super::layout::{ACTIVE_RUN, ID, KEY, TASK, WorkerLayout};
use super::load::Loader;
use super::meeting::compare;
use super::near::unknown;
use super::others::Others;
use super::past::PastReader;
use super::query_plan::note_missing_index;
use super::row::{value, values};
use super::schema::Schema;
use super::spellings::spellings;
use super::store::{Opened, begin_to_read, data_version};
use super::{questions, statements, workspaces};
use crate::options::SweepOptions;
use crate::store::contract::{Asked, Effort};
use crate::store::error::StoreError;
use crate::store::inquiry::{Inquiry, Untold};
use crate::zombie::{
    ActiveRun, Condition, EventOfTask, Evidence, Held, HeldWorkspace, Id, Notes, Parking, Past, PastReap,
    Reason, RowChange, RunRow, Standing, Suspect, TaskInFull, Timestamp, WrittenSign, Zombie,
};

/// The most tasks of one id that are told of, the most of their runs and the most of their events.
const TASKS: usize = 20;
const RUNS: usize = 100;
const EVENTS: usize = 100;
const REAPS: usize = 20;

/// Behind the columns of a task that is named, where it stands whether it is of the project.
const IN_PROJECT: usize = 2;

/// Questions about single tasks, asked of one moment of the database.
pub(crate) struct SqliteInquiry<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    opts: &'c SweepOptions,
    loader: Loader<'c>,
    _read: Transaction<'c>,
}

impl<'c> SqliteInquiry<'c> {
    pub(crate) fn begin(
        conn: &'c Connection,
        opened: &'c Opened,
        opts: &'c SweepOptions,
    ) -> Result<Self, StoreError> {
        let read = begin_to_read(conn)?;
        let schema = &opened.schema;
        if let Some(project) = &opened.project {
            project.check_known(conn, schema)?;
        }
        let loader = opened.loader(conn, opts)?;
        Ok(Self {
            conn,
            schema,
            opts,
            loader: loader.with_the_living(),
            _read: read,
        })
    }
}

impl Inquiry for SqliteInquiry<'_> {
    fn tasks(&mut self, asked: &str, notes: &mut Notes) -> Result<Vec<TaskInFull>, StoreError> {
        self.named(asked, notes).map_err(asking())
    }

    fn unknown(&self, asked: &str) -> StoreError {
        let unknown = unknown(self.conn, self.schema, &self.loader.facts, self.opts, asked);
        unknown.unwrap_or_else(asking())
    }

    fn at(&mut self, key: &Id, at: Timestamp) -> Result<Option<(Suspect, bool)>, StoreError> {
        self.loader.turn_to(at);
        let begun = data_version(self.conn)
            .and_then(|version| self.loader.begin(version, Duration::ZERO, &mut Notes::default()));
        begun.map_err(asking())?;
        self.look(key, &mut Notes::default()).map_err(asking())
    }

    fn keeps_events(&self) -> bool {
        self.schema.events.is_some()
    }

    fn past(&self, task: &Id, after: Timestamp) -> Result<Option<Past>, StoreError> {
        let calendar = &self.loader.facts.calendar;
        let asked = Asked {
            tasks: &[task],
            after,
            effort: Effort::Thorough,
        };
        let pasts = PastReader::new().of(self.conn, self.schema, calendar, &asked, &mut Notes::default());
        Ok(pasts.map_err(asking())?.and_then(|mut pasts| pasts.pop()))
    }

    fn changes(
        &mut self,
        zombie: &Zombie,
        notes: &mut Notes,
    ) -> Result<Result<Vec<RowChange>, Untold>, StoreError> {
        self.loader.turn_to(self.opts.now.into());
        let calendar = self.loader.facts.calendar;
        changes::changes(self.conn, self.schema, zombie, self.opts, calendar, notes).map_err(asking())
    }
}

fn asking() -> impl FnOnce(rusqlite::Error) -> StoreError {
    StoreError::sqlite("look at the task")
}

impl SqliteInquiry<'_> {
    fn named(&mut self, asked: &str, notes: &mut Notes) -> rusqlite::Result<Vec<TaskInFull>> {
        self.loader
            .begin(data_version(self.conn)?, Duration::ZERO, notes)?;
        let parts = self.schema.tasks.id.parts.len();
        let ids = spellings(asked, parts);
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let in_project = self.loader.in_project;
        let layout = &self.loader.facts.tasks;
        let sql = questions::tasks_named(self.schema, layout, "", in_project, ids.len(), TASKS);
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(&ids))?;
        let mut found = Vec::new();
        let in_project = self.loader.facts.tasks.places.len() + IN_PROJECT;
        while let Some(row) = rows.next()? {
            // Null where it is of no project.
            if !self.opts.is_confined || row.get::<_, Option<bool>>(in_project)? == Some(true) {
                found.push(self.task(row, notes)?);
            }
        }
        drop(rows);
        let tasks = &self.schema.tasks;
        let missing = (&tasks.table, &tasks.id);
        note_missing_index(self.conn, &statement, found.len(), missing, notes);
        Ok(found)
    }

    fn look(&mut self, key: &Id, notes: &mut Notes) -> rusqlite::Result<Option<(Suspect, bool)>> {
        let mut found = None;
        let scan = self.loader.look_again(std::iter::once(key), notes, |suspect| {
            found = Some(suspect);
            ControlFlow::Break(())
        })?;
        Ok(found.map(|suspect| (suspect, scan.live > 0)))
    }

    fn task(&mut self, row: &Row<'_>, notes: &mut Notes) -> rusqlite::Result<TaskInFull> {
        let count = self.loader.facts.tasks.places.len();
        let columns = values(row, 0, count + 3)?;
        let says =
            |place: usize| matches!(value(&columns, count + place), ValueRef::Integer(yes) if yes != 0);
        let [is_at_work, fits, is_in_project] = [0, 1, 2].map(says);
        let standing = match [is_at_work, fits, is_in_project] {
            [false, ..] => Standing::NotRunning,
            [_, false, _] => Standing::OutsideCondition,
            [_, _, false] => Standing::OutsideProject,
            [true, true, true] => Standing::LookedAt,
        };
        let columns = columns.get(..count).unwrap_or_default();
        let key = Id::from(value(columns, KEY));
        let id = self.loader.facts.task_id(value(columns, ID));
        let runs = self.runs(&id, notes)?;
        let found = if standing == Standing::LookedAt {
            self.look(&key, notes)?
        } else {
            None
        };
        let facts = &self.loader.facts;
        let (suspect, is_plainly_live) =
            found.unwrap_or_else(|| (at_rest(facts, self.schema, columns, &runs), false));
        let mut signs = written::of_task(facts, columns);
        for run in &runs.found {
            signs.extend(run.signs.iter().cloned());
        }
        signs.extend(self.signs_of_workers(&suspect)?);
        let workspaces = self.workspaces(&suspect, notes)?;
        let (events, reaps) = self.events(&id, notes)?;
        let parking = self.parking(&id, suspect.status.as_ref(), notes)?;
        Ok(TaskInFull {
            suspect,
            is_plainly_live,
            standing,
            is_in_project,
            has_more_runs: runs.has_more,
            runs: runs.found.into_iter().map(|run| run.row).collect(),
            signs,
            workspaces,
            events,
            reaps,
            parking,
        })
    }

    /// The runs of a task, those made last first.
    fn runs(&self, task: &Id, notes: &mut Notes) -> rusqlite::Result<LatestRuns> {
        let mut latest = LatestRuns::default();
        let Some(runs) = &self.schema.runs else {
            return Ok(latest);
        };
        let facts = &self.loader.facts;
        let can_be_asked = compare(&runs.task, &self.schema.tasks.id);
        let sql = if can_be_asked {
            questions::latest_runs(self.schema, &facts.runs, RUNS + 1)
        } else {
            statements::all_runs(self.schema, &facts.runs)
        };
        let mut statement = self.conn.prepare(&sql)?;
        let parameter = can_be_asked.then_some(task);
        let mut rows = statement.query(rusqlite::params_from_iter(parameter))?;
        while let Some(row) = rows.next()? {
            let row = values(row, 0, facts.runs.places.len())?;
            if can_be_asked || facts.is_same_task(task, &value(&row, TASK).into()) {
                latest.found.push(LatestRun::read(facts, &row));
            }
        }
        drop(rows);
        if !can_be_asked {
            latest.found.reverse();
        }
        latest.has_more = latest.found.len() > RUNS;
        latest.found.truncate(RUNS);
        if can_be_asked {
            let missing = (&runs.table, &runs.task);
            note_missing_index(self.conn, &statement, latest.found.len(), missing, notes);
        }
        Ok(latest)
    }

    fn signs_of_workers(&self, suspect: &Suspect) -> rusqlite::Result<Vec<WrittenSign>> {
        let mut signs = Vec::new();
        let Some(workers) = &self.schema.workers else {
            return Ok(signs);
        };
        let named: Vec<_> = suspect.workers().map(|worker| worker.id.by_value()).collect();
        if named.is_empty() {
            return Ok(signs);
        }
        let layout = WorkerLayout::new(workers);
        let mut all = self.conn.prepare(&statements::all_workers(workers, &layout))?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let row = values(row, 0, layout.places.len())?;
            let id = Id::from(value(&row, ID));
            if named.contains(&id.by_value()) {
                signs.extend(written::of_worker(&self.loader.facts, &layout, &row, &id));
            }
        }
        Ok(signs)
    }

    /// The workspaces of a task, as a sweep would find them for its reap.
    fn workspaces(&self, suspect: &Suspect, notes: &mut Notes) -> rusqlite::Result<Vec<(Id, HeldWorkspace)>> {
        let Some(workspaces) = &self.schema.workspaces else {
            return Ok(Vec::new());
        };
        let mut zombie = [Zombie::new(suspect.clone(), unproven())];
        workspaces::add(self.conn, self.schema, &mut zombie, notes)?;
        let mut name = self.conn.prepare(&questions::name_of_workspace(workspaces))?;
        let held = zombie.into_iter().flat_map(|zombie| zombie.workspaces);
        held.map(|held| {
            let name = name.query_row([&held.key], |row| Ok(row.get_ref(0)?.into()))?;
            Ok((name, held))
        })
        .collect()
    }

    /// The latest events of a task, and its latest reaps.
    fn events(&self, task: &Id, notes: &mut Notes) -> rusqlite::Result<(Vec<EventOfTask>, Vec<PastReap>)> {
        let Some(events) = &self.schema.events else {
            return Ok(Default::default());
        };
        let calendar = &self.loader.facts.calendar;
        let all = event_rows::of_task(self.conn, events, task, None, EVENTS, notes)?;
        let told = all.iter().map(|event| event.told(calendar)).collect();
        let reaps = event_rows::of_task(self.conn, events, task, Some(&events.reaped), REAPS, notes)?;
        Ok((told, reaps.iter().map(|event| event.reap(calendar)).collect()))
    }

    /// That a sweep has parked a task, and nobody has unparked it since.
    fn parking(
        &self,
        task: &Id,
        status: Option<&Held>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Option<Parking>> {
        let (Some(events), Some(word)) = (&self.schema.events, &self.schema.tasks.parked) else {
            return Ok(None);
        };
        if status.is_none_or(|status| status.value.by_value() != Id::from(word.as_str()).by_value()) {
            return Ok(None);
        }
        let calendar = &self.loader.facts.calendar;
        let mut last = |kind: &str| -> rusqlite::Result<Option<Parking>> {
            let all = event_rows::of_task(self.conn, events, task, Some(kind), REAPS, notes)?;
            let told = all.iter().map(|event| event.parking(calendar));
            Ok(told.max_by_key(|told| told.since))
        };
        let unparked = last(&events.unparked)?;
        let parked = last(&events.parked)?;
        Ok(parked.filter(|parked| unparked.is_none_or(|unparked| unparked.since <= parked.since)))
    }
}

/// The look for workspaces asks for no evidence, and the task need not be a zombie.
fn unproven() -> Evidence {
    Evidence {
        condition: Condition::B,
        reason: Reason::NoActiveRun,
        sign_of_life: None,
        threshold: Duration::ZERO,
        is_silence: false,
    }
}

/// The runs that were made last.
#[derive(Default)]
struct LatestRuns {
    found: Vec<LatestRun>,
    has_more: bool,
}

struct LatestRun {
    row: RunRow,
    signs: Vec<WrittenSign>,
}

impl LatestRun {
    fn read(facts: &Facts<'_>, row: &[ValueRef<'_>]) -> Self {
        // What is odd about it is noted where it is judged.
        let run = facts.run(row, &mut Notes::default());
        Self {
            signs: written::of_run(facts, row, &run.key, &run.run.id),
            row: run,
        }
    }
}

/// A task that no sweep looks at, with the run that it names.
fn at_rest(facts: &Facts<'_>, schema: &Schema, columns: &[ValueRef<'_>], runs: &LatestRuns) -> Suspect {
    let task = facts.task(columns, &mut Notes::default());
    let pointer = Id::from(value(columns, ACTIVE_RUN));
    let named = facts.run_value(&pointer);
    let own = runs
        .found
        .iter()
        .find(|run| !pointer.is_none() && facts.run_value(&run.row.run.id) == named);
    let active = match (own, &schema.runs) {
        (_, None) => ActiveRun::Itself,
        (Some(run), _) => ActiveRun::Own(run.row.clone()),
        (None, _) if pointer.is_none() => ActiveRun::None,
        (None, _) => ActiveRun::Missing,
    };
    facts.suspect(columns, task, active, Others::default())
}
