use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

/// A moment: microseconds since the Unix epoch. Finer fractions are cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub(super) i64);

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl Timestamp {
    /// Where epoch numbers begin.
    pub const EPOCH: Self = Self(0);

    /// Later than any.
    pub const MAX: Self = Self(i64::MAX);

    /// So much later.
    #[must_use]
    pub fn plus(self, time: Duration) -> Self {
        Self(self.0.saturating_add(micros(time)))
    }

    /// So much earlier.
    #[must_use]
    pub fn minus(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(micros(time)))
    }

    /// Microseconds from `earlier` to this; negative where this is the earlier one.
    #[must_use]
    pub fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// How long after `earlier` this is; nothing where this is the earlier one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.micros_since(earlier)).unwrap_or(0))
    }

    /// So many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whether this lies strictly more than `time` after `earlier`.
    #[must_use]
    pub fn is_later_by(self, time: Duration, earlier: Self) -> bool {
        u128::try_from(self.micros_since(earlier)).is_ok_and(|micros| micros > time.as_micros())
    }

    /// As a date and time, where the calendar reaches that far.
    #[must_use]
    pub fn to_datetime(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// Its day in UTC, such as `2026-04-11`.
    #[must_use]
    pub fn day(self) -> Option<String> {
        self.to_datetime().map(|at| at.date_naive().to_string())
    }

    /// RFC 3339 in UTC with microseconds, as the summary and the events show it.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.to_datetime().map_or_else(
            || format!("{} µs since the epoch", self.0),
            |at| at.to_rfc3339_opts(SecondsFormat::Micros, true),
        )
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
