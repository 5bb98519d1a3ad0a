//! What is on record of a few tasks: their reaps, and what makes them count no more. Read before any lock is asked for: by an
//! index for each task, the newest first and no further back than it counts; or where there is none in one look at all that
//! is on record.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use rusqlite::{Connection, Row};

use super::event_rows::EventRow;
use super::keys::{column, is_task};
use super::meeting::{compare, is_led};
use super::past_rows::{Rows, Seen, Source, name, order_of_keys};
use super::query_plan::{MANY, create_index};
use super::questions::event_names;
use super::recorder::in_one_column;
use super::row::is_word;
use super::schema::{Events, Runs, Schema};
use super::statements::{forms, run_names};
use super::value::{literal, reading};
use crate::store::contract::{Asked, Effort};
use crate::zombie::{Calendar, Id, Notes, Past, Timestamp};

/// How many rows a sweep reads unasked, of all tasks together.
const UNASKED: usize = 20_000;

/// How far a row may lie out of the order of time.
const OUT_OF_ORDER: Duration = Duration::from_secs(24 * 3600);

/// What a sweep has read of the past.
pub(super) struct PastReader {
    /// Of the tasks that have any: what was read in one look at all.
    events: Option<HashMap<Id, Past>>,
    runs: Option<HashMap<Id, Past>>,
    /// How many rows may be read unasked from here on.
    left: usize,
}

impl PastReader {
    pub(super) fn new() -> Self {
        Self {
            events: None,
            runs: None,
            left: UNASKED,
        }
    }

    /// What is on record of each of these tasks, in their order; `None` where the queue keeps no events, or where it would
    /// take more than it is worth.
    pub(super) fn of(
        &mut self,
        conn: &Connection,
        schema: &Schema,
        calendar: &Calendar,
        asked: &Asked<'_>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Option<Vec<Past>>> {
        let Some(events) = &schema.events else {
            return Ok(None);
        };
        let by_index = asked.effort == Effort::ByIndex;
        let is_event_led = is_led(conn, &events.table, &events.task, &schema.tasks.id)?;
        let is_run_led = match &schema.runs {
            // What is no value of several columns leads to no run.
            Some(runs) => {
                (runs.task.parts.is_empty() || asked.tasks.iter().all(|id| matches!(id, Id::Several(_))))
                    && is_led(conn, &runs.table, &runs.task, &schema.tasks.id)?
            }
            None => true,
        };
        if by_index && !(is_event_led && is_run_led) {
            if !is_event_led && compare(&events.task, &schema.tasks.id) && is_large(conn, events)? {
                notes.see_untold_repeats(Some(&create_index(conn, &events.table, &events.task)));
            }
            return Ok(None);
        }
        let left = by_index.then_some(&mut self.left);
        let mut look = Look {
            rows: Rows { conn, left },
            calendar,
            asked,
        };
        let mut pasts = vec![Past::default(); asked.tasks.len()];
        let all_events = (!is_event_led).then_some(&mut self.events);
        let all_runs = (!is_run_led).then_some(&mut self.runs);
        let is_whole = look.read_events(events, &mut pasts, all_events, notes)?
            && match &schema.runs {
                Some(runs) => look.read_completed(runs, &mut pasts, all_runs, notes)?,
                None => true,
            };
        if !is_whole {
            notes.see_untold_repeats(None);
            return Ok(None);
        }
        Ok(Some(pasts))
    }
}

/// Whether the table has so many rows that to look through all of them is worth a word.
fn is_large(conn: &Connection, events: &Events) -> rusqlite::Result<bool> {
    let table = events.table.qualified_name();
    let sql = format!("SELECT 1 FROM {table} LIMIT 1 OFFSET {MANY}");
    conn.prepare(&sql)?.exists([])
}

struct Look<'l> {
    rows: Rows<'l>,
    calendar: &'l Calendar,
    asked: &'l Asked<'l>,
}

