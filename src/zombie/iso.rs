//! ISO 8601 / RFC 3339, and what languages and drivers add to it.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Timelike};

use super::digits::{Fraction, MOST_DIGITS, pair, pairs, push_fraction};
use super::offset::{minutes, push_offset};
use super::{Style, Timestamp, Zone, ZoneName, civil};

const SECOND_US: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * SECOND_US;
const DAY_S: i64 = 86_400;

/// The first moment of the year 10000, which no four-digit year can name: beyond it nothing is readable.
const END_OF_TIME_S: i64 = 253_402_300_800;

/// A date and time as it stands in a text.
pub(super) struct Iso {
    /// Microseconds since the epoch, where its clock stood in UTC.
    wall_us: i64,
    pub(super) unit_us: u32,
    separator: u8,
    point: u8,
    digits: usize,
    zone: Zone,
}

impl Iso {
    /// A date and a time to the second or finer, one of `T`, `t` and a space between them, and a zone or none.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let (year_month, rest) = text.split_first_chunk()?;
        let (day_separator, rest) = rest.split_first_chunk()?;
        let (time, rest) = rest.split_first_chunk()?;
        let &[d0, d1, separator @ (b'T' | b't' | b' ')] = day_separator else {
            return None;
        };
        let [century, _, year, _, _, month, ..] = pairs(*year_month, *b"0000-00-")?;
        let [hour, _, _, minute, _, _, second, _] = pairs(*time, *b"00:00:00")?;
        let fraction = Fraction::read(rest)?;
        let zone = zone(fraction.rest)?;
        let days = days(century * 100 + year, month, pair(d0, d1)?)?;
        // The 60th second, which a leap second has, is the first of the next minute.
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let seconds = days * DAY_S + i64::from(hour * 3600 + minute * 60 + second);
        // The leap second of the last year would be written in a year of five digits.
        (seconds < END_OF_TIME_S).then(|| Self {
            wall_us: seconds * SECOND_US + fraction.micros,
            unit_us: fraction.unit_us,
            separator,
            point: fraction.point,
            digits: fraction.digits.min(MOST_DIGITS),
            zone,
        })
    }

    /// Whether it leaves its zone unsaid.
    pub(super) fn is_naive(&self) -> bool {
        self.zone == Zone::Unsaid
    }

    /// When it is, where its zone is said; else when it would be in UTC.
    pub(super) fn micros(&self) -> i64 {
        match self.zone {
            Zone::Unsaid | Zone::Letter(_) | Zone::Utc => self.wall_us,
            Zone::Offset { minutes, .. } => self.wall_us - i64::from(minutes) * MINUTE_US,
        }
    }

    /// How it is written.
    pub(super) fn style(&self) -> Style {
        Style::Iso {
            separator: self.separator,
            point: self.point,
            digits: self.digits,
            zone: self.zone,
        }
    }
}

/// Writes a moment; where the style leaves the zone unsaid, `naive_us` is what the queue's clock shows at it.
pub(super) fn write(
    at: Timestamp,
    naive_us: impl FnOnce() -> i64,
    separator: u8,
    point: u8,
    digits: usize,
    zone: Zone,
) -> String {
    let wall_us = match zone {
        Zone::Unsaid => naive_us(),
        Zone::Letter(_) | Zone::Utc => at.0,
        Zone::Offset { minutes, .. } => at.0.saturating_add(i64::from(minutes) * MINUTE_US),
    };
    let wall = DateTime::from_timestamp_micros(wall_us).unwrap_or_default();
    let mut text = format!(
        "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}",
        wall.year(),
        wall.month(),
        wall.day(),
        char::from(separator),
        wall.hour(),
        wall.minute(),
        wall.second()
    );
    push_fraction(&mut text, point, wall_us.rem_euclid(SECOND_US), digits);
    match zone {
        Zone::Unsaid => {}
        Zone::Letter(letter) => text.push(char::from(letter)),
        Zone::Utc => text.push_str(" UTC"),
        Zone::Offset {
            minutes,
            form,
            spaced,
            name,
        } => {
            text.push_str(if spaced { " " } else { "" });
            push_offset(&mut text, minutes, form);
            if let Some(name) = name {
                let _ = write!(text, " {name}"); // writing to a String cannot fail
            }
        }
    }
    text
}

/// The zero date of some databases, `0000-00-00`, has no month and no day. It is no value, like any moment of so long ago.
fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    civil::days(year, month, day).or_else(|| {
        let is_zero = (year, month, day) == (0, 0, 0);
        is_zero.then(|| civil::days(0, 1, 1)).flatten()
    })
}

fn zone(text: &[u8]) -> Option<Zone> {
    match text {
        [] => Some(Zone::Unsaid),
        &[letter @ (b'Z' | b'z')] => Some(Zone::Letter(letter)),
        b" UTC" => Some(Zone::Utc),
        [b' ', text @ ..] => offset(text, true),
        text => offset(text, false),
    }
}

fn offset(text: &[u8], spaced: bool) -> Option<Zone> {
    let end = text.iter().position(|byte| *byte == b' ');
    let (offset, behind) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let (minutes, form) = minutes(offset)?;
    let name = match behind {
        [] => None,
        behind => Some(name(behind)?),
    };
    // Of two that contradict each other nobody can say which is meant.
    let contradicts = minutes != 0 && name == ZoneName::new(b"UTC");
    (!contradicts).then_some(Zone::Offset {
        minutes,
        form,
        spaced,
        name,
    })
}

/// The zone's name behind an offset, then perhaps the clock that Go's `Time.String()` shows with a time that it has just
/// read: how long the process has been running, which is nobody's business here.
fn name(text: &[u8]) -> Option<ZoneName> {
    let mut words = text.strip_prefix(b" ")?.split(|byte| *byte == b' ');
    let name = ZoneName::new(words.next()?)?;
    let ends = match words.next() {
        None => true,
        Some(clock) => is_process_clock(clock) && words.next().is_none(),
    };
    ends.then_some(name)
}

/// `m=+245.850218253`
fn is_process_clock(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"m=+").or_else(|| text.strip_prefix(b"m=-"));
    digits.is_some_and(|digits| {
        digits.first().is_some_and(u8::is_ascii_digit)
            && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
    })
}
