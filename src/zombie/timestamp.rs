use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Timelike, Utc};

/// Numbers above this are milliseconds since the epoch, not seconds: as seconds it would be the year 5138.
const MOST_SECONDS: i64 = 100_000_000_000;

/// Numbers below this (March 1973) are no epoch seconds: a Julian day, a date in digits or the uptime of a machine.
/// Taken for seconds they would be a sign of life of long ago, and the living would be reaped.
const LEAST_SECONDS: i64 = 100_000_000;

/// The first moment of the year 10000, which no four-digit year can name: beyond it nothing is readable.
const END_OF_TIME_S: i64 = 253_402_300_800;

/// Fractions are written with no more digits than nanoseconds have.
const MOST_DIGITS: usize = 9;

/// A moment: microseconds since the Unix epoch. Finer fractions are cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// What a column says of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing: null, empty or blank; or a bare 0, which is how a numeric column says so.
    Absent,
    /// This.
    At(Timestamp),
    /// Something that is no timestamp.
    Unreadable,
}

impl Reading {
    /// The moment, where there is one.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

/// How a column writes its timestamps. Orchestrators compare them as strings, so the sweeper writes as they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// ISO 8601 / RFC 3339.
    Iso {
        /// Between date and time: `T`, `t` or a space.
        separator: u8,
        /// Between seconds and fraction: `.` or `,`.
        point: u8,
        /// Digits of the fraction.
        digits: usize,
        /// The end.
        zone: Zone,
    },
    /// Seconds since the epoch, with so many digits of fraction where it is text.
    Seconds(Number, usize),
    /// Milliseconds since the epoch.
    Millis(Number),
}

/// How an ISO 8601 timestamp ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// With the seconds: UTC, unsaid.
    Unsaid,
    /// With this letter, `Z` or `z`.
    Letter(u8),
    /// With an offset from UTC.
    Offset {
        /// The offset, in minutes.
        minutes: i32,
        /// How it is written.
        form: OffsetForm,
    },
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetForm {
    /// `+00:00`
    Colon,
    /// `+0000`
    Plain,
    /// `+00`
    Hours,
}

/// How an epoch timestamp is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// As an integer.
    Integer,
    /// As a floating-point number.
    Real,
    /// As digits in a text.
    Text,
}

/// A timestamp in its column's style.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// Text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl Timestamp {
    /// Where epoch numbers begin.
    pub const EPOCH: Self = Self(0);

    /// Microseconds from `earlier` to this; negative where this is the earlier one.
    #[must_use]
    pub fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whether this lies strictly more than `time` after `earlier`.
    #[must_use]
    pub fn is_later_by(self, time: Duration, earlier: Self) -> bool {
        u128::try_from(self.micros_since(earlier)).is_ok_and(|micros| micros > time.as_micros())
    }

    /// Reads a text: ISO 8601 / RFC 3339 with a date and a time to the second, `T` or a space between them, any
    /// fraction, `Z`, an offset or neither (UTC); or an epoch number in digits.
    #[must_use]
    pub fn from_text(text: &[u8]) -> Option<(Self, Style)> {
        let text = text.trim_ascii();
        if text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
            return epoch_digits(text);
        }
        let (date_time, rest) = text.split_at_checked(19)?;
        let &[
            y0,
            y1,
            y2,
            y3,
            b'-',
            m0,
            m1,
            b'-',
            d0,
            d1,
            separator,
            h0,
            h1,
            b':',
            n0,
            n1,
            b':',
            s0,
            s1,
        ] = date_time
        else {
            return None;
        };
        if !matches!(separator, b'T' | b't' | b' ') {
            return None;
        }
        let (point, fraction, rest) = fraction(rest)?;
        let zone = zone(rest)?;
        let year = i32::try_from(number([y0, y1, y2, y3])?).ok()?;
        let date = NaiveDate::from_ymd_opt(year, number([m0, m1])?, number([d0, d1])?)?;
        let second = number([s0, s1])?;
        let leap = second == 60;
        let at = date.and_hms_opt(
            number([h0, h1])?,
            number([n0, n1])?,
            if leap { 59 } else { second },
        )?;
        let mut micros = at.and_utc().timestamp_micros() + micros_of(fraction);
        if leap {
            micros += 1_000_000;
        }
        // The leap second of the last year would be written in a year of five digits.
        if micros >= END_OF_TIME_S * 1_000_000 {
            return None;
        }
        if let Zone::Offset { minutes, .. } = zone {
            micros -= i64::from(minutes) * 60_000_000;
        }
        Some((
            Self(micros),
            Style::Iso {
                separator,
                point,
                digits: fraction.len().min(MOST_DIGITS),
                zone,
            },
        ))
    }

    /// Reads epoch seconds, or milliseconds above 1e11.
    #[must_use]
    pub fn from_integer(number: i64) -> Option<(Self, Style)> {
        let (at, millis) = epoch(number, 0)?;
        Some((
            at,
            if millis {
                Style::Millis(Number::Integer)
            } else {
                Style::Seconds(Number::Integer, 0)
            },
        ))
    }

    /// Reads epoch seconds, or milliseconds above 1e11.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "bounded before the cast")]
    pub fn from_real(number: f64) -> Option<(Self, Style)> {
        if !(0.0..1e15).contains(&number) {
            return None;
        }
        let (at, millis) = epoch(number as i64, (number.fract() * 1e6).round() as i64)?;
        Some((
            at,
            if millis {
                Style::Millis(Number::Real)
            } else {
                Style::Seconds(Number::Real, 0)
            },
        ))
    }

    /// As a date and time, where the calendar reaches that far.
    #[must_use]
    pub fn to_datetime(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// RFC 3339 in UTC with microseconds, as the summary and the events show it.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.to_datetime().map_or_else(
            || format!("{} µs since the epoch", self.0),
            |at| at.to_rfc3339_opts(SecondsFormat::Micros, true),
        )
    }

    /// In the style of a column.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds of the years in use fit in 53 bits"
    )]
    pub fn write(self, style: Style) -> Written {
        let (seconds, micros) = (self.0.div_euclid(1_000_000), self.0.rem_euclid(1_000_000));
        let millis = self.0.div_euclid(1000);
        match style {
            Style::Iso {
                separator,
                point,
                digits,
                zone,
            } => Written::Text(self.iso(separator, point, digits, zone)),
            Style::Seconds(Number::Integer, _) => Written::Integer(seconds),
            Style::Seconds(Number::Real, _) => Written::Real(self.0 as f64 / 1e6),
            Style::Seconds(Number::Text, digits) => {
                let mut text = seconds.to_string();
                push_fraction(&mut text, b'.', micros, digits);
                Written::Text(text)
            }
            Style::Millis(Number::Integer) => Written::Integer(millis),
            Style::Millis(Number::Real) => Written::Real(self.0 as f64 / 1e3),
            Style::Millis(Number::Text) => Written::Text(millis.to_string()),
        }
    }

    fn iso(self, separator: u8, point: u8, digits: usize, zone: Zone) -> String {
        let offset_minutes = if let Zone::Offset { minutes, .. } = zone {
            minutes
        } else {
            0
        };
        let local = self.0.saturating_add(i64::from(offset_minutes) * 60_000_000);
        let at = DateTime::from_timestamp_micros(local).unwrap_or_default();
        let mut text = format!(
            "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}",
            at.year(),
            at.month(),
            at.day(),
            char::from(separator),
            at.hour(),
            at.minute(),
            at.second()
        );
        push_fraction(&mut text, point, local.rem_euclid(1_000_000), digits);
        match zone {
            Zone::Unsaid => {}
            Zone::Letter(letter) => text.push(char::from(letter)),
            Zone::Offset { minutes, form } => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
                // Writing to a String cannot fail.
                let _ = match form {
                    OffsetForm::Colon => write!(text, "{sign}{hours:02}:{minutes:02}"),
                    OffsetForm::Plain => write!(text, "{sign}{hours:02}{minutes:02}"),
                    OffsetForm::Hours => write!(text, "{sign}{hours:02}"),
                };
            }
        }
        text
    }
}

