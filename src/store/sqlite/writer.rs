use std::borrow::Cow;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};

use super::catalog::{Affinity, ColumnInfo};
use super::event::Payload;
use super::repeated::{Repeated, prepare_aside};
use super::schema::{Schema, Tasks};
use super::stamps::Stamps;
use super::value::moment;
use super::writes::{self, OrAbort};
use crate::zombie::{Calendar, HeldWorkspace, Id, Notes, RunRow, Written, Zombie};

/// Writes reaps. Prepared before the lock is taken, used while it is held.
pub(crate) struct Writer<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    reset_task: Repeated<'c>,
    task_stands: Statement<'c>,
    /// Abandons a run, and looks whether one is unfinished.
    abandon_run: Option<(Repeated<'c>, Statement<'c>)>,
    /// Frees a workspace, and looks whether one is held.
    free_workspace: Option<(Repeated<'c>, Statement<'c>)>,
    insert_event: Option<(Repeated<'c>, Places)>,
    /// Where triggers of the queue may undo what is written, or a condition tells what runs: looks whether it is there.
    after: Option<After<'c>>,
    stamps: Stamps<'c>,
    payload: Vec<u8>,
    actor: &'c str,
    calendar: Calendar,
}

/// Where the event takes what differs from one to the next: a column that is not there takes nothing.
struct Places {
    task: Option<usize>,
    run: Option<usize>,
    payload: Option<usize>,
    id: Option<usize>,
}

impl Places {
    fn of(insert: &Repeated<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            task: insert.place(":task")?,
            run: insert.place(":run")?,
            payload: insert.place(":payload")?,
            id: insert.place(":id")?,
        })
    }
}

/// Looks at what was written once the queue's triggers have had their say.
struct After<'c> {
    /// Else it is a condition of the profile's that tells what runs.
    has_triggers: bool,
    task_is_reset: Statement<'c>,
    event_is_there: Option<Statement<'c>>,
}

/// What came of one reap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaped {
    /// It was written; so many rows were changed beside the task's.
    Whole { runs: usize, workspaces: usize },
    /// The task moved on, and nothing was written.
    MovedOn,
}

