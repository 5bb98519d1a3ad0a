//! What is on record of a few tasks: their reaps, and what makes them count no more. Read before any lock is asked for, by an
//! index for each task, or where there is none in one look at all that is on record.

use std::collections::HashMap;

use rusqlite::{Connection, Row};

use super::event_rows::EventRow;
use super::keys::column;
use super::meeting::is_led;
use super::questions::event_names;
use super::recorder::in_one_column;
use super::schema::{Events, Runs, Schema};
use super::statements::{render, run_names};
use super::value::{literal, reading};
use crate::store::contract::Effort;
use crate::zombie::{Calendar, Id, Past};

/// What is on record of each of these tasks, in their order; `None` where the queue keeps no events, or where it would take
/// more than it is worth.
pub(super) fn of(
    conn: &Connection,
    schema: &Schema,
    calendar: &Calendar,
    tasks: &[&Id],
    effort: Effort,
) -> rusqlite::Result<Option<Vec<Past>>> {
    let Some(events) = &schema.events else {
        return Ok(None);
    };
    let mut look = Look {
        conn,
        calendar,
        places: tasks
            .iter()
            .zip(0..)
            .map(|(task, place)| (name(task), place))
            .collect(),
        tasks,
        pasts: vec![Past::default(); tasks.len()],
    };
    let (is_event_led, is_run_led) = (
        is_led(conn, &events.table, &events.task, &schema.tasks.id)?,
        match &schema.runs {
            Some(runs) => is_led(conn, &runs.table, &runs.task, &schema.tasks.id)?,
            None => true,
        },
    );
    if effort == Effort::ByIndex && !(is_event_led && is_run_led) {
        return Ok(None);
    }
    look.read_events(events, is_event_led)?;
    if let Some(runs) = &schema.runs {
        look.read_completed(runs, is_run_led)?;
    }
    Ok(Some(look.pasts))
}

/// What a task is called, in whichever column it is named.
pub(super) fn name(task: &Id) -> Id {
    in_one_column(task).by_value()
}

struct Look<'l> {
    conn: &'l Connection,
    calendar: &'l Calendar,
    tasks: &'l [&'l Id],
    places: HashMap<Id, usize>,
    pasts: Vec<Past>,
}

impl Look<'_> {
    fn read_events(&mut self, events: &Events, is_led: bool) -> rusqlite::Result<()> {
        let ours = [&events.reaped, &events.unparked].map(|word| literal(word));
        let mut names = event_names(events);
        let of_task = and_of_task(is_led, &format!("{} = ?1", column("e", &events.task)));
        names.extend([("ours", ours.join(", ")), ("of_task", of_task)]);
        let sql = render(include_str!("sql/our_events.sql"), &names);
        let calendar = self.calendar;
        self.each(&sql, is_led, |past, row| {
            let event = EventRow::read(Id::from(row.get_ref(0)?), row, 1)?;
            if event.is_called(&events.unparked) {
                past.unparked = past.unparked.max(event.told(calendar).at);
            } else {
                past.reaps.push(event.reap(calendar));
            }
            Ok(())
        })
    }

    fn read_completed(&mut self, runs: &Runs, is_led: bool) -> rusqlite::Result<()> {
        if runs.status.is_none() || runs.completed.is_empty() {
            return Ok(());
        }
        let mut columns = vec![column("r", &runs.task)];
        columns.extend(runs.ended.iter().map(|end| column("r", end)));
        let last = columns.len();
        let completed: Vec<_> = runs.completed.iter().map(|word| literal(word)).collect();
        let mut names = run_names(runs);
        let of_task = names.iter().find(|(name, _)| *name == "r.task = ?1");
        let of_task = of_task.map_or_else(String::new, |(_, sql)| sql.clone());
        names.extend([
            ("columns", columns.join(", ")),
            ("completed", completed.join(", ")),
            ("of_task", and_of_task(is_led, &of_task)),
        ]);
        let sql = render(include_str!("sql/completed_runs.sql"), &names);
        let calendar = self.calendar;
        self.each(&sql, is_led, |past, row| {
            for place in 1..last {
                past.completed = past.completed.max(reading(row.get_ref(place)?, calendar).at());
            }
            Ok(())
        })
    }

    /// Hands over each row, with the past of the task that it names first.
    fn each(
        &mut self,
        sql: &str,
        is_led: bool,
        mut visit: impl FnMut(&mut Past, &Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.conn.prepare(sql)?;
        if is_led {
            for (task, past) in self.tasks.iter().zip(&mut self.pasts) {
                let mut rows = statement.query([*task])?;
                while let Some(row) = rows.next()? {
                    visit(past, row)?;
                }
            }
            return Ok(());
        }
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let place = self.places.get(&name(&Id::from(row.get_ref(0)?)));
            if let Some(past) = place.and_then(|place| self.pasts.get_mut(*place)) {
                visit(past, row)?;
            }
        }
        Ok(())
    }
}

fn and_of_task(is_led: bool, of_task: &str) -> String {
    if is_led {
        format!("AND {of_task}")
    } else {
        String::new()
    }
}