/// Cut off, not rounded, so that what is written never lies ahead of the moment.
fn push_fraction(text: &mut String, point: u8, micros: i64, digits: usize) {
    if digits > 0 {
        text.push(char::from(point));
        text.extend(
            format!("{micros:06}")
                .chars()
                .chain(std::iter::repeat('0'))
                .take(digits),
        );
    }
}

fn epoch(number: i64, millionths: i64) -> Option<(Timestamp, bool)> {
    let is_none = number == 0 && millionths == 0;
    if !(LEAST_SECONDS..END_OF_TIME_S * 1000).contains(&number) && !is_none {
        return None;
    }
    if number > MOST_SECONDS {
        Some((Timestamp(number * 1000 + millionths / 1000), true))
    } else {
        Some((Timestamp(number * 1_000_000 + millionths), false))
    }
}

fn epoch_digits(text: &[u8]) -> Option<(Timestamp, Style)> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => (whole, fraction),
        Some(_) => return None,
        None => (text, ""),
    };
    let (at, millis) = epoch(whole.parse().ok()?, micros_of(fraction.as_bytes()))?;
    let style = if millis {
        Style::Millis(Number::Text)
    } else {
        Style::Seconds(Number::Text, fraction.len().min(MOST_DIGITS))
    };
    Some((at, style))
}

/// Splits `.123Z` into its point, its digits and the rest.
fn fraction(text: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    match text {
        &[point @ (b'.' | b','), ref rest @ ..] => {
            let (digits, rest) =
                rest.split_at_checked(rest.iter().take_while(|b| b.is_ascii_digit()).count())?;
            (!digits.is_empty()).then_some((point, digits, rest))
        }
        rest => Some((b'.', &[], rest)),
    }
}

fn micros_of(fraction: &[u8]) -> i64 {
    if fraction.is_empty() {
        return 0; // most are, and each living task is asked
    }
    let digits = fraction.iter().chain(std::iter::repeat(&b'0')).take(6);
    digits.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0'))
}

fn zone(text: &[u8]) -> Option<Zone> {
    let (sign, hours, minutes, form) = match *text {
        [] => return Some(Zone::Unsaid),
        [letter @ (b'Z' | b'z')] => return Some(Zone::Letter(letter)),
        [sign, h0, h1, b':', m0, m1] => (sign, [h0, h1], [m0, m1], OffsetForm::Colon),
        [sign, h0, h1, m0, m1] => (sign, [h0, h1], [m0, m1], OffsetForm::Plain),
        [sign, h0, h1] => (sign, [h0, h1], [b'0'; 2], OffsetForm::Hours),
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let minutes = i32::try_from(hours * 60 + minutes).ok()?;
    match sign {
        b'+' => Some(Zone::Offset { minutes, form }),
        b'-' => Some(Zone::Offset {
            minutes: -minutes,
            form,
        }),
        _ => None,
    }
}

fn number<const N: usize>(digits: [u8; N]) -> Option<u32> {
    digits.into_iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u32::from(digit - b'0'))
    })
}
