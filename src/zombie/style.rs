use super::ZoneName;

/// How a timestamp is written. Orchestrators compare theirs as strings, so the sweeper writes as they do.
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
    /// Microseconds since the epoch.
    Micros(Number),
    /// Nanoseconds since the epoch.
    Nanos(Number),
}

/// How an ISO 8601 timestamp ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// With the seconds: the zone is the queue's, unsaid.
    Unsaid,
    /// With this letter, `Z` or `z`.
    Letter(u8),
    /// With ` UTC`.
    Utc,
    /// With an offset from UTC.
    Offset {
        /// The offset, in minutes.
        minutes: i32,
        /// How it is written.
        form: OffsetForm,
        /// Whether a space stands before it.
        spaced: bool,
        /// The zone's name behind it, after a space.
        name: Option<ZoneName>,
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

/// A timestamp in a style.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// Text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
}
