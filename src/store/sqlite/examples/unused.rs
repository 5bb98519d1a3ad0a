//! Columns that play no role and look as if they might: by what stands in them, or by what they are called.

use std::fmt;

use rusqlite::Connection;
use serde::Serialize;

use super::super::catalog::{ColumnInfo, TableInfo};
use super::super::keys::column;
use super::super::roleless::has_word_of;
use super::super::row::is_blank;
use super::super::schema::Schema;
use super::super::statements::newest_rows;
use super::super::value::reading;
use super::read_as::short_moment;
use super::rows::Rows;
use super::shown::shown;
use crate::zombie::{Calendar, Id, Reading, Timestamp};

/// How many of the newest rows of a table are looked at.
const ROWS: usize = 100;
/// From how many bytes on a value is neither a time nor a word.
const LONG: usize = 256;
/// The longest text that may be a word, and how many words a column of them has at most.
const LONGEST: usize = 24;
const WORDS: usize = 8;
/// How many of them are shown.
const SHOWN: usize = 4;

/// A column of tasks, runs or workers that plays no role, and looks as if it might.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unused {
    /// Table and column, such as `tasks.picked_at`.
    pub column: String,
    /// What it looks like.
    pub looks_like: Likeness,
    /// What stands in the row of the running task, else in the newest row that has it; or the words.
    pub value: String,
}

/// What a column looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Likeness {
    /// In the newest running task it is fresher than every sign of life that is known.
    Heartbeat,
    /// Each of its newest values is a time.
    Time,
    /// It is called like what names the holder of a task.
    Holder,
    /// Its newest values are one of a few words each.
    Word,
}

impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let likeness = match self.looks_like {
            Likeness::Heartbeat => "a heartbeat, fresher than every sign of life of a running task",
            Likeness::Time => "a time",
            Likeness::Holder => "a holder",
            Likeness::Word => "a word",
        };
        write!(
            f,
            "{} looks like {likeness} ({}) and plays no role",
            self.column, self.value
        )
    }
}

/// Finds them, by the newest rows, and the row of a task that runs.
pub(super) fn find(
    conn: &Connection,
    schema: &Schema,
    rows: &Rows<'_>,
    calendar: &Calendar,
) -> rusqlite::Result<Vec<Unused>> {
    let look = Look {
        conn,
        rows,
        calendar,
        sign: rows.newest_sign(calendar),
        holders: &schema.hints.holder,
    };
    let asked: Vec<_> = schema
        .look_alikes()
        .map(|(table, column)| full_name(table, column))
        .collect();
    let of_tasks = look.of_table("tasks", &schema.tasks.table, schema.tasks.without_role());
    let of_runs = schema.runs.iter();
    let of_runs = of_runs.map(|runs| look.of_table("runs", &runs.table, runs.without_role()));
    let of_workers = schema.workers.iter();
    let of_workers =
        of_workers.map(|workers| look.of_table("workers", &workers.table, workers.without_role()));
    let mut unused = Vec::new();
    for found in std::iter::once(of_tasks).chain(of_runs).chain(of_workers) {
        unused.extend(found?);
    }
    unused.retain(|unused| !asked.contains(&unused.column));
    Ok(unused)
}

struct Look<'l> {
    conn: &'l Connection,
    rows: &'l Rows<'l>,
    calendar: &'l Calendar,
    /// The newest sign of life of the task that runs.
    sign: Option<Timestamp>,
    holders: &'l [String],
}

impl Look<'_> {
    fn of_table<'c>(
        &self,
        section: &str,
        table: &TableInfo,
        columns: impl Iterator<Item = &'c ColumnInfo>,
    ) -> rusqlite::Result<Vec<Unused>> {
        let mut unused = Vec::new();
        // What is computed from other columns says nothing that these do not, and may call what only the queue knows.
        for info in columns.filter(|column| !column.generated) {
            // How long a value is stands before it: a payload of any size is not read.
            let name = column("t", info);
            let short = format!("CASE WHEN octet_length({name}) > {LONG} THEN '…' ELSE {name} END");
            let sql = newest_rows(("t", table), &[short], "TRUE", ROWS);
            let mut newest = self.conn.prepare(&sql)?;
            let values = newest.query_map([], |row| Ok(Id::from(row.get_ref(0)?)))?;
            let values = values.collect::<rusqlite::Result<Vec<_>>>()?;
            let found = self.likeness(section, &info.name, &values);
            unused.extend(found.map(|(looks_like, value)| Unused {
                column: full_name(table, info),
                looks_like,
                value,
            }));
        }
        Ok(unused)
    }

    fn likeness(&self, section: &str, name: &str, values: &[Id]) -> Option<(Likeness, String)> {
        let is_filled = |value: &&Id| !is_blank(value.as_value());
        let newest: Vec<_> = values.iter().filter(is_filled).collect();
        let of_task = self.rows.value(section, name).filter(is_filled);
        let all: Vec<_> = of_task.into_iter().chain(newest.iter().copied()).collect();
        if let Some(moment) = times(&all, self.calendar) {
            let of_task = of_task.and_then(|value| reading(value.as_value(), self.calendar).at());
            let is_fresher =
                |at: &Timestamp| *at <= self.calendar.now() && self.sign.is_some_and(|sign| sign < *at);
            let likeness = match of_task.filter(is_fresher) {
                Some(_) => Likeness::Heartbeat,
                None => Likeness::Time,
            };
            return Some((likeness, short_moment(moment)));
        }
        // A worker has a host and a process, and is held by nobody.
        if section != "workers" && has_word_of(name, self.holders) {
            let holder = all.first().and_then(|value| shown(value))?;
            return Some((Likeness::Holder, holder));
        }
        Some((Likeness::Word, words(&newest)?))
    }
}

/// The first of these values that is a time, where each one that says anything is.
fn times(values: &[&Id], calendar: &Calendar) -> Option<Timestamp> {
    let mut first = None;
    for value in values {
        match reading(value.as_value(), calendar) {
            Reading::Absent => {}
            Reading::Unreadable => return None,
            Reading::At(moment) => first = first.or(Some(moment.at)),
        }
    }
    first
}

/// The words among these values, where they are a few that come again and again. The same word in every row tells nothing.
fn words(values: &[&Id]) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for value in values {
        let Id::Text(_) = value else { return None };
        let word = value.to_string();
        if !is_word(&word) {
            return None;
        }
        if !found.contains(&word) {
            found.push(word);
        }
    }
    let is_few = (2..=WORDS).contains(&found.len()) && found.len() * 2 <= values.len();
    let more = if found.len() > SHOWN { ", …" } else { "" };
    found.truncate(SHOWN);
    is_few.then(|| format!("{}{more}", found.join(", ")))
}

fn is_word(text: &str) -> bool {
    let in_words = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    text.starts_with(char::is_alphabetic) && text.chars().count() <= LONGEST && text.chars().all(in_words)
}

fn full_name(table: &TableInfo, column: &ColumnInfo) -> String {
    format!("{}.{}", table.name, column.name)
}
