//! Writes events: of one type each, prepared before the lock is taken.

use std::borrow::Cow;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde::Serialize;

use super::repeated::Repeated;
use crate::zombie::{Id, Zombie};

/// Writes events of one type.
pub(super) struct Recorder<'c> {
    conn: &'c Connection,
    insert: Repeated<'c>,
    // Where it takes what differs from one to the next: a column that is not there takes nothing.
    task: Option<usize>,
    run: Option<usize>,
    payload: Option<usize>,
    id: Option<usize>,
    json: Vec<u8>,
}

impl<'c> Recorder<'c> {
    /// By this INSERT, in this name.
    pub(super) fn new(conn: &'c Connection, insert: &str, actor: &str) -> rusqlite::Result<Self> {
        let mut insert = Repeated::prepare(conn, insert)?;
        if let Some(place) = insert.place(":actor")? {
            insert.bind(place, ValueRef::Text(actor.as_bytes()))?;
        }
        Ok(Self {
            conn,
            task: insert.place(":task")?,
            run: insert.place(":run")?,
            payload: insert.place(":payload")?,
            id: insert.place(":id")?,
            insert,
            json: Vec::new(),
        })
    }

    /// Writes the event, and returns its key. A reap without one is no reap, so a trigger that swallows it is an error.
    pub(super) fn record(&mut self, zombie: &Zombie, payload: &impl Serialize) -> rusqlite::Result<Id> {
        if let Some(place) = self.task {
            self.insert
                .bind(place, in_one_column(&zombie.suspect.id).as_value())?;
        }
        if let Some(place) = self.run {
            let run = zombie.active_run().map(|row| in_one_column(&row.run.id));
            let run = run.as_deref().map_or(ValueRef::Null, Id::as_value);
            self.insert.bind(place, run)?;
        }
        if let Some(place) = self.payload {
            self.json.clear();
            serde_json::to_writer(&mut self.json, payload)
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
            self.insert.bind_anew(place, &self.json)?;
        }
        let mut key = None;
        if let Some(place) = self.id {
            let uuid = Id::from(uuid::Uuid::new_v4().to_string().as_str());
            self.insert.bind(place, uuid.as_value())?;
            key = Some(uuid);
        }
        match self.insert.execute()? {
            1 => Ok(key.unwrap_or_else(|| Id::Integer(self.conn.last_insert_rowid()))),
            changed => Err(rusqlite::Error::StatementChangedRows(changed)),
        }
    }
}

/// An id of several columns as it is shown, where it stands in one.
pub(super) fn in_one_column(id: &Id) -> Cow<'_, Id> {
    match id {
        Id::Several(_) => Cow::Owned(Id::from(id.to_string().as_str())),
        id => Cow::Borrowed(id),
    }
}