impl Look<'_> {
    /// Returns whether all was read.
    fn read_events(
        &mut self,
        events: &Events,
        pasts: &mut [Past],
        all: Option<&mut Option<HashMap<Id, Past>>>,
        notes: &mut Notes,
    ) -> rusqlite::Result<bool> {
        let (calendar, after) = (self.calendar, self.asked.after);
        let far_back = after.minus(OUT_OF_ORDER);
        let visit = |past: &mut Past, row: &Row<'_>| {
            let event = EventRow::read(Id::Null, row, 1)?;
            let at = reading(row.get_ref(2)?, calendar).at();
            if event.is_called(&events.unparked) {
                past.unparked = past.unparked.max(at);
                past.is_undated |= at.is_none();
            } else if event.is_called(&events.reaped) {
                let reap = event.reap(calendar);
                if reap.at > after && reap.is_of_silence() {
                    past.reaps.push(reap);
                }
            }
            Ok(match at {
                Some(at) if at < far_back => Seen::FarBack,
                _ => Seen::Nothing,
            })
        };
        let ours = [&events.reaped, &events.unparked].map(|word| literal(word));
        let mut names = event_names(events);
        names.push(("ours", ours.join(", ")));
        let by_time = events.time.as_ref().map(|time| column("e", time));
        let source = Source {
            template: include_str!("sql/our_events.sql"),
            names,
            table: &events.table,
            task: &events.task,
            of_task: format!("{} = ?1", column("e", &events.task)),
            of_all: format!("{} IN ({})", column("e", &events.kind), ours.join(", ")),
            orders: order_of_keys("e", &events.table)
                .into_iter()
                .chain(by_time)
                .collect(),
        };
        match all {
            None => {
                let ids = self.asked.tasks.iter().map(|id| in_one_column(id));
                let ids: Vec<_> = ids.zip(pasts).collect();
                self.rows.read_led(&source, ids, visit)
            }
            Some(all) => {
                self.rows.read_once(&source, all, notes, visit)?;
                for (task, past) in self.asked.tasks.iter().zip(pasts) {
                    if let Some(read) = all.as_ref().and_then(|all| all.get(&name(task))) {
                        past.clone_from(read);
                    }
                }
                Ok(true)
            }
        }
    }

    /// Returns whether all was read of the tasks that were reaped before.
    fn read_completed(
        &mut self,
        runs: &Runs,
        pasts: &mut [Past],
        all: Option<&mut Option<HashMap<Id, Past>>>,
        notes: &mut Notes,
    ) -> rusqlite::Result<bool> {
        let Some(status) = runs.status.as_ref().filter(|_| !runs.completed.is_empty()) else {
            return Ok(true);
        };
        let of_start = runs.started.iter().chain(&runs.created);
        let mut columns = vec![column("r", &runs.task), column("r", status)];
        let first = columns.len();
        let of_end = first + runs.ended.len();
        columns.extend(runs.ended.iter().chain(of_start).map(|time| column("r", time)));
        let last = columns.len();
        let calendar = self.calendar;
        let visit = |past: &mut Past, row: &Row<'_>| {
            let status = row.get_ref(1)?;
            if !runs.completed.iter().any(|word| is_word(status, word)) {
                return Ok(Seen::Nothing);
            }
            let newest = |places: Range<usize>| -> rusqlite::Result<Option<Timestamp>> {
                let mut newest = None;
                for place in places {
                    newest = newest.max(reading(row.get_ref(place)?, calendar).at());
                }
                Ok(newest)
            };
            // It ended no earlier than it began.
            let at = newest(first..of_end)?.or(newest(of_end..last)?);
            past.completed = past.completed.max(at);
            past.is_undated |= at.is_none();
            Ok(Seen::Completed)
        };
        let mut names = run_names(runs);
        names.push(("columns", columns.join(", ")));
        let completed: Vec<_> = runs
            .completed
            .iter()
            .flat_map(|word| forms(status, word))
            .collect();
        let source = Source {
            template: include_str!("sql/completed_runs.sql"),
            names,
            table: &runs.table,
            task: &runs.task,
            of_task: is_task(&runs.task),
            of_all: format!("{} IN ({})", column("r", status), completed.join(", ")),
            orders: order_of_keys("r", &runs.table).into_iter().collect(),
        };
        let asked = self.asked.tasks.iter().zip(pasts);
        let reaped = asked.filter(|(_, past)| !past.reaps.is_empty());
        let Some(all) = all else {
            let reaped = reaped.map(|(id, past)| (Cow::Borrowed(*id), past)).collect();
            return self.rows.read_led(&source, reaped, visit);
        };
        let reaped: Vec<_> = reaped.collect();
        if reaped.is_empty() {
            return Ok(true);
        }
        self.rows.read_once(&source, all, notes, visit)?;
        for (task, past) in reaped {
            if let Some(read) = all.as_ref().and_then(|all| all.get(&name(task))) {
                past.completed = read.completed;
                past.is_undated |= read.is_undated;
            }
        }
        Ok(true)
    }
}
