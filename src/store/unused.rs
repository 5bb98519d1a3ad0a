//! Columns that play no role and look as if they might: by what stands in them, or by what they are called.

use std::fmt;

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::Serialize;

use super::catalog::{ColumnInfo, TableInfo};
use super::examples::{shown, short_moment};
use super::facts::is_blank;
use super::roleless::has_word_of;
use super::schema::{Schema, SchemaError};
use super::statements::{column, newest_rows};
use super::value::reading;
use crate::zombie::{Calendar, Id, Reading};

/// How many of the newest rows of a table are looked at.
const ROWS: usize = 100;
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
    /// The newest value that shows it, or the words; `None` where a column is only called so.
    pub value: Option<String>,
}

/// What a column looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Likeness {
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
            Likeness::Time => "a time",
            Likeness::Holder => "a holder",
            Likeness::Word => "a word",
        };
        write!(f, "{} looks like {likeness}", self.column)?;
        if let Some(value) = &self.value {
            write!(f, " ({value})")?;
        }
        f.write_str(" and plays no role")
    }
}

impl Schema {
    /// The columns of tasks, runs and workers that play no role and look like times, holders or words, by the newest rows. One
    /// that is called like a heartbeat is not among them: [`Words::doubts`](super::Words::doubts) asks for it.
    ///
    /// *Now* is what numbers are told by to be times.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot read the rows.
    pub fn unused(&self, conn: &Connection, now: DateTime<Utc>) -> Result<Vec<Unused>, SchemaError> {
        let calendar = Calendar::new(now.into(), self.time_zone);
        let none: &[String] = &[];
        let holders = self.hints.holder.as_slice();
        let tasks = &self.tasks;
        let mut unused = of_table(conn, &calendar, &tasks.table, tasks.without_role(), holders)?;
        if let Some(runs) = &self.runs {
            unused.extend(of_table(conn, &calendar, &runs.table, runs.without_role(), holders)?);
        }
        if let Some(workers) = &self.workers {
            // A worker has a host and a process, and is held by nobody.
            unused.extend(of_table(conn, &calendar, &workers.table, workers.without_role(), none)?);
        }
        let asked: Vec<_> = self.look_alikes().map(|(table, column)| full_name(table, column)).collect();
        unused.retain(|unused| !asked.contains(&unused.column));
        Ok(unused)
    }
}

fn of_table<'c>(
    conn: &Connection,
    calendar: &Calendar,
    table: &TableInfo,
    columns: impl Iterator<Item = &'c ColumnInfo>,
    holders: &[String],
) -> rusqlite::Result<Vec<Unused>> {
    // What is computed from other columns says nothing that these do not, and may call what only the queue knows.
    let columns: Vec<_> = columns.filter(|column| !column.generated).collect();
    let mut unused = Vec::new();
    for info in columns {
        // Each by itself: a long row is read no further than to this column.
        let sql = newest_rows(("t", table), &[column("t", info)], "TRUE", ROWS);
        let mut newest = conn.prepare(&sql)?;
        let values = newest.query_map([], |row| Ok(Id::from(row.get_ref(0)?)))?;
        let values = values.collect::<rusqlite::Result<Vec<_>>>()?;
        let filled: Vec<_> = values.iter().filter(|value| !is_blank(value.as_value())).collect();
        let found = times(&filled, calendar)
            .map(|value| (Likeness::Time, Some(value)))
            .or_else(|| {
                let newest = filled.first().and_then(|value| shown(value));
                has_word_of(&info.name, holders).then_some((Likeness::Holder, newest))
            })
            .or_else(|| Some((Likeness::Word, Some(words(&filled)?))));
        unused.extend(found.map(|(looks_like, value)| Unused {
            column: full_name(table, info),
            looks_like,
            value,
        }));
    }
    Ok(unused)
}

/// The newest of these values, where each one that says anything is a time.
fn times(values: &[&Id], calendar: &Calendar) -> Option<String> {
    let mut newest = None;
    for value in values {
        match reading(value.as_value(), calendar) {
            Reading::Absent => {}
            Reading::Unreadable => return None,
            Reading::At(moment) => newest = newest.or(Some(moment.at)),
        }
    }
    newest.map(short_moment)
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
