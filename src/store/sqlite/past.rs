//! What is on record of a few tasks: their reaps, and what makes them count no more. Read before any lock is asked for: by an
//! index for each task, the newest first and no further back than it counts; or where there is none in one look at all that
//! is on record.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use rusqlite::{Connection, Row};

use super::catalog::{ColumnInfo, TableInfo};
use super::event_rows::EventRow;
use super::keys::{column, is_task, key};
use super::meeting::{compare, is_led};
use super::query_plan::{MANY, create_index, is_in_order, rows_in_vain};
use super::questions::event_names;
use super::recorder::in_one_column;
use super::row::is_word;
use super::schema::{Events, Runs, Schema};
use super::statements::{forms, render, run_names};
use super::value::{literal, reading};
use crate::store::contract::{Asked, Effort};
use crate::zombie::{Calendar, Id, Notes, Past, Timestamp};

/// How many rows a sweep reads unasked, of all tasks together and of each; and how many of them the look for a task costs.
const UNASKED: usize = 20_000;
const OF_A_TASK: usize = 1_000;
const LOOK: usize = 10;

/// After how many completed runs, those made last first, none that was completed later is to be found any more.
const ENOUGH: usize = 16;

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
                notes.see_untold_repeats(Some(&create_index(&events.table, &events.task)));
            }
            return Ok(None);
        }
        let mut look = Look {
            conn,
            calendar,
            asked,
            left: by_index.then_some(&mut self.left),
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

/// What a task is called, in whichever column it is named: two are the same by value, and texts byte by byte, whatever the
/// queue takes for the same.
fn name(task: &Id) -> Id {
    in_one_column(task).by_value()
}

/// What a row says of whether the search goes on.
enum Seen {
    Nothing,
    /// A run that did its work.
    Completed,
    /// That nothing behind it counts, where rows come in order.
    FarBack,
}

/// Rows that are on record of tasks.
struct Source<'s> {
    template: &'static str,
    names: Vec<(&'static str, String)>,
    table: &'s TableInfo,
    /// What names the task; the first value of each row.
    task: &'s ColumnInfo,
    /// What is true of the rows of task ?1, and of those of all tasks that count.
    of_task: String,
    of_all: String,
    /// By what the newest come first.
    orders: Vec<String>,
}

impl Source<'_> {
    fn sql(&self, condition: &str, order: Option<&String>) -> String {
        let newest_first = order.map(|order| format!("ORDER BY {order} DESC"));
        let mut names = self.names.clone();
        names.extend([
            ("condition", condition.to_owned()),
            ("newest_first", newest_first.unwrap_or_default()),
        ]);
        render(self.template, &names)
    }

    /// The rows of task ?1, the newest first where an index has them so; and whether it does.
    fn newest_first(&self, conn: &Connection) -> rusqlite::Result<(String, bool)> {
        for order in &self.orders {
            let sql = self.sql(&self.of_task, Some(order));
            if is_in_order(conn, &sql)? {
                return Ok((sql, true));
            }
        }
        Ok((self.sql(&self.of_task, None), false))
    }

    /// The task that a row names.
    fn task(&self, row: &Row<'_>) -> rusqlite::Result<Id> {
        Ok(match Id::from(row.get_ref(0)?) {
            Id::Text(json) if !self.task.parts.is_empty() => name(&Id::Several(json)),
            id => name(&id),
        })
    }
}

fn order_of_keys(alias: &str, table: &TableInfo) -> Option<String> {
    let is_one = table.rowid().is_some() || table.key_columns().len() == 1;
    is_one.then(|| key(alias, table))
}

struct Look<'l> {
    conn: &'l Connection,
    calendar: &'l Calendar,
    asked: &'l Asked<'l>,
    /// How many rows may still be read, where that is bounded.
    left: Option<&'l mut usize>,
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
                self.read_led(&source, ids, visit)
            }
            Some(all) => {
                self.read_once(&source, all, notes, visit)?;
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
            return self.read_led(&source, reaped, visit);
        };
        let reaped: Vec<_> = reaped.collect();
        if reaped.is_empty() {
            return Ok(true);
        }
        self.read_once(&source, all, notes, visit)?;
        for (task, past) in reaped {
            if let Some(read) = all.as_ref().and_then(|all| all.get(&name(task))) {
                past.completed = read.completed;
                past.is_undated |= read.is_undated;
            }
        }
        Ok(true)
    }

    /// Reads the rows of each of these tasks, and returns whether there was enough left for it.
    fn read_led(
        &mut self,
        source: &Source<'_>,
        tasks: Vec<(Cow<'_, Id>, &mut Past)>,
        mut visit: impl FnMut(&mut Past, &Row<'_>) -> rusqlite::Result<Seen>,
    ) -> rusqlite::Result<bool> {
        let (sql, is_in_order) = source.newest_first(self.conn)?;
        let mut statement = self.conn.prepare(&sql)?;
        for (task, past) in tasks {
            if !self.take(LOOK) {
                return Ok(false);
            }
            let called = name(&task);
            let (mut read, mut completed) = (0, 0);
            let mut rows = statement.query([&*task])?;
            while let Some(row) = rows.next()? {
                read += 1;
                if !self.take(1) {
                    return Ok(false);
                }
                // The index may lead to others too, whose names the queue takes for the same.
                if source.task(row)? == called {
                    match visit(past, row)? {
                        Seen::FarBack if is_in_order => break,
                        Seen::Completed => completed += 1,
                        Seen::FarBack | Seen::Nothing => {}
                    }
                }
                if is_in_order && completed >= ENOUGH {
                    break;
                }
                if self.left.is_some() && read >= OF_A_TASK {
                    if is_in_order {
                        break;
                    }
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Takes so many rows of those that may still be read, where there are.
    fn take(&mut self, rows: usize) -> bool {
        let Some(left) = &mut self.left else { return true };
        let rest = left.checked_sub(rows);
        **left = rest.unwrap_or_default();
        rest.is_some()
    }

    /// Reads what counts of all tasks, unless it was read before.
    fn read_once(
        &self,
        source: &Source<'_>,
        all: &mut Option<HashMap<Id, Past>>,
        notes: &mut Notes,
        mut visit: impl FnMut(&mut Past, &Row<'_>) -> rusqlite::Result<Seen>,
    ) -> rusqlite::Result<()> {
        if all.is_some() {
            return Ok(());
        }
        let mut of_task: HashMap<Id, Past> = HashMap::new();
        let mut statement = self.conn.prepare(&source.sql(&source.of_all, None))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(of_task.entry(source.task(row)?).or_default(), row)?;
        }
        drop(rows);
        if let Some(count) = rows_in_vain(&statement, 0) {
            let create = create_index(source.table, source.task);
            notes.see_missing_index(&source.table.name, count, create);
        }
        *all = Some(of_task);
        Ok(())
    }
}
