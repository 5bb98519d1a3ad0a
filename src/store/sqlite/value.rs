use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::zombie::{Calendar, Id, Reading, Style, Written};

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

impl Id {
    /// As the database has it.
    pub(super) fn as_value(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(bits) => ValueRef::Real(f64::from_bits(*bits)),
            Self::Text(bytes) | Self::Several(bytes) => ValueRef::Text(bytes),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }
    }
}

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.as_value()))
    }
}

impl Written {
    /// As the database gets it.
    pub(super) fn as_value(&self) -> ValueRef<'_> {
        match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
        }
    }
}

/// What a value says of a moment.
pub(super) fn reading(value: ValueRef<'_>, calendar: &Calendar) -> Reading {
    read(value, calendar).0
}

/// How a value is written; `None` where it says nothing, or in a form that is not understood.
pub(super) fn style(value: ValueRef<'_>, calendar: &Calendar) -> Option<Style> {
    read(value, calendar).1
}

/// What a value says of a moment, and how.
pub(super) fn read(value: ValueRef<'_>, calendar: &Calendar) -> (Reading, Option<Style>) {
    match value {
        ValueRef::Integer(number) => calendar.integer(number),
        ValueRef::Real(number) => calendar.real(number),
        ValueRef::Text(text) => calendar.text(text),
        ValueRef::Blob(bytes) if !bytes.trim_ascii().is_empty() => (Reading::Unreadable, None),
        ValueRef::Null | ValueRef::Blob(_) => (Reading::Absent, None),
    }
}

/// A name as SQL: quoted always, so that no name is ever read as anything else.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL. A NUL would end the statement, so it goes in by its number, which is the same in every encoding.
pub(super) fn literal(text: &str) -> String {
    let parts: Vec<_> = text
        .split('\0')
        .map(|part| format!("'{}'", part.replace('\'', "''")))
        .collect();
    match parts.as_slice() {
        [whole] => whole.clone(),
        parts => format!("({})", parts.join(" || char(0) || ")),
    }
}

/// Bytes as SQL.
pub(super) fn blob(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(hex, "{byte:02x}"); // writing to a String cannot fail
    }
    format!("x'{hex}'")
}

/// A timestamp as SQL.
pub(super) fn moment(written: Written) -> String {
    match written {
        Written::Text(text) => literal(&text),
        Written::Integer(number) => number.to_string(),
        Written::Real(number) => format!("{number:?}"),
    }
}
