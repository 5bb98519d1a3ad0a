//! What tells a recurring task, and when one is due again.

use super::finding::{Line, Value};
use super::hints::HINTS;
use super::moments::Moments;
use super::names::words;
use super::portrait::{Column, Portrait};
use super::status::Status;
use super::times::is_moment;

/// The word that tells a recurring task.
pub(super) fn kind(tasks: &Portrait, status: Option<&Status>) -> (Line, Option<Line>) {
    let is_status = |column: &Column| status.is_some_and(|status| status.name == column.info.name);
    let kinds = tasks
        .columns
        .iter()
        .filter(|column| HINTS.columns.kind.find(&column.words).is_some() && !is_status(column));
    for column in kinds {
        let found = column.facts.words.iter().flat_map(|words| words.keys());
        let recurring = found.filter(|word| {
            HINTS
                .words
                .recurring
                .find(&words(word))
                .is_some_and(|hit| hit.sure)
        });
        if let Some(word) = recurring.map(String::clone).next() {
            let why = format!("some rows have {word}");
            let kind = Line::found("kind", Value::text(&column.info.name), &why);
            return (kind, Some(Line::found("recurring", Value::text(word), why)));
        }
    }
    (
        Line::none("kind", "none found: no column has a word for what recurs"),
        None,
    )
}

/// The flag that tells a recurring task.
pub(super) fn is_recurring(tasks: &Portrait) -> Line {
    let is_flag = |column: &&Column| {
        let found = column.facts.words.as_ref();
        let is_small = found.is_some_and(|words| words.keys().all(|word| word == "0" || word == "1"));
        is_small && HINTS.columns.is_recurring.find(&column.words).is_some() && !is_moment(column)
    };
    match tasks.columns.iter().find(is_flag) {
        Some(column) => Line::found(
            "is_recurring",
            Value::text(&column.info.name),
            "named so, and 0 or 1 wherever it has a value",
        ),
        None => Line::none("is_recurring", "none found"),
    }
}

/// When a recurring task is due again.
pub(super) fn next_eligible(moments: &Moments<'_>, recurs: bool) -> Line {
    let line = moments.next_eligible();
    if recurs || line.value.is_none() {
        return line;
    }
    let none = Line::none(
        "next_eligible",
        "a reap sets it in recurring tasks alone, and none is known to recur",
    );
    none.or_any(line.value.map(|value| (value, line.why)))
}
