//! Which words of a status mean what: by how they sound, and by what the rows that have them look like.

use super::facts::is_empty;
use super::finding::{Line, Value, counted};
use super::hints::HINTS;
use super::holders::sounds;
use super::portrait::Portrait;
use super::status::{Meaning, Status, Word, meaning};
use crate::zombie::Id;

/// A word, and how many of its rows look like what.
pub(super) struct Seen {
    pub(super) word: String,
    pub(super) count: usize,
    pub(super) rows: Vec<Vec<Id>>,
    /// Rows that have an end.
    pub(super) ended: usize,
    /// Rows that somebody holds, or has begun.
    pub(super) held: usize,
    /// Rows that name a holder, or a start that is one of a claim.
    pub(super) claimed: usize,
    /// Of all rows, those that have an open row in what may be the table of runs.
    pub(super) busy: usize,
}

/// The words of one status.
pub(super) struct Vocabulary<'s> {
    pub(super) status: &'s Status,
    pub(super) seen: Vec<Seen>,
    pub(super) ended_by: Vec<String>,
    pub(super) held_by: Vec<String>,
    /// What may be the table of runs.
    busy_in: Option<String>,
}

impl<'s> Vocabulary<'s> {
    pub(super) fn new(
        status: &'s Status,
        found: Vec<Word>,
        portrait: &Portrait,
        ended_by: Vec<String>,
        held_by: Vec<String>,
    ) -> Self {
        let count = |rows: &[Vec<Id>], names: &[String]| {
            let has = |row: &Vec<Id>| {
                let mut columns = portrait.columns.iter().zip(row);
                columns.any(|(column, value)| names.contains(&column.info.name) && !is_empty(value))
            };
            rows.iter().filter(|row| has(row)).count()
        };
        let is_claim = |name: &&String| {
            let column = portrait.column(name);
            column.is_some_and(|column| {
                sounds(column).is_some() || HINTS.columns.claim.find(&column.words).is_some()
            })
        };
        let claimed_by: Vec<_> = held_by.iter().filter(is_claim).cloned().collect();
        let see = |word: Word| Seen {
            ended: count(&word.rows, &ended_by),
            held: count(&word.rows, &held_by),
            claimed: count(&word.rows, &claimed_by),
            busy: 0,
            word: word.text,
            count: word.count,
            rows: word.rows,
        };
        Self {
            seen: found.into_iter().map(see).collect(),
            status,
            ended_by,
            held_by,
            busy_in: None,
        }
    }

    /// With the rows of each word that have an open row in `table`.
    pub(super) fn busy(mut self, table: &str, counts: &[(String, usize)]) -> Self {
        for seen in &mut self.seen {
            let of_word = counts.iter().find(|(word, _)| *word == seen.word);
            seen.busy = of_word.map_or(0, |(_, count)| *count);
        }
        self.busy_in = Some(table.to_owned());
        self
    }

    /// The newest rows that have one of these words.
    pub(super) fn rows(&self, words: &[String]) -> Vec<Vec<Id>> {
        let with = self.seen.iter().filter(|seen| words.contains(&seen.word));
        with.flat_map(|seen| seen.rows.iter().cloned()).collect()
    }

    /// The newest rows that wait: those of the open word, and of what sounds like it and is no running word.
    pub(super) fn waiting_rows(&self, open: &[String], running: &[String]) -> Vec<Vec<Id>> {
        let waits = |seen: &&Seen| {
            let sounds_so = matches!(meaning(&seen.word), Some((Meaning::Open, _)));
            !running.contains(&seen.word) && (sounds_so || open.contains(&seen.word))
        };
        let waiting = self.seen.iter().filter(waits);
        waiting.flat_map(|seen| seen.rows.iter().cloned()).collect()
    }

