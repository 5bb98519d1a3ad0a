//! The reaps that a queue's own events tell of. They are found by what an index holds, and only those that are listed are
//! read whole.

mod aftermath;
mod from;
mod learned;
mod sql;

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement, Transaction};

use super::catalog::ColumnInfo;
use super::event_rows::EventRow;
use super::query_plan::note_missing_index;
use super::schema::Events;
use super::store::{Opened, begin_to_read};
use super::value::reading;
use crate::store::error::StoreError;
use crate::store::records::{Record, Records, SeenReap, WantedReaps};
use crate::zombie::{Aftermath, Calendar, Id, NextRuns, Notes, PastReap, Timestamp};
use sql::What;

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
            events: events.transpose().map_err(failed())?,
            calendar,
            _read: read,
        })
    }
}

fn failed() -> impl FnOnce(rusqlite::Error) -> StoreError {
    StoreError::sqlite("read what was reaped")
}

impl Records for SqliteRecords<'_> {
    fn see(
        &mut self,
        wanted: &WantedReaps<'_>,
        visit: &mut dyn FnMut(SeenReap),
        notes: &mut Notes,
    ) -> Result<bool, StoreError> {
        let Some(events) = &self.events else {
            return Ok(false);
        };
        events.see(self.opened, wanted, visit, notes).map_err(failed())?;
        Ok(true)
    }

    fn whole(&mut self, seen: SeenReap) -> Result<PastReap, StoreError> {
        match (seen.record, &mut self.events) {
            (Record::Whole(reap), _) => Ok(*reap),
            (Record::Key(key), Some(events)) => events.whole(&key).map_err(failed()),
            (Record::Key(_), None) => Err(failed()(rusqlite::Error::QueryReturnedNoRows)),
        }
    }

    fn last_learned(&mut self) -> Result<Option<Timestamp>, StoreError> {
        match &self.events {
            Some(of) => learned::last(self.conn, of.events, &self.calendar).map_err(failed()),
            None => Ok(None),
        }
    }

    fn aftermaths(
        &mut self,
        ids: &[String],
        next: &mut NextRuns,
        notes: &mut Notes,
    ) -> Result<HashMap<String, Aftermath>, StoreError> {
        let now = self.calendar.now();
        aftermath::aftermaths(self.conn, self.opened, ids, next, now, notes).map_err(failed())
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

    /// Shows those asked for, and those of the same time that only their project or reason keeps apart.
    fn see(
        &self,
        opened: &Opened,
        wanted: &WantedReaps<'_>,
        visit: &mut dyn FnMut(SeenReap),
        notes: &mut Notes,
    ) -> rusqlite::Result<()> {
        let events = self.events;
        let from = match wanted.since {
            Some(since) => from::from(self.conn, events, since, &self.calendar)?,
            None => None,
        };
        // Where the event has no time of its own, its payload has; and what nothing addresses is read whole at once.
        let what = if events.time.is_none() || !sql::is_addressed(events) {
            What::Whole
        } else if wanted.reason.is_some() || opened.project.is_some() {
            What::Task
        } else {
            What::Time
        };
        let (text, parameters) = sql::reaps(self.conn, opened, events, wanted, from.as_deref(), what, MOST)?;
        let mut statement = self.conn.prepare(&text)?;
        let mut rows = statement.query(rusqlite::params_from_iter(&parameters))?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            visit(self.seen(row, what)?);
        }
        drop(rows);
        let missing = (&events.table, &self.index(wanted));
        note_missing_index(self.conn, &statement, count, missing, notes);
        Ok(())
    }

    fn seen(&self, row: &Row<'_>, what: What) -> rusqlite::Result<SeenReap> {
        let is = |place: usize| -> rusqlite::Result<bool> {
            Ok(matches!(row.get_ref(place)?, ValueRef::Integer(yes) if yes != 0))
        };
        let is_wanted = is(0)? && is(1)?;
        if what == What::Whole {
            let reap = EventRow::read(row.get_ref(4)?.into(), row, 5)?.reap(&self.calendar);
            return Ok(SeenReap::known(reap, is_wanted));
        }
        let task = || row.get_ref(4).map(Id::from);
        Ok(SeenReap {
            at: reading(row.get_ref(3)?, &self.calendar).at(),
            is_wanted,
            task: (what == What::Task).then(task).transpose()?,
            record: Record::Key(row.get_ref(2)?.into()),
        })
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
    fn whole(&mut self, key: &Id) -> rusqlite::Result<PastReap> {
        let read = |row: &Row<'_>| EventRow::read(row.get_ref(0)?.into(), row, 1);
        Ok(self.whole.query_row([key], read)?.reap(&self.calendar))
    }
}
