//! What the values of a column are.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::value::reading;
use crate::zombie::{Calendar, Id, Reading, Timestamp};

/// So many different values are a vocabulary; more are not.
const WORDS: usize = 24;

/// What some values of one column are.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) rows: usize,
    /// Those that say something: neither null, blank, 0 nor an empty list.
    pub(super) filled: usize,
    pub(super) times: usize,
    /// Those of the times that lie ahead of now.
    pub(super) ahead: usize,
    /// Those of the times that name no zone.
    pub(super) naive: usize,
    pub(super) newest: Option<Timestamp>,
    /// Lists and objects.
    pub(super) json: usize,
    pub(super) integers: usize,
    /// The different values and how often each is there, 0 included; `None` where they are too many or too long.
    pub(super) words: Option<BTreeMap<String, usize>>,
}

impl Facts {
    pub(super) fn of<'v>(values: impl Iterator<Item = &'v Id>, calendar: &Calendar) -> Self {
        let mut facts = Self {
            words: Some(BTreeMap::new()),
            ..Self::default()
        };
        for value in values {
            facts.see(value, calendar);
        }
        facts
    }

    fn see(&mut self, value: &Id, calendar: &Calendar) {
        self.rows += 1;
        self.see_word(value);
        if is_empty(value) {
            return;
        }
        self.filled += 1;
        self.integers += usize::from(matches!(value, Id::Integer(_)));
        self.json += usize::from(is_json(value));
        if let Reading::At(moment) = reading(value.as_value(), calendar) {
            self.times += 1;
            self.naive += usize::from(moment.naive);
            self.ahead += usize::from(moment.at > calendar.now());
            self.newest = self.newest.max(Some(moment.at));
        }
    }

    fn see_word(&mut self, value: &Id) {
        let word = match value {
            Id::Null => return,
            Id::Integer(number) => number.to_string(),
            Id::Text(_) => value.to_string(),
            Id::Real(_) | Id::Blob(_) | Id::Several(_) => {
                self.words = None;
                return;
            }
        };
        let Some(words) = &mut self.words else { return };
        if word.len() > 40 {
            self.words = None;
            return;
        }
        *words.entry(word).or_default() += 1;
        if words.len() > WORDS {
            self.words = None;
        }
    }

    /// Whether what says anything is a moment; `None` where nothing does.
    pub(super) fn are_times(&self) -> Option<bool> {
        (self.filled > 0).then(|| self.times * 10 >= self.filled * 9)
    }

    /// Whether every row says something, and there is one.
    pub(super) fn all_filled(&self) -> bool {
        self.rows > 0 && self.filled == self.rows
    }

    /// Whether no row says anything, and there is one.
    pub(super) fn none_filled(&self) -> bool {
        self.rows > 0 && self.filled == 0
    }

    /// How old the newest time is, for a comment.
    pub(super) fn age(&self, calendar: &Calendar) -> String {
        let Some(newest) = self.newest else {
            return "none is a time".to_owned();
        };
        let micros = calendar.now().micros_since(newest);
        let time = short(Duration::from_micros(micros.unsigned_abs()));
        if micros < 0 {
            format!("the newest lies {time} ahead")
        } else {
            format!("the newest is {time} old")
        }
    }
}

/// How old a moment is, for a comment.
pub(super) fn age(moment: Timestamp, calendar: &Calendar) -> String {
    let newest = Some(moment);
    Facts {
        newest,
        ..Facts::default()
    }
    .age(calendar)
}

/// A time as people say it: in its largest unit.
fn short(time: Duration) -> String {
    let seconds = time.as_secs();
    let (unit, name) = match seconds {
        0..=119 => (1, "s"),
        120..=7_199 => (60, "min"),
        7_200..=172_799 => (3_600, "h"),
        _ => (86_400, "days"),
    };
    format!("{} {name}", seconds / unit)
}

/// Whether a value says nothing: null, blank, 0, or a list or object without anything in it.
pub(super) fn is_empty(value: &Id) -> bool {
    match value {
        Id::Null | Id::Integer(0) => true,
        Id::Real(bits) => f64::from_bits(*bits) == 0.0,
        Id::Integer(_) | Id::Several(_) => false,
        Id::Text(text) => matches!(text.trim_ascii(), b"" | b"0" | b"[]" | b"{}" | b"null"),
        Id::Blob(bytes) => bytes.trim_ascii().is_empty(),
    }
}

fn is_json(value: &Id) -> bool {
    match value {
        Id::Text(bytes) | Id::Blob(bytes) => matches!(bytes.trim_ascii().first(), Some(b'{' | b'[')),
        _ => false,
    }
}
