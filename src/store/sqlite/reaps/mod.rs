//! The reaps that a queue's own events tell of. They are found by what an index holds, and only those that are listed are
//! read whole.

mod aftermath;
mod from;
mod sql;
mod wanted;

use rusqlite::{Connection, Statement};

use super::catalog::ColumnInfo;
use super::event_rows::EventRow;
use super::query_plan::{create_index, rows_in_vain};
use super::schema::{Events, Schema};
use crate::zombie::{Calendar, Id, Notes, PastReap, Timestamp};

pub(crate) use aftermath::aftermaths;
pub(crate) use wanted::Wanted;

/// The most reaps that are looked at; where there are more, those made last.
const MOST: usize = 1_000_000;

/// A reap, as far as it takes to choose it.
pub(crate) struct Seen {
    pub(crate) reap: PastReap,
    /// Whether it is of the project and the reason asked for.
    pub(crate) is_wanted: bool,
    key: Id,
    /// Whether all that the event says was read.
    is_whole: bool,
}

impl Seen {
    /// One that is known already.
    pub(crate) fn known(reap: PastReap, is_wanted: bool) -> Self {
        Self {
            reap,
            is_wanted,
            key: Id::Null,
            is_whole: true,
        }
    }
}

/// The reaps in the queue's events; `None` where it has no table of them.
pub(crate) struct ReapsOnRecord<'c> {
    conn: &'c Connection,
    events: &'c Events,
    calendar: Calendar,
    whole: Statement<'c>,
}

impl<'c> ReapsOnRecord<'c> {
    pub(crate) fn new(
        conn: &'c Connection,
        schema: &'c Schema,
        now: Timestamp,
    ) -> rusqlite::Result<Option<Self>> {
        let Some(events) = &schema.events else {
            return Ok(None);
        };
        Ok(Some(Self {
            conn,
            events,
            calendar: Calendar::new(now, schema.time_zone),
            whole: conn.prepare(&sql::event_with_key(events))?,
        }))
    }

    /// Those asked for, and those of the same time that only their project or reason keeps apart.
    pub(crate) fn seen(
        &self,
        schema: &Schema,
        wanted: &Wanted<'_>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Vec<Seen>> {
        let events = self.events;
        let from = match wanted.since {
            Some(since) => from::from(self.conn, events, since, &self.calendar)?,
            None => None,
        };
        // Where the event has no time of its own, its payload has; and what nothing addresses is read whole at once.
        let is_whole = events.time.is_none() || !sql::is_addressed(events);
        let (text, parameters) =
            sql::reaps(self.conn, schema, events, wanted, from.as_deref(), is_whole, MOST)?;
        let mut statement = self.conn.prepare(&text)?;
        let mut rows = statement.query(rusqlite::params_from_iter(&parameters))?;
        let mut seen = Vec::new();
        while let Some(row) = rows.next()? {
            let [in_project, has_reason]: [bool; 2] = [row.get(2)?, row.get(3)?];
            let event = EventRow::read(row.get_ref(1)?.into(), row, 4)?;
            seen.push(Seen {
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
    fn index(&self, wanted: &Wanted<'_>) -> ColumnInfo {
        match (wanted.task, &self.events.time) {
            (Some(_), _) => self.events.task.clone(),
            (None, Some(time)) => ColumnInfo::together(&[&self.events.kind, time]),
            (None, None) => self.events.kind.clone(),
        }
    }

    /// All that the event of a reap says.
    pub(crate) fn whole(&mut self, seen: Seen) -> rusqlite::Result<PastReap> {
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
