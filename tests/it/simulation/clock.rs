use std::fmt;

use chrono::{DateTime, Utc};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Result, ToSql};
use zombie_sweeper::rusqlite;

use crate::world::NOW;

pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;

/// What a clock shows, in milliseconds. The database has it as text with three digits of fraction and a `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(pub(super) i64);

impl Stamp {
    pub(super) fn plus(self, ms: i64) -> Self {
        Self(self.0 + ms)
    }

    /// Milliseconds since `earlier`.
    pub(super) fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    pub(super) fn date_time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap()
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date_time().format("%Y-%m-%dT%H:%M:%S%.3fZ").fmt(f)
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ToSql for Stamp {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

/// Reads this one form only: whoever writes another has changed the column's style.
impl FromSql for Stamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        let form = text
            .bytes()
            .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
        if !form.eq(*b"0000-00-00T00:00:00.000Z") {
            return Err(FromSqlError::Other(format!("another style: {text}").into()));
        }
        let at = DateTime::parse_from_rfc3339(text).map_err(|error| FromSqlError::Other(error.into()))?;
        Ok(Self(at.timestamp_millis()))
    }
}

/// What stands in a column of times that somebody may spoil.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Cell {
    #[default]
    Nothing,
    At(Stamp),
    /// What no reader understands.
    Odd,
}

impl Cell {
    const ODD: &'static str = "soon";

    pub(super) fn at(self) -> Option<Stamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Nothing | Self::Odd => None,
        }
    }
}

impl From<Option<Stamp>> for Cell {
    fn from(at: Option<Stamp>) -> Self {
        at.map_or(Self::Nothing, Self::At)
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match self {
            Self::Nothing => Ok(rusqlite::types::Null.into()),
            Self::At(at) => Ok(at.to_string().into()),
            Self::Odd => Ok(Self::ODD.into()),
        }
    }
}

impl FromSql for Cell {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(Self::Nothing),
            ValueRef::Text(text) if text == Self::ODD.as_bytes() => Ok(Self::Odd),
            value => Stamp::column_result(value).map(Self::At),
        }
    }
}

/// True time, which nobody can read, and the clocks of the hosts, which are off by this and that.
pub(super) struct Clocks {
    /// Milliseconds since the story began.
    pub(super) elapsed_ms: i64,
    /// How far each host's clock is ahead.
    pub(super) ahead_ms: [i64; Self::HOSTS],
}

impl Clocks {
    pub(super) const HOSTS: usize = 3;

    pub(super) fn right() -> Self {
        Self {
            elapsed_ms: 0,
            ahead_ms: [0; Self::HOSTS],
        }
    }

    /// What the clock of a host shows.
    pub(super) fn read(&self, host: usize) -> Stamp {
        Stamp(NOW.timestamp_millis() + self.elapsed_ms + self.ahead_ms[host])
    }
}

/// When a worker was last heard of: in true time, and how wrong the clock was that it wrote down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign {
    pub(super) elapsed_ms: i64,
    pub(super) ahead_ms: i64,
}

impl Clocks {
    pub(super) fn sign(&self, host: usize) -> Sign {
        Sign {
            elapsed_ms: self.elapsed_ms,
            ahead_ms: self.ahead_ms[host],
        }
    }
}
