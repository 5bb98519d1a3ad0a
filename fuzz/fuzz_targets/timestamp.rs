//! Reads anything as a timestamp. What can be read is written in its own style and read again: the same moment, never
//! a later one. And *now*, written in that style, as a sweep would write it, reads back likewise.

#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use zombie_sweeper::zombie::{Number, Style, Timestamp, Written};

/// From 1973, when milliseconds outgrow what is taken for seconds, to 2242, when a microsecond outgrows a float.
const YEARS_US: (i64, i64) = (101_000_000_000_000, 8_589_934_592_000_000);

fuzz_target!(|data: &[u8]| {
    let number = data.first_chunk().copied().map_or(0, i64::from_le_bytes);
    let now = YEARS_US.0 + number.rem_euclid(YEARS_US.1 - YEARS_US.0);
    let now = DateTime::from_timestamp_micros(now).unwrap().into();
    let readings = [
        Timestamp::from_text(data),
        Timestamp::from_text(data.get(8..).unwrap_or_default()),
        Timestamp::from_integer(number),
        Timestamp::from_real(f64::from_bits(number.cast_unsigned())),
    ];
    for (at, style) in readings.into_iter().flatten() {
        reads_back(at, style);
        reads_back(now, style);
        let _ = (
            at.to_rfc3339(),
            at.to_datetime(),
            at.is_later_by(std::time::Duration::MAX, now),
        );
    }
});

fn reads_back(at: Timestamp, style: Style) {
    let written = at.write(style);
    let read = match &written {
        Written::Text(text) => Timestamp::from_text(text.as_bytes()),
        Written::Integer(number) => Timestamp::from_integer(*number),
        Written::Real(number) => Timestamp::from_real(*number),
    };
    let Some((again, same)) = read else {
        panic!("{at:?} in {style:?} is {written:?}, which cannot be read");
    };
    assert_eq!(same, style, "{at:?} is {written:?}");
    let (lost, precision) = (at.micros_since(again), precision_us(style, &written));
    assert!(
        (may_be_ahead_us(at, style, precision)..precision).contains(&lost),
        "{at:?} in {style:?} is {written:?}, which reads as {again:?}"
    );
}

/// 0: nothing that is written may lie ahead of the moment. Beyond the year 2255 its microseconds outgrow a float.
fn may_be_ahead_us(at: Timestamp, style: Style, precision: i64) -> i64 {
    let is_real = matches!(
        style,
        Style::Seconds(Number::Real, _) | Style::Millis(Number::Real)
    );
    let is_far = at.micros_since(Timestamp::EPOCH) > 1 << 53;
    if is_real && is_far { -precision } else { 0 }
}

/// How much may be lost: less than this.
fn precision_us(style: Style, written: &Written) -> i64 {
    let of_float = |unit_us: f64| {
        let Written::Real(number) = written else { return 1 };
        // The gap to the next float, and the microsecond that is cut off.
        2 + ((number.next_up() - number) * unit_us).ceil() as i64
    };
    match style {
        Style::Iso { digits, .. } | Style::Seconds(Number::Text, digits) => {
            10_i64.pow(6_u32.saturating_sub(u32::try_from(digits).unwrap()))
        }
        Style::Seconds(Number::Integer, _) => 1_000_000,
        Style::Seconds(Number::Real, _) => of_float(1e6),
        Style::Millis(Number::Integer | Number::Text) => 1000,
        Style::Millis(Number::Real) => of_float(1e3),
    }
}
