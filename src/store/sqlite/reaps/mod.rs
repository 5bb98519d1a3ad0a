//! The reaps that a queue's own events tell of. They are found by what an index holds, and only those that are listed are
//! read whole.

mod aftermath;
mod from;
mod sql;

use std::collections::HashMap;

use rusqlite::{Connection, Statement, Transaction};

use super::catalog::ColumnInfo;
use super::event_rows::EventRow;
use super::query_plan::{create_index, rows_in_vain};
use super::schema::Events;
use super::store::{Opened, begin_to_read};
use crate::store::error::StoreError;
use crate::store::records::{Records, SeenReap, WantedReaps};
use crate::zombie::{Aftermath, Calendar, NextRuns, Notes, PastReap, Timestamp};

/// The most reaps that are looked at; where there are more, those made last.
const MOST: usize = 1_000_000;

/// What is on record in a queue's events, in one read transaction.
pub(crate) struct SqliteRecords<'c> {
    conn: &'c Connection,
    opened: &'c Opened,
    events: Option<OfEvents<'c>>,
    calendar: Calendar,
    _read: Transaction<'c>,
}

impl<'c> SqliteRecords<'c> {
    pub(crate) fn begin(
        conn: &'c Connection,
        opened: &'c Opened,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let read = begin_to_read(conn)?;
        let schema = &opened.schema;
        if let Some(project) = &opened.project {
            project.check_known(conn, schema)?;
        }
        let calendar = Calendar::new(now, schema.time_zone);
        let events = schema.events.as_ref();
        let events = events.map(|events| OfEvents::new(conn, events, calendar));
        Ok(Self {
            conn,
            opened,
            events: events.transpose().map_err(reading())?,
            calendar,
            _read: read,
        })
    }
}

fn reading() -> impl FnOnce(rusqlite::Error) -> StoreError {
    StoreError::sqlite("read what was reaped")
}

impl Records for SqliteRecords<'_> {
    fn seen(
        &mut self,
        wanted: &WantedReaps<'_>,
        notes: &mut Notes,
    ) -> Result<Option<Vec<SeenReap>>, StoreError> {
        let events = self.events.as_ref();
        let seen = events.map(|events| events.seen(self.opened, wanted, notes));
        seen.transpose().map_err(reading())
    }

    fn whole(&mut self, seen: SeenReap) -> Result<PastReap, StoreError> {
        match &mut self.events {
            Some(events) => events.whole(seen).map_err(reading()),
            None => Ok(seen.reap),
        }
    }

    fn aftermaths(
        &mut self,
        ids: &[String],
        next: &mut NextRuns,
        notes: &mut Notes,
    ) -> Result<HashMap<String, Aftermath>, StoreError> {
        let now = self.calendar.now();
        aftermath::aftermaths(self.conn, self.opened, ids, next, now, notes).map_err(reading())
    }
}

/// The reaps in the queue's events.
struct OfEvents<'c> {
    conn: &'c Connection,
    events: &'c Events,
    calendar: Calendar,
    whole: Statement<'c>,
}

impl<'c> OfEvents<'c> {
    fn new(conn: &'c Connection, events: &'c Events, calendar: Calendar) -> rusqlite::Result<Self> {
        Ok(Self {
            conn,
            events,
            calendar,
            whole: conn.prepare(&sql::event_with_key(events))?,
        })
    }

    /// Those asked for, and those of the same time that only their project or reason keeps apart.
    fn seen(
        &self,
        opened: &Opened,
        wanted: &WantedReaps<'_>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Vec<SeenReap>> {
        let events = self.events;
        let from = match wanted.since {
            Some(since) => from::from(self.conn, events, since, &self.calendar)?,
            None => None,
        };
        // Where the event has no time of its own, its payload has; and what nothing addresses is read whole at once.
        let is_whole = events.time.is_none() || !sql::is_addressed(events);
        let (text, parameters) =
            sql::reaps(self.conn, opened, events, wanted, from.as_deref(), is_whole, MOST)?;
        let mut statement = self.conn.prepare(&text)?;
        let mut rows = statement.query(rusqlite::params_from_iter(&parameters))?;
        let mut seen = Vec::new();
        while let Some(row) = rows.next()? {
            let [in_project, has_reason]: [bool; 2] = [row.get(2)?, row.get(3)?];
            let event = EventRow::read(row.get_ref(1)?.into(), row, 4)?;
            seen.push(SeenReap {
                reap: event.reap(&self.calendar),
                is_wanted: in_project && has_reason,
                key: row.get_ref(0)?.into(),
                is_whole,
            });
        }
        drop(rows);
        if let Some(count) = rows_in_vain(&statement, seen.len()) {
            notes.see_missing_index(
                &events.table.name,
                count,
                create_index(&events.table, &self.index(wanted)),
            );
        }
        Ok(seen)
    }

    /// What an index would have to begin with.
    fn index(&self, wanted: &WantedReaps<'_>) -> ColumnInfo {
        match (wanted.task, &self.events.time) {
            (Some(_), _) => self.events.task.clone(),
            (None, Some(time)) => ColumnInfo::together(&[&self.events.kind, time]),
            (None, None) => self.events.kind.clone(),
        }
    }

    /// All that the event of a reap says.
    fn whole(&mut self, seen: SeenReap) -> rusqlite::Result<PastReap> {
        if seen.is_whole {
            return Ok(seen.reap);
        }
        let task = seen.reap.task_id.clone();
        let event = self
            .whole
            .query_row([&seen.key], |row| EventRow::read(task, row, 0))?;
        Ok(event.reap(&self.calendar))
    }
}
