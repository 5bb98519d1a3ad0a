use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::zombie::{Id, Reading, Style, Timestamp, Written};

impl From<ValueRef<'_>> for Id {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number.to_bits()),
            ValueRef::Text(bytes) => Self::Text(bytes.into()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.into()),
        }
    }
}

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(bits) => ValueRef::Real(f64::from_bits(*bits)),
            Self::Text(bytes) => ValueRef::Text(bytes),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Reads a timestamp, and how it is written.
pub(super) fn timestamp(value: ValueRef<'_>) -> Option<(Timestamp, Style)> {
    match value {
        ValueRef::Integer(number) => Timestamp::from_integer(number),
        ValueRef::Real(number) => Timestamp::from_real(number),
        ValueRef::Text(text) => Timestamp::from_text(text),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

pub(super) fn reading(value: ValueRef<'_>) -> Reading {
    if let ValueRef::Text(text) = value
        && text.trim_ascii().is_empty()
    {
        return Reading::Absent;
    }
    match timestamp(value) {
        // A bare 0 is how a column of numbers says none.
        Some((at, Style::Seconds(..))) if at == Timestamp::EPOCH => Reading::Absent,
        Some((at, _)) => Reading::At(at),
        None if value == ValueRef::Null => Reading::Absent,
        None => Reading::Unreadable,
    }
}

/// A name as SQL: quoted always, so that no name is ever read as anything else.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL. A NUL would end the statement, so such a text goes in as bytes.
pub(super) fn literal(text: &str) -> String {
    use std::fmt::Write as _;

    if !text.contains('\0') {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut hex = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        let _ = write!(hex, "{byte:02x}"); // writing to a String cannot fail
    }
    format!("CAST(x'{hex}' AS TEXT)")
}

/// A timestamp as SQL.
pub(super) fn moment(written: Written) -> String {
    match written {
        Written::Text(text) => literal(&text),
        Written::Integer(number) => number.to_string(),
        Written::Real(number) => format!("{number:?}"),
    }
}
