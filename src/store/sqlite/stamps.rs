//! How *now* is written into a column: in the form of the value that it replaces; else as the column's other rows of the
//! same kind have it; else as the table, then the database writes its times.

use std::cell::RefCell;
use std::rc::Rc;

use chrono::DateTime;
use rusqlite::Connection;

use super::catalog::{ColumnInfo, TableInfo};
use super::schema::{Recurring, Schema};
use super::value::{read, style};
use super::writes;
use crate::zombie::{Calendar, Id, Notes, Number, Reading, Style, Written, Zombie, Zone};

/// What is written where nothing tells how the database writes its timestamps.
const PLAIN: Style = Style::Iso {
    separator: b'T',
    point: b'.',
    digits: 3,
    zone: Zone::Letter(b'Z'),
};

/// Writes *now* for one queue.
#[derive(Clone)]
pub(super) struct Stamps<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    calendar: Calendar,
    /// Of a task: `updated`, `next_eligible`, then what is stamped.
    task: Vec<Pen<'c>>,
    ended: Option<Pen<'c>>,
    released: Option<Pen<'c>>,
    /// What was written last: mostly the next is the same.
    last: RefCell<Option<(Style, Rc<Written>)>>,
}

/// One column of times, and its form once that was needed.
#[derive(Clone, Copy)]
struct Pen<'c> {
    table: &'c TableInfo,
    column: &'c ColumnInfo,
    of_the_kind: Option<&'c Recurring>,
    style: Option<Style>,
}

impl<'c> Pen<'c> {
    fn new(table: &'c TableInfo, column: &'c ColumnInfo) -> Self {
        Self {
            table,
            column,
            of_the_kind: None,
            style: None,
        }
    }

    /// The form of *now* in the place of this value; `None` where that of the value is not understood, and it is better
    /// left as it is.
    fn form(&self, old: &Id, calendar: &Calendar) -> Option<Style> {
        match read(old.as_value(), calendar) {
            (Reading::Unreadable, _) => None,
            (Reading::At(_), Some(style)) => Some(fit_strict(style, self.table, self.column)),
            _ => Some(self.style.unwrap_or(PLAIN)),
        }
    }
}

impl<'c> Stamps<'c> {
    pub(super) fn new(conn: &'c Connection, schema: &'c Schema, calendar: Calendar) -> Self {
        let (tasks, runs) = (&schema.tasks, &schema.runs);
        let times = tasks
            .updated
            .iter()
            .chain(&tasks.next_eligible)
            .chain(&tasks.stamp);
        let mut task: Vec<_> = times.map(|column| Pen::new(&tasks.table, column)).collect();
        if let (Some(pen), Some(_)) = (task.get_mut(tasks.updated.len()), &tasks.next_eligible) {
            pen.of_the_kind = Some(&tasks.recurring);
        }
        let released = schema.workspaces.as_ref().and_then(|workspaces| {
            let released = workspaces.released.as_ref()?;
            Some(Pen::new(&workspaces.table, released))
        });
        Self {
            conn,
            schema,
            calendar,
            task,
            ended: runs.as_ref().and_then(|runs| {
                let ended = runs.ended.first()?;
                Some(Pen::new(&runs.table, ended))
            }),
            released,
            last: RefCell::new(None),
        }
    }

    /// Before the lock is asked for: finds out what the times of these zombies cannot tell themselves, and notes what is
    /// going to be left as it is.
    pub(super) fn prepare(&mut self, zombies: &[Zombie], notes: &mut Notes) -> rusqlite::Result<()> {
        let calendar = self.calendar;
        let mut is_missing = vec![false; self.task.len()];
        let (mut end_is_missing, mut release_is_missing) = (false, false);
        for zombie in zombies {
            for ((pen, old), is_missing) in self.task.iter().zip(old_times(zombie)).zip(&mut is_missing) {
                *is_missing |= look(pen, old, &calendar, notes);
            }
            if let Some(pen) = &self.ended {
                for run in zombie.runs_to_abandon() {
                    end_is_missing |=
                        run.run.ended.is_none() && look(pen, Some(&run.ended), &calendar, notes);
                }
            }
            if let Some(pen) = &self.released {
                for workspace in &zombie.workspaces {
                    release_is_missing |= look(pen, Some(&workspace.released), &calendar, notes);
                }
            }
        }
        for (place, is_missing) in is_missing.into_iter().enumerate() {
            if is_missing && let Some(pen) = self.task.get(place).copied() {
                let pen = self.with_style(pen)?;
                self.task.splice(place..=place, [pen]);
            }
        }
        if end_is_missing {
            self.ended = self.ended.map(|pen| self.with_style(pen)).transpose()?;
        }
        if release_is_missing {
            self.released = self.released.map(|pen| self.with_style(pen)).transpose()?;
        }
        Ok(())
    }

