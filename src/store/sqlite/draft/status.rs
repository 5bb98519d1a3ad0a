//! Which column is the status, and which words stand in it.

use rusqlite::Connection;

use super::super::value::identifier;
use super::declared::{allowed_words, default_word};
use super::hints::{HINTS, Hit};
use super::links::count;
use super::names::words;
use super::portrait::{Column, Portrait};
use super::times::is_moment;
use crate::zombie::Id;

/// So many rows of each word are looked at.
const ROWS: usize = 200;

/// What a word of a status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Open,
    Running,
    Finished,
}

/// A word that stands in a status.
pub(super) struct Word {
    pub(super) text: String,
    /// How many rows have it.
    pub(super) count: usize,
    /// The newest of them.
    pub(super) rows: Vec<Vec<Id>>,
}

/// The column that is the status, how well it fits, and what its declaration says.
pub(super) struct Status {
    pub(super) name: String,
    pub(super) weight: usize,
    pub(super) why: String,
    pub(super) default: Option<String>,
    pub(super) allowed: Vec<String>,
}

/// What a word sounds like, and whether that is believed by itself.
pub(super) fn meaning(word: &str) -> Option<(Meaning, bool)> {
    let word = words(word);
    let hints = &HINTS.words;
    let lists = [
        (Meaning::Running, &hints.running),
        (Meaning::Open, &hints.open),
        (Meaning::Finished, &hints.finished),
    ];
    let exactly = lists
        .iter()
        .find_map(|(meaning, list)| Some((*meaning, list.exactly(&word)?.sure)));
    exactly.or_else(|| {
        let found = lists
            .iter()
            .filter_map(|(meaning, list)| Some((*meaning, list.find(&word)?)));
        let best = found.max_by_key(|(_, hit): &(Meaning, Hit)| hit.rank())?;
        Some((best.0, false))
    })
}

/// The column that is most like a status.
pub(super) fn status(portrait: &Portrait) -> Option<Status> {
    let found = portrait
        .columns
        .iter()
        .filter_map(|column| weigh(portrait, column));
    // Of several as good as each other, the first.
    found.reduce(|best, other| if other.weight > best.weight { other } else { best })
}

fn weigh(portrait: &Portrait, column: &Column) -> Option<Status> {
    let facts = &column.facts;
    let seen = facts.words.as_ref()?;
    if is_moment(column) || facts.json > 0 || column.info.declared_type().contains("BOOL") {
        return None;
    }
    let by_name = match HINTS.columns.status.find(&column.words) {
        Some(hit) if hit.sure && hit.whole => 6,
        Some(hit) if hit.sure => 4,
        Some(_) => 3,
        None => 0,
    };
    let default = default_word(&column.info);
    let allowed = allowed_words(&portrait.sql, &column.info.name);
    let all = seen.keys().chain(&default).chain(&allowed);
    let mut known: Vec<_> = all
        .filter(|word| meaning(word).is_some_and(|(_, sure)| sure))
        .collect();
    known.sort();
    known.dedup();
    let meanings = [Meaning::Open, Meaning::Running, Meaning::Finished].map(|wanted| {
        known
            .iter()
            .any(|word| meaning(word).is_some_and(|(found, _)| found == wanted))
    });
    let meanings = meanings.into_iter().filter(|is_there| *is_there).count();
    let weight = by_name + 2 * known.len().min(2) + meanings.saturating_sub(1);
    // A column of another name must speak of two different things that a status says.
    if weight < 5 || by_name == 0 && meanings < 2 {
        return None;
    }
    let words: Vec<_> = seen.keys().map(String::as_str).collect();
    let words = if words.is_empty() {
        "no word yet".to_owned()
    } else {
        words.join(", ")
    };
    Some(Status {
        name: column.info.name.clone(),
        weight,
        why: format!("its newest {} rows have {words}", facts.rows),
        default,
        allowed,
    })
}

impl Status {
    /// How many rows have no word.
    pub(super) fn nulls(&self, conn: &Connection, portrait: &Portrait) -> rusqlite::Result<usize> {
        let table = portrait.table.qualified_name();
        let sql = format!(
            "SELECT count(*) FROM {table} AS t WHERE t.{} IS NULL",
            identifier(&self.name)
        );
        conn.query_row(&sql, [], |row| Ok(count(row.get(0)?)))
    }

    /// The words of all rows, those of most rows first.
    pub(super) fn words(&self, conn: &Connection, portrait: &Portrait) -> rusqlite::Result<Vec<Word>> {
        let column = identifier(&self.name);
        let sql = format!(
            "SELECT t.{column}, count(*) FROM {} AS t WHERE t.{column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 24",
            portrait.table.qualified_name()
        );
        let mut statement = conn.prepare(&sql)?;
        let counts = statement
            .query_map([], |row| Ok((Id::from(row.get_ref(0)?), count(row.get(1)?))))?
            .collect::<rusqlite::Result<Vec<(Id, usize)>>>()?;
        let mut found = Vec::new();
        for (value, count) in counts {
            found.push(Word {
                text: value.to_string(),
                count,
                rows: portrait.rows(conn, ROWS, Some((&self.name, &value)))?,
            });
        }
        Ok(found)
    }
}