    /// The newest rows whose word means that they are over.
    pub(super) fn finished_rows(&self) -> Vec<Vec<Id>> {
        let is_over =
            |seen: &&Seen| matches!(meaning(&seen.word), Some((Meaning::Finished, _))) || seen.all_ended();
        let over = self.seen.iter().filter(is_over);
        over.flat_map(|seen| seen.rows.iter().cloned()).collect()
    }

    /// Whether a row has it that nobody gave another.
    pub(super) fn is_default(&self, word: &str) -> bool {
        self.status.default.as_deref() == Some(word)
    }

    /// Whether somebody has every row of this word, and nobody those of another: only then does it tell anything.
    pub(super) fn is_held(&self, seen: &Seen) -> bool {
        let by_columns = seen.held == seen.rows.len() && self.seen.iter().any(|other| other.held == 0);
        let by_runs = seen.busy == seen.count && self.seen.iter().any(|other| other.busy == 0);
        !seen.rows.is_empty() && seen.ended == 0 && (by_columns || by_runs)
    }

    /// The running words: those that are sure, each that is not beside them.
    pub(super) fn line(
        &self,
        key: &str,
        sure: &[&Seen],
        doubtful: &[&Seen],
        declared: Vec<(Value, String)>,
    ) -> Line {
        let names: Vec<_> = sure.iter().map(|seen| seen.word.clone()).collect();
        let with = |word: &String| Value::OneOrMore(names.iter().chain([word]).cloned().collect());
        let doubtful: Vec<_> = doubtful
            .iter()
            .map(|seen| (with(&seen.word), self.say(seen)))
            .collect();
        let declared: Vec<_> = declared
            .into_iter()
            .filter_map(|(value, why)| match value {
                Value::Text(word) => Some((with(&word), why)),
                _ => None,
            })
            .collect();
        let line = if names.is_empty() {
            let all: Vec<_> = self
                .seen
                .iter()
                .map(|seen| format!("{} ({})", seen.word, seen.count))
                .collect();
            let all = if all.is_empty() {
                "none".to_owned()
            } else {
                all.join(", ")
            };
            let why = format!("which word means that a worker is at it? The words there are: {all}");
            Line::missing(key, Value::empty_list(), why)
        } else {
            let said: Vec<_> = sure.iter().map(|seen| self.say(seen)).collect();
            Line::found(key, Value::OneOrMore(names.clone()), said.join("; "))
        };
        line.or_any(doubtful).or_any(declared)
    }

    /// Words that the table's declaration allows, and that no row has.
    pub(super) fn declared(&self, wanted: Meaning, why: &str) -> Vec<(Value, String)> {
        let unseen = self
            .status
            .allowed
            .iter()
            .filter(|word| !self.seen.iter().any(|seen| seen.word == **word));
        unseen
            .filter(|word| meaning(word) == Some((wanted, true)))
            .map(|word| (Value::text(word), why.to_owned()))
            .collect()
    }

    /// A word, and what its rows look like.
    pub(super) fn say(&self, seen: &Seen) -> String {
        let rows = seen.rows.len();
        let held = (!self.held_by.is_empty()).then(|| format!("{} held", seen.held));
        let ended = (!self.ended_by.is_empty()).then(|| format!("{} with an end", seen.ended));
        let busy = self.busy_in.as_ref();
        let busy = busy.map(|table| format!("{} of all with an open row in {table}", seen.busy));
        let looks: Vec<_> = held.into_iter().chain(ended).chain(busy).collect();
        let count = counted(seen.count, "row");
        match (looks.is_empty(), seen.count == rows) {
            (true, _) => format!("{}: {count}", seen.word),
            (false, true) => format!("{}: {count}, {}", seen.word, looks.join(", ")),
            (false, false) => format!(
                "{}: {count}, of the newest {rows} {}",
                seen.word,
                looks.join(", ")
            ),
        }
    }
}

impl Seen {
    pub(super) fn all_ended(&self) -> bool {
        !self.rows.is_empty() && self.ended == self.rows.len()
    }
}
