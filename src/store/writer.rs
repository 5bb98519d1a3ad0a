use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};

use super::event::Payload;
use super::schema::Schema;
use super::stamps::Stamps;
use super::statements;
use crate::zombie::{Timestamp, Zombie};

/// Writes reaps. Prepared before the lock is taken, used while it is held.
pub(crate) struct Writer<'c> {
    run_stands: Statement<'c>,
    reset_task: Statement<'c>,
    abandon_run: Statement<'c>,
    free_workspace: Option<Statement<'c>>,
    insert_event: Statement<'c>,
    places: Places,
    payload: Vec<u8>,
    actor: &'c str,
    now: Timestamp,
}

/// Where the event takes what differs from one to the next: a column that is not there takes nothing.
struct Places {
    task: Option<usize>,
    run: Option<usize>,
    payload: Option<usize>,
    id: Option<usize>,
}

/// Counts of rows really changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Released {
    pub(crate) runs: usize,
    pub(crate) workspaces: usize,
}

impl<'c> Writer<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &Schema,
        actor: &'c str,
        now: Timestamp,
    ) -> rusqlite::Result<Self> {
        let stamps = Stamps::read(conn, schema, now)?;
        let free_workspace = schema.workspaces.as_ref();
        let free_workspace =
            free_workspace.map(|held| conn.prepare(&statements::free_workspace(held, &stamps)));
        let mut insert_event = conn.prepare(&statements::insert_event(&schema.events, &stamps))?;
        let places = Places {
            task: insert_event.parameter_index(":task")?,
            run: insert_event.parameter_index(":run")?,
            payload: insert_event.parameter_index(":payload")?,
            id: insert_event.parameter_index(":id")?,
        };
        let actors_place = insert_event.parameter_index(":actor")?;
        bind(&mut insert_event, actors_place, actor)?;
        Ok(Self {
            reset_task: conn.prepare(&statements::reset_task(&schema.tasks, &stamps))?,
            run_stands: conn.prepare(&statements::run_stands(&schema.runs))?,
            abandon_run: conn.prepare(&statements::abandon_run(&schema.runs, &stamps))?,
            free_workspace: free_workspace.transpose()?,
            insert_event,
            places,
            payload: Vec::new(),
            actor,
            now,
        })
    }

    /// Reaps one zombie; `None` where the task moved on, and nothing was written.
    pub(crate) fn reap(&mut self, zombie: &Zombie) -> rusqlite::Result<Option<Released>> {
        let suspect = &zombie.suspect;
        if self.reset_task.execute((&suspect.key, &suspect.active_run_id))? == 0 {
            return Ok(None);
        }
        let mut abandoned = Vec::new();
        for run in zombie.unfinished_runs() {
            if self.abandon_run.execute((&run.key, &run.status))? > 0 {
                abandoned.push(run);
            } else if self.run_stands.exists((&run.key, &run.status))? {
                // Not changed by a trigger of the queue, but kept from being changed: half a reap is none.
                return Err(rusqlite::Error::StatementChangedRows(0));
            }
        }
        let mut freed = 0;
        if let Some(free_workspace) = &mut self.free_workspace {
            for held in &zombie.workspaces {
                freed += free_workspace.execute((&held.key, &held.task, &held.run))?;
            }
        }
        let payload = Payload::new(zombie, &abandoned, freed, self.actor, self.now);
        self.payload.clear();
        serde_json::to_writer(&mut self.payload, &payload)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        self.record(zombie)?;
        Ok(Some(Released {
            runs: abandoned.len(),
            workspaces: freed,
        }))
    }

    /// Writes the event. A reap without one is no reap, so a trigger that swallows it is an error.
    fn record(&mut self, zombie: &Zombie) -> rusqlite::Result<()> {
        let (insert, places) = (&mut self.insert_event, &self.places);
        bind(insert, places.task, &zombie.suspect.id)?;
        bind(insert, places.run, zombie.active_run().map(|run| &run.id))?;
        let payload = ToSqlOutput::Borrowed(ValueRef::Text(&self.payload));
        bind(insert, places.payload, payload)?;
        if places.id.is_some() {
            bind(insert, places.id, uuid::Uuid::new_v4().to_string())?;
        }
        match insert.raw_execute()? {
            1 => Ok(()),
            changed => Err(rusqlite::Error::StatementChangedRows(changed)),
        }
    }
}

fn bind(statement: &mut Statement<'_>, place: Option<usize>, value: impl ToSql) -> rusqlite::Result<()> {
    place.map_or(Ok(()), |place| statement.raw_bind_parameter(place, value))
}