impl<'c> Writer<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &'c Schema,
        actor: &'c str,
        calendar: Calendar,
    ) -> rusqlite::Result<Self> {
        Self::with(conn, schema, actor, calendar, Stamps::new(conn, schema, calendar))
    }

    /// One that writes the same to another database with the same tables.
    pub(super) fn on<'o>(&self, conn: &'o Connection) -> rusqlite::Result<Writer<'o>>
    where
        'c: 'o,
    {
        Writer::with(conn, self.schema, self.actor, self.calendar, self.stamps.clone())
    }

    fn with(
        conn: &'c Connection,
        schema: &'c Schema,
        actor: &'c str,
        calendar: Calendar,
        stamps: Stamps<'c>,
    ) -> rusqlite::Result<Self> {
        let (tasks, runs, events) = (&schema.tasks, &schema.runs, &schema.events);
        let or_abort = |table: &super::catalog::TableInfo| -> rusqlite::Result<OrAbort> {
            Ok(if table.has_conflict_clause(conn)? {
                "OR ABORT"
            } else {
                ""
            })
        };
        let time = stamps.event()?.map(moment);
        let mut has_triggers = false;
        for table in schema.tables_written() {
            has_triggers |= table.has_triggers(conn)?;
        }
        let by_condition =
            tasks.running_where().is_some() || runs.as_ref().is_some_and(|runs| runs.running_where.is_some());
        let after = if has_triggers || by_condition {
            let event_is_there = events.as_ref().and_then(writes::event_is_there);
            Some(After {
                has_triggers,
                task_is_reset: prepare_aside(conn, &writes::task_is_reset(tasks))?,
                event_is_there: event_is_there.map(|sql| prepare_aside(conn, &sql)).transpose()?,
            })
        } else {
            None
        };
        let free_workspace = match &schema.workspaces {
            None => None,
            Some(workspaces) => Some((
                Repeated::prepare(
                    conn,
                    &writes::free_workspace(workspaces, or_abort(&workspaces.table)?),
                )?,
                prepare_aside(conn, &writes::workspace_is_held(workspaces))?,
            )),
        };
        let insert_event = match events {
            None => None,
            Some(events) => {
                let insert = writes::insert_event(events, time.as_deref(), or_abort(&events.table)?);
                let mut insert = Repeated::prepare(conn, &insert)?;
                if let Some(place) = insert.place(":actor")? {
                    insert.bind(place, ValueRef::Text(actor.as_bytes()))?;
                }
                let places = Places::of(&insert)?;
                Some((insert, places))
            }
        };
        let abandon_run = match runs {
            None => None,
            Some(runs) => Some((
                Repeated::prepare(conn, &writes::abandon_run(runs, or_abort(&runs.table)?))?,
                prepare_aside(conn, &writes::run_is_unfinished(runs))?,
            )),
        };
        Ok(Self {
            conn,
            schema,
            reset_task: Repeated::prepare(conn, &writes::reset_task(tasks, or_abort(&tasks.table)?))?,
            task_stands: prepare_aside(conn, &writes::task_stands(tasks))?,
            abandon_run,
            free_workspace,
            insert_event,
            after,
            stamps,
            payload: Vec::new(),
            actor,
            calendar,
        })
    }

    /// Before the lock is asked for: finds out all that it takes to write these reaps.
    pub(crate) fn prepare(&mut self, zombies: &[Zombie], notes: &mut Notes) -> rusqlite::Result<()> {
        self.stamps.prepare(zombies, notes)
    }

    /// Reaps one zombie, or fails and leaves it to the caller to undo what was written of it.
    pub(crate) fn reap(&mut self, zombie: &Zombie) -> rusqlite::Result<Reaped> {
        let suspect = &zombie.suspect;
        let open = open_word(&self.schema.tasks, zombie);
        if self.reset(zombie, &open)? == 0 {
            return if self.stands(zombie)? {
                Err(swallowed())
            } else {
                Ok(Reaped::MovedOn)
            };
        }
        let mut abandoned = Vec::new();
        for run in zombie.runs_to_abandon() {
            if self.abandon(run)? {
                abandoned.push(run);
            }
        }
        let mut freed = 0;
        for held in &zombie.workspaces {
            freed += usize::from(self.free(held)?);
        }
        let event = if self.insert_event.is_some() {
            let payload = Payload::new(zombie, &abandoned, freed, self.actor, self.calendar.now());
            self.payload.clear();
            serde_json::to_writer(&mut self.payload, &payload)
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
            self.record(zombie)?
        } else {
            Id::Null
        };
        if let Some(after) = &mut self.after {
            let is_there = match &mut after.event_is_there {
                Some(is_there) => is_there.exists([&event])?,
                None => true,
            };
            if !is_there || !after.task_is_reset.exists((&suspect.key, &open))? {
                return Err(undone(after.has_triggers));
            }
            if let Some((_, is_unfinished)) = &mut self.abandon_run {
                for run in abandoned
                    .iter()
                    .chain(&zombie.runs_to_abandon().collect::<Vec<_>>())
                {
                    if is_unfinished.exists([&run.key])? {
                        return Err(undone(after.has_triggers));
                    }
                }
            }
            for held in &zombie.workspaces {
                if let Some((_, is_held)) = &mut self.free_workspace
                    && is_held.exists((&held.key, &held.task, &held.run))?
                {
                    return Err(swallowed());
                }
            }
        }
        Ok(Reaped::Whole {
            runs: abandoned.len(),
            workspaces: freed,
        })
    }

    /// Whether the task still is as the verdict saw it.
    pub(crate) fn stands(&mut self, zombie: &Zombie) -> rusqlite::Result<bool> {
        let suspect = &zombie.suspect;
        self.task_stands
            .exists((&suspect.key, suspect.status_value(), &suspect.active_run_id))
    }

    fn reset(&mut self, zombie: &Zombie, open: &Id) -> rusqlite::Result<usize> {
        let suspect = &zombie.suspect;
        let reset = &mut self.reset_task;
        let seen = [&suspect.key, suspect.status_value(), &suspect.active_run_id, open];
        for (place, value) in (1..).zip(seen) {
            reset.bind(place, value.as_value())?;
        }
        // The profile may set a column to a constant, and then nothing takes its time.
        for (place, now) in (1 + writes::TIMES..).zip(self.stamps.of_task(zombie)) {
            reset.bind(place, value_of(now.as_deref()))?;
        }
        reset.execute()
    }

    fn abandon(&mut self, run: &RunRow) -> rusqlite::Result<bool> {
        let (Some(runs), Some((abandon, is_unfinished))) = (&self.schema.runs, &mut self.abandon_run) else {
            return Ok(false);
        };
        let end = if run.run.ended.is_none() {
            self.stamps.end(&run.ended)
        } else {
            None
        };
        let word = as_kept(runs.status.as_ref(), &run.status, &runs.abandoned);
        let [key, status, word] = [&run.key, &run.status, &word].map(Id::as_value);
        let values = [key, status, word, value_of(end.as_deref())];
        if abandon.execute_with(values)? > 0 {
            return Ok(true);
        }
        // Changed by a trigger of the queue, or kept from being changed: half a reap is none.
        if is_unfinished.exists([&run.key])? {
            return Err(swallowed());
        }
        Ok(false)
    }

    fn free(&mut self, held: &HeldWorkspace) -> rusqlite::Result<bool> {
        let Some((free, is_held)) = &mut self.free_workspace else {
            return Ok(false);
        };
        let release = self.stamps.release(&held.released);
        let [key, task, run] = [&held.key, &held.task, &held.run].map(Id::as_value);
        let values = [key, task, run, value_of(release.as_deref())];
        if free.execute_with(values)? > 0 {
            return Ok(true);
        }
        if is_held.exists((&held.key, &held.task, &held.run))? {
            return Err(swallowed());
        }
        Ok(false)
    }

    /// Writes the event, and returns its key. A reap without one is no reap, so a trigger that swallows it is an error.
    fn record(&mut self, zombie: &Zombie) -> rusqlite::Result<Id> {
        let Some((insert, places)) = &mut self.insert_event else {
            return Ok(Id::Null);
        };
        if let Some(place) = places.task {
            insert.bind(place, in_one_column(&zombie.suspect.id).as_value())?;
        }
        if let Some(place) = places.run {
            let run = zombie.active_run().map(|row| in_one_column(&row.run.id));
            insert.bind(place, run.as_deref().map_or(ValueRef::Null, Id::as_value))?;
        }
        if let Some(place) = places.payload {
            insert.bind_anew(place, &self.payload)?;
        }
        let mut key = None;
        if let Some(place) = places.id {
            let uuid = Id::from(uuid::Uuid::new_v4().to_string().as_str());
            insert.bind(place, uuid.as_value())?;
            key = Some(uuid);
        }
        match insert.execute()? {
            1 => Ok(key.unwrap_or_else(|| Id::Integer(self.conn.last_insert_rowid()))),
            changed => Err(rusqlite::Error::StatementChangedRows(changed)),
        }
    }
}