    fn with_style(&self, pen: Pen<'c>) -> rusqlite::Result<Pen<'c>> {
        let style = Some(self.style_of(&pen)?);
        Ok(Pen { style, ..pen })
    }

    /// *Now* for each time of a task, in the order of the statement; `None` to leave one as it is.
    pub(super) fn of_task(&self, zombie: &Zombie) -> impl Iterator<Item = Option<Rc<Written>>> {
        let forms = self.task.iter().zip(old_times(zombie));
        forms.map(|(pen, old)| old.and_then(|old| self.now(pen, old)))
    }

    /// *Now* as the end of a run that has none.
    pub(super) fn end(&self, old: &Id) -> Option<Rc<Written>> {
        self.now(self.ended.as_ref()?, old)
    }

    /// *Now* as the release of a workspace.
    pub(super) fn release(&self, old: &Id) -> Option<Rc<Written>> {
        self.now(self.released.as_ref()?, old)
    }

    fn now(&self, pen: &Pen<'_>, old: &Id) -> Option<Rc<Written>> {
        let style = pen.form(old, &self.calendar)?;
        let mut last = self.last.borrow_mut();
        match &*last {
            Some((form, written)) if *form == style => Some(Rc::clone(written)),
            _ => {
                let written = Rc::new(self.calendar.write(self.calendar.now(), style));
                *last = Some((style, Rc::clone(&written)));
                Some(written)
            }
        }
    }

    /// *Now* as the time of an event.
    pub(super) fn event(&self) -> rusqlite::Result<Option<Written>> {
        let Some(events) = &self.schema.events else {
            return Ok(None);
        };
        let Some(column) = &events.time else {
            return Ok(None);
        };
        let style = self.style_of(&Pen::new(&events.table, column))?;
        Ok(Some(self.calendar.write(self.calendar.now(), style)))
    }

    /// The form of a column, else that of the table's other times, else that of the queue's.
    fn style_of(&self, pen: &Pen<'_>) -> rusqlite::Result<Style> {
        let (table, column) = (pen.table, pen.column);
        if let Some(style) = self.own_style(table, column, pen.of_the_kind)? {
            return Ok(fit_strict(style, table, column));
        }
        if pen.of_the_kind.is_some()
            && let Some(style) = self.own_style(table, column, None)?
        {
            return Ok(fit_strict(style, table, column));
        }
        let (tasks, runs) = (&self.schema.tasks, &self.schema.runs);
        let of_tasks = [&tasks.updated, &tasks.started, &tasks.heartbeat];
        let mut relatives = vec![(&tasks.table, of_tasks)];
        relatives.extend(runs.as_ref().map(|runs| {
            let of_runs = [&runs.heartbeat, &runs.started, &runs.ended];
            (&runs.table, of_runs)
        }));
        if relatives.last().is_some_and(|(of, _)| table.name == of.name) {
            relatives.reverse();
        }
        for (of, columns) in relatives {
            for relative in columns.into_iter().flatten() {
                if let Some(style) = self.own_style(of, relative, None)? {
                    return Ok(fit(style, table, column));
                }
            }
        }
        Ok(fit(PLAIN, table, column))
    }

    /// The form of the newest value that is understood, else that of the column's default, such as `CURRENT_TIMESTAMP`.
    fn own_style(
        &self,
        table: &TableInfo,
        column: &ColumnInfo,
        of_the_kind: Option<&Recurring>,
    ) -> rusqlite::Result<Option<Style>> {
        let mut newest = self
            .conn
            .prepare(&writes::newest_times(table, column, of_the_kind))?;
        let mut rows = newest.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(style) = style(row.get_ref(0)?, &self.calendar) {
                return Ok(Some(style));
            }
        }
        let Some(default) = column.default_expression() else {
            return Ok(None);
        };
        // A default that only the orchestrator's own functions can compute tells us nothing.
        // One that it computes is of this very moment, whatever the sweep's *now* is.
        let sql = format!("SELECT {default}, unixepoch()");
        let default = self.conn.query_row(&sql, [], |row| {
            let now = DateTime::from_timestamp(row.get(1)?, 0).unwrap_or_default();
            let calendar = Calendar::new(now.into(), self.schema.time_zone);
            Ok(style(row.get_ref(0)?, &calendar))
        });
        Ok(default.ok().flatten())
    }
}

/// Whether a value does not tell how *now* is to be written; notes one that is left as it is.
fn look(pen: &Pen<'_>, old: Option<&Id>, calendar: &Calendar, notes: &mut Notes) -> bool {
    let Some(old) = old else { return false };
    match read(old.as_value(), calendar).0 {
        Reading::Unreadable => {
            let column = format!("{}.{}", pen.table.name, pen.column.name);
            notes.see_left(&column, || old.to_string());
            false
        }
        Reading::Absent => pen.style.is_none(),
        Reading::At(_) => false,
    }
}

/// The times of a task that a reap sets, as found; `None`: one that it leaves alone.
fn old_times(zombie: &Zombie) -> impl Iterator<Item = Option<&Id>> {
    let suspect = &zombie.suspect;
    let is_set = |place| suspect.is_recurring || Some(place) != suspect.due;
    let times = suspect.times.iter().zip(0..);
    times.map(move |(held, place)| is_set(place).then_some(&held.value))
}

/// A column declared to hold numbers gets one, even where its relatives hold texts.
fn fit(style: Style, table: &TableInfo, column: &ColumnInfo) -> Style {
    match style {
        Style::Iso { .. } if column.is_numeric() => Style::Seconds(Number::Integer, 0),
        style => fit_strict(style, table, column),
    }
}

/// A strict integer column gets an integer.
fn fit_strict(style: Style, table: &TableInfo, column: &ColumnInfo) -> Style {
    if !table.takes_integers_only(column) {
        return style;
    }
    match style {
        Style::Seconds(..) => Style::Seconds(Number::Integer, 0),
        Style::Millis(_) => Style::Millis(Number::Integer),
        Style::Micros(_) => Style::Micros(Number::Integer),
        Style::Nanos(_) => Style::Nanos(Number::Integer),
        style @ Style::Iso { .. } => style,
    }
}
