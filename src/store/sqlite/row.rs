//! The values of a row that was read, and what they say by themselves.

use rusqlite::Row;
use rusqlite::types::ValueRef;
use smallvec::SmallVec;

use crate::zombie::Id;

/// How many columns of a task or a run are read without memory from the heap.
const COLUMNS: usize = 32;

/// So many values of a row, the first of them at `first`.
pub(super) fn values<'r>(
    row: &'r Row<'_>,
    first: usize,
    count: usize,
) -> rusqlite::Result<SmallVec<[ValueRef<'r>; COLUMNS]>> {
    let mut values = SmallVec::with_capacity(count);
    for place in first..first + count {
        values.push(row.get_ref(place)?);
    }
    Ok(values)
}

pub(super) fn value<'r>(row: &[ValueRef<'r>], place: usize) -> ValueRef<'r> {
    row.get(place).copied().unwrap_or(ValueRef::Null)
}

pub(super) fn is_blank(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => true,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.trim_ascii().is_empty(),
        ValueRef::Integer(_) | ValueRef::Real(_) => false,
    }
}

/// Compares byte by byte. A word kept as a number is the word of its digits.
pub(super) fn is_word(value: ValueRef<'_>, word: &str) -> bool {
    match value {
        ValueRef::Text(bytes) => bytes == word.as_bytes(),
        ValueRef::Integer(_) | ValueRef::Real(_) => Id::from(value).by_value() == Id::from(word).by_value(),
        ValueRef::Null | ValueRef::Blob(_) => false,
    }
}

/// A flag as SQL has it: a number other than 0, in digits too, or the word `true`.
pub(super) fn is_true(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Integer(number) => number != 0,
        ValueRef::Real(number) => number != 0.0,
        ValueRef::Text(bytes) => {
            let text = bytes.trim_ascii();
            let number = str::from_utf8(text)
                .ok()
                .and_then(|text| text.parse::<f64>().ok());
            number.map_or_else(|| text.eq_ignore_ascii_case(b"true"), |number| number != 0.0)
        }
        ValueRef::Null | ValueRef::Blob(_) => false,
    }
}
