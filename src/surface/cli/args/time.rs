use std::time::Duration;

use chrono::{DateTime, Utc};
use zombie_sweeper::zombie::{Calendar, TimeZone, Timestamp};

use crate::surface::wall_clock;

pub(super) fn parse_time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "expected a time such as 90s, 15m or 72h".to_owned())
}

/// A patience of no time at all would take every live task from its worker.
pub(super) fn parse_patience(text: &str) -> Result<Duration, String> {
    match parse_time(text)? {
        Duration::ZERO => Err("expected more than no time at all".to_owned()),
        time => Ok(time),
    }
}

pub(super) fn parse_now(text: &str) -> Result<DateTime<Utc>, String> {
    let calendar = Calendar::new(wall_clock::now().into(), TimeZone::default());
    let (reading, _) = calendar.text(text.as_bytes());
    reading
        .at()
        .and_then(Timestamp::to_datetime)
        .ok_or_else(|| "expected a time such as 2026-04-11T03:18:00Z, or seconds since the epoch".to_owned())
}