/// An id of several columns as it is shown, where it stands in one.
fn in_one_column(id: &Id) -> Cow<'_, Id> {
    match id {
        Id::Several(_) => Cow::Owned(Id::from(id.to_string().as_str())),
        id => Cow::Borrowed(id),
    }
}

/// What was written and yet is not as it was to be.
fn undone(has_triggers: bool) -> rusqlite::Error {
    if has_triggers {
        swallowed()
    } else {
        rusqlite::Error::UserFunctionError(Box::new(StillRunning))
    }
}

/// A condition of the profile's calls what was reaped running.
#[derive(Debug, thiserror::Error)]
#[error(
    "the profile's running_where is still true after the reap, so it was undone: name what ends it in clear, stamp or set"
)]
struct StillRunning;

/// What a trigger of the queue kept from being written.
fn swallowed() -> rusqlite::Error {
    rusqlite::Error::StatementChangedRows(0)
}

/// The word that a zombie's task gets, as its column keeps words.
fn open_word(tasks: &Tasks, zombie: &Zombie) -> Id {
    let status = zombie.suspect.status_value();
    if let Some(only) = tasks.open.only() {
        return as_kept(tasks.status(), status, only);
    }
    let (reason, word) = (zombie.evidence.reason.to_string(), status.to_string());
    as_kept(tasks.status(), status, tasks.open.word(&reason, &word))
}

/// A word as a column without a type keeps it: as a number where it held one. Where there is no column, none.
pub(super) fn as_kept(column: Option<&ColumnInfo>, old: &Id, word: &str) -> Id {
    let Some(column) = column else {
        return Id::Null;
    };
    if let (Id::Integer(_), Affinity::None) = (old, column.affinity())
        && let Ok(number) = word.parse()
    {
        return Id::Integer(number);
    }
    Id::from(word)
}

fn value_of(time: Option<&Written>) -> ValueRef<'_> {
    time.map_or(ValueRef::Null, Written::as_value)
}
