//! From when on an index has to be read, where times stand in it in their order: as they do where all are written in one form.
//! It is coarse, as the same form may still tell of several time zones; what is exact is told by what is read.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};

use super::sql;
use crate::store::sqlite::catalog::ColumnInfo;
use crate::store::sqlite::keys::column;
use crate::store::sqlite::schema::Events;
use crate::store::sqlite::value::{literal, style};
use crate::zombie::{Calendar, Id, Style, Timestamp};

/// Longer than any two time zones lie apart.
const ZONES: Duration = Duration::from_secs(30 * 3600);

/// The condition on an event's time that holds for every reap since this moment, where that can be told and is worth it.
pub(super) fn from(
    conn: &Connection,
    events: &Events,
    since: Timestamp,
    calendar: &Calendar,
) -> rusqlite::Result<Option<String>> {
    let Some(time) = &events.time else {
        return Ok(None);
    };
    let both = ColumnInfo::together(&[&events.kind, time]);
    let led_by_both = events.table.leads(conn, &both)?;
    if !led_by_both && !events.table.leads(conn, time)? {
        return Ok(None); // all of them are read, whatever is asked
    }
    let at = column("e", time);
    let last = sql::newest_time(events, led_by_both);
    let last: Option<Id> = conn
        .query_row(&last, [], |row| Ok(row.get_ref(0)?.into()))
        .optional()?;
    let Some(form) = last.and_then(|last| Form::of(&last, calendar)) else {
        return Ok(None);
    };
    let [low, high] = form.bounds();
    if conn
        .prepare(&sql::times_of_another_form(events, &low, &high))?
        .exists([])?
    {
        return Ok(None);
    }
    Ok(form.at(since.minus(ZONES)).map(|from| format!("{at} >= {from}")))
}

/// How times are written whose order is that of what is written.
enum Form {
    /// Beginning with the date.
    Date,
    /// A number of units of so many microseconds.
    Number { unit_us: i64 },
    /// A number of nanoseconds.
    Nanos,
}

impl Form {
    fn of(time: &Id, calendar: &Calendar) -> Option<Self> {
        match (time, style(time.as_value(), calendar)?) {
            (Id::Text(_), Style::Iso { .. }) => Some(Self::Date),
            (Id::Integer(_) | Id::Real(_), Style::Seconds(..)) => Some(Self::Number { unit_us: 1_000_000 }),
            (Id::Integer(_) | Id::Real(_), Style::Millis(_)) => Some(Self::Number { unit_us: 1_000 }),
            (Id::Integer(_) | Id::Real(_), Style::Micros(_)) => Some(Self::Number { unit_us: 1 }),
            (Id::Integer(_) | Id::Real(_), Style::Nanos(_)) => Some(Self::Nanos),
            _ => None,
        }
    }

    /// What all times of this form lie between, and none of another: those of a century, or of a few decades.
    fn bounds(&self) -> [String; 2] {
        const FIRST_US: i64 = 100_000_000_000_000;
        match self {
            Self::Date => ["'19'", "'21'"].map(str::to_owned),
            Self::Number { unit_us } => {
                [FIRST_US, FIRST_US.saturating_mul(1_000)].map(|us| (us / unit_us).to_string())
            }
            Self::Nanos => [FIRST_US.saturating_mul(1_000), i64::MAX].map(|ns| ns.to_string()),
        }
    }

    fn at(&self, at: Timestamp) -> Option<String> {
        let micros = at.micros_since(Timestamp::EPOCH);
        Some(match self {
            Self::Date => literal(&at.day()?),
            Self::Number { unit_us } => (micros / unit_us).to_string(),
            Self::Nanos => micros.saturating_mul(1_000).to_string(),
        })
    }
}
