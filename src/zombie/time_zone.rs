use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Local, Offset as _, TimeZone as _};
use thiserror::Error;

use super::offset;

const SECOND_US: i64 = 1_000_000;
const DAY_US: i64 = 86_400 * SECOND_US;

/// What a timestamp means that says neither zone nor offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeZone {
    /// UTC.
    #[default]
    Utc,
    /// A fixed offset from UTC.
    Offset {
        /// In minutes; positive in the east.
        minutes: i32,
    },
    /// The zone of this machine, or that which the environment variable `TZ` names, summer time included. Its rules are
    /// asked, not the time.
    Local,
}

/// A text that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "expected UTC, an offset from it such as +02:00, or local (the machine's zone, or that of TZ), found {found:?}"
)]
pub struct TimeZoneError {
    found: String,
}

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "UTC" | "Z" => Ok(Self::Utc),
            "local" => Ok(Self::Local),
            _ => match offset::minutes(text.as_bytes()) {
                Some((minutes, _)) => Ok(Self::Offset { minutes }),
                None => Err(TimeZoneError {
                    found: text.to_owned(),
                }),
            },
        }
    }
}

/// As a profile names it.
impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc => f.write_str("UTC"),
            Self::Local => f.write_str("local"),
            Self::Offset { minutes } => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl TimeZone {
    /// The moment at which a clock of this zone shows `wall_us`. Where it shows that twice, the later one: taken for the
    /// earlier, the living would look an hour older than they are. Where it never does, because the clock was put
    /// forward, it is read by the offset from before, which is the later moment too.
    pub(super) fn moment_us(self, wall_us: i64) -> i64 {
        let offset_us = match self {
            Self::Utc => 0,
            Self::Offset { minutes } => of_minutes(minutes),
            Self::Local => {
                // Of two offsets, the smaller one makes the later moment.
                let around = [-DAY_US, DAY_US].map(|aside| local_us(wall_us.saturating_add(aside)));
                let [before, after] = around;
                let (smaller, larger) = (before.min(after), before.max(after));
                let is_in_force = |offset_us| local_us(wall_us.saturating_sub(offset_us)) == offset_us;
                if smaller == larger || is_in_force(smaller) || !is_in_force(larger) {
                    smaller
                } else {
                    larger
                }
            }
        };
        wall_us.saturating_sub(offset_us)
    }

    /// What a clock of this zone shows at a moment.
    pub(super) fn wall_us(self, at_us: i64) -> i64 {
        at_us.saturating_add(match self {
            Self::Utc => 0,
            Self::Offset { minutes } => of_minutes(minutes),
            Self::Local => local_us(at_us),
        })
    }
}

fn of_minutes(minutes: i32) -> i64 {
    i64::from(minutes) * 60 * SECOND_US
}

/// The local offset at a moment. Asked this way only: the other way, from the local time, chrono looks at every
/// transition there ever was, and takes the first second of a change for two.
fn local_us(at_us: i64) -> i64 {
    DateTime::from_timestamp_micros(at_us).map_or(0, |at| {
        let offset = Local.offset_from_utc_datetime(&at.naive_utc()).fix();
        i64::from(offset.local_minus_utc()) * SECOND_US
    })
}
