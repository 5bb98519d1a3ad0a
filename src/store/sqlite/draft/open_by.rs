//! Runs that no word shows at work: those that have no outcome yet, else those without an end.

use rusqlite::Connection;

use super::super::value::identifier;
use super::declared::allowed_words;
use super::facts::is_empty;
use super::hints::HINTS;
use super::links::{Link, count};
use super::names::bare;
use super::portrait::{Column, Portrait};
use super::status::{Meaning, Status, meaning};
use super::times::{Time, is_moment, times};
use crate::zombie::Id;

/// So many rows that have an outcome, or none, are looked at.
const ROWS: usize = 1_000;

/// The column that is null in a run as long as it is at work.
pub(super) struct OpenBy {
    pub(super) column: String,
    /// What it says once a run is over; `None`: it is the moment of the end, and no word stands in it.
    pub(super) outcomes: Option<Vec<String>>,
    pub(super) why: String,
    /// What has an outcome has an end, and nothing else has.
    pub(super) is_strong: bool,
}

impl OpenBy {
    /// The outcome that is called and filled most like one, else the end. Where there is a status, it is that or nothing.
    pub(super) fn find(
        conn: &Connection,
        portrait: &Portrait,
        status: Option<&Status>,
    ) -> rusqlite::Result<Option<Self>> {
        let times = times(portrait);
        let ends = times
            .iter()
            .filter(|timed| timed.time == Time::Ended && timed.sure);
        let ends: Vec<_> = ends.collect();
        let by_end = ends
            .first()
            .filter(|_| status.is_none())
            .map(|end| Self::end(end.column));
        let ends: Vec<_> = ends.iter().map(|timed| timed.name()).collect();
        let mut best: Option<Self> = None;
        for column in &portrait.columns {
            if status.is_some_and(|status| status.name != column.info.name) || !is_outcome(portrait, column) {
                continue;
            }
            let found = Self::outcome(conn, portrait, column, &ends)?;
            if let Some(found) = found
                && best
                    .as_ref()
                    .is_none_or(|best| found.is_strong && !best.is_strong)
            {
                best = Some(found);
            }
        }
        Ok(best.or(by_end))
    }

    fn end(column: &Column) -> Self {
        let (name, facts) = (&column.info.name, &column.facts);
        Self {
            column: name.clone(),
            outcomes: None,
            why: format!(
                "{} of its newest {} rows have no {name}: are they those at work?",
                facts.rows - facts.filled,
                facts.rows
            ),
            is_strong: false,
        }
    }

    /// `None` where the ends speak against it.
    fn outcome(
        conn: &Connection,
        portrait: &Portrait,
        column: &Column,
        ends: &[String],
    ) -> rusqlite::Result<Option<Self>> {
        let name = &column.info.name;
        let has_any = |row: &Vec<Id>, names: &[String]| {
            let mut columns = portrait.columns.iter().zip(row);
            columns.any(|(column, value)| names.contains(&column.info.name) && !is_empty(value))
        };
        let open = portrait.rows(conn, ROWS, Some((name, &Id::Null)))?;
        let mut over = portrait.rows(conn, ROWS, None)?;
        over.retain(|row| has_any(row, std::slice::from_ref(name)));
        let with_end = |rows: &[Vec<Id>]| rows.iter().filter(|row| has_any(row, ends)).count();
        let (open_ended, over_ended) = (with_end(&open), with_end(&over));
        let agrees = open_ended == 0 && over_ended == over.len();
        if !agrees && !ends.is_empty() {
            return Ok(None);
        }
        let is_strong = agrees && !open.is_empty() && !over.is_empty();
        if !is_strong && !is_called_so(column) {
            return Ok(None);
        }
        let words = column.facts.words.iter().flat_map(|words| words.keys().cloned());
        let mut outcomes: Vec<_> = words.chain(allowed_words(&portrait.sql, name)).collect();
        outcomes.sort();
        outcomes.dedup();
        let (no, has) = (open.len(), over.len());
        let why = if ends.is_empty() {
            format!("runs without a {name}: {no}; with one: {has}; no column is the end of one")
        } else {
            format!(
                "runs without a {name}: {no}, of which {open_ended} have an end; with one: {has}, of which {over_ended} have"
            )
        };
        Ok(Some(Self {
            column: name.clone(),
            outcomes: Some(outcomes),
            why,
            is_strong,
        }))
    }

    /// What is true of a run at work.
    pub(super) fn condition(&self) -> String {
        format!("r.{} IS NULL", bare(&self.column))
    }

    /// How many tasks of each word have a run that is open by it.
    pub(super) fn busy(
        &self,
        conn: &Connection,
        tasks: &Portrait,
        status: &Status,
        (runs, link): (&Portrait, &Link),
    ) -> rusqlite::Result<Vec<(String, usize)>> {
        let list = |alias: &str, names: &[String]| {
            let names: Vec<_> = names
                .iter()
                .map(|name| format!("{alias}.{}", identifier(name)))
                .collect();
            names.join(", ")
        };
        let names = link.columns();
        if tasks.key.len() != names.len() {
            return Ok(Vec::new());
        }
        let word = identifier(&status.name);
        let sql = format!(
            "SELECT t.{word}, count(*) FROM {} AS t WHERE ({}) IN (SELECT {} FROM {} AS r WHERE {}) GROUP BY 1",
            tasks.table.qualified_name(),
            list("t", &tasks.key),
            list("r", &names),
            runs.table.qualified_name(),
            self.condition(),
        );
        let mut statement = conn.prepare(&sql)?;
        let counts = statement.query_map([], |row| {
            Ok((Id::from(row.get_ref(0)?).to_string(), count(row.get(1)?)))
        })?;
        counts.collect()
    }
}

/// Few words, none of which says that a run is at work, in a column that is called like an outcome or speaks like one; a new
/// run has none.
fn is_outcome(portrait: &Portrait, column: &Column) -> bool {
    let facts = &column.facts;
    let Some(seen) = &facts.words else { return false };
    if is_moment(column)
        || seen.contains_key("")
        || facts.json > 0
        || facts.integers > 0
        || column.info.is_numeric()
        || column.info.not_null
        || column
            .info
            .default
            .as_deref()
            .is_some_and(|default| !default.eq_ignore_ascii_case("null"))
        || column.info.generated
        || column.info.key_place > 0
    {
        return false;
    }
    let allowed = allowed_words(&portrait.sql, &column.info.name);
    let means = |wanted: Meaning| {
        let mut all = seen.keys().chain(&allowed);
        all.any(|word| meaning(word).is_some_and(|(found, sure)| sure && found == wanted))
    };
    (is_called_so(column) || means(Meaning::Finished)) && !means(Meaning::Running) && !means(Meaning::Open)
}

fn is_called_so(column: &Column) -> bool {
    HINTS.columns.outcome.exactly(&column.words).is_some()
}
