//! Reads anything as a timestamp. What can be read is written in its own style and read again: the same moment, never
//! a later one. And *now*, written in that style, as a sweep would write it, reads back likewise.

#![no_main]

use std::time::Duration;

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use zombie_sweeper::zombie::{Calendar, Number, Style, TimeZone, Timestamp, Written};

/// From 1973, before which nothing is plausible, to 2242, when a microsecond outgrows a float of seconds.
const YEARS_US: (i64, i64) = (101_000_000_000_000, 8_589_934_592_000_000);

fuzz_target!(|data: &[u8]| {
    let number = data.first_chunk().copied().map_or(0, i64::from_le_bytes);
    let now = YEARS_US.0 + number.rem_euclid(YEARS_US.1 - YEARS_US.0);
    let now: Timestamp = DateTime::from_timestamp_micros(now).unwrap().into();
    let zone = match number.rem_euclid(2880) {
        0 => TimeZone::Utc,
        minutes => TimeZone::Offset {
            minutes: i32::try_from(minutes).unwrap() - 1440,
        },
    };
    let calendar = Calendar::new(now, zone);
    let readings = [
        calendar.text(data),
        calendar.text(data.get(8..).unwrap_or_default()),
        calendar.integer(number),
        calendar.integer(number.rem_euclid(2_000_000_000)),
        calendar.real(f64::from_bits(number.cast_unsigned())),
    ];
    for (reading, style) in readings {
        assert_eq!(reading.at().is_some(), style.is_some(), "{reading:?}");
        let (Some(at), Some(style)) = (reading.at(), style) else {
            continue;
        };
        // As of that moment, so that it is plausible also where a fraction is cut off.
        reads_back(Calendar::new(at, zone), style);
        reads_back(calendar, style);
        let _ = (
            at.to_rfc3339(),
            at.to_datetime(),
            at.is_later_by(Duration::MAX, now),
        );
    }
});

/// Until 2043; from then on a microsecond outgrows a float of nanoseconds.
const NANOS_UNTIL_US: i64 = (1 << 61) / 1_000;

/// Writes the calendar's *now*.
fn reads_back(calendar: Calendar, style: Style) {
    let at = calendar.now();
    let until: Timestamp = DateTime::from_timestamp_micros(NANOS_UNTIL_US).unwrap().into();
    if style == Style::Nanos(Number::Real) && at > until {
        return;
    }
    let written = calendar.write(at, style);
    let (reading, same) = match &written {
        Written::Text(text) => calendar.text(text.as_bytes()),
        Written::Integer(number) => calendar.integer(*number),
        Written::Real(number) => calendar.real(*number),
    };
    let Some(again) = reading.at() else {
        panic!("{at:?} in {style:?} is {written:?}, which cannot be read");
    };
    assert_eq!(same, Some(style), "{at:?} is {written:?}");
    assert!(
        (0..precision_us(style)).contains(&at.micros_since(again)),
        "{at:?} in {style:?} is {written:?}, which reads as {again:?}"
    );
    assert_eq!(calendar.write(again, style), written);
}

/// How much may be lost: less than this.
fn precision_us(style: Style) -> i64 {
    match style {
        Style::Iso { digits, .. } | Style::Seconds(Number::Text, digits) => {
            10_i64.pow(6_u32.saturating_sub(u32::try_from(digits).unwrap()))
        }
        Style::Seconds(Number::Integer, _) => 1_000_000,
        Style::Millis(Number::Integer | Number::Text) => 1_000,
        Style::Seconds(Number::Real, _)
        | Style::Millis(Number::Real)
        | Style::Micros(_)
        | Style::Nanos(_) => 1,
    }
}
