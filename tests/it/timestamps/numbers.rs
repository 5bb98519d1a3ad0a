//! Numbers since the epoch: what they count is told by their size, and only a plausible one is a time.

use chrono::{DateTime, Utc};
use zombie_sweeper::zombie::{Calendar, Number, Reading, Style, TimeZone, Timestamp};

use super::{assert_is_a_minute_ago, assert_is_unreadable, assert_says_nothing, calendar, heard_of};

/// 365.25 days.
const YEAR_US: i64 = 31_557_600_000_000;

#[test]
fn epoch_numbers_and_digits() {
    assert_is_a_minute_ago(1_775_877_420, "seconds");
    assert_is_a_minute_ago(1_775_877_420_500_i64, "milliseconds");
    assert_is_a_minute_ago(1_775_877_420_500_123_i64, "microseconds");
    assert_is_a_minute_ago(1_775_877_420_500_123_456_i64, "nanoseconds");
    assert_is_a_minute_ago(1_775_877_420.5, "fractional seconds");
    assert_is_a_minute_ago(1_775_877_420_500.5, "fractional milliseconds");
    assert_is_a_minute_ago(1_775_877_420_500_123.5, "fractional microseconds");
    assert_is_a_minute_ago(1_775_877_420_500_123_456.0, "nanoseconds in a float");
    for text in [
        "1775877420",
        "1775877420500",
        "1775877420500123",
        "1775877420500123456",
        "1775877420.123456",
        "1775877420.1234567890123",
        "1775877420500.25",
        "1775877420500123.5",
        " 1775877420 ",
        "0001775877420",
    ] {
        assert_is_a_minute_ago(text, text);
    }
}

#[test]
fn numbers_are_read_whatever_the_column_makes_of_them() {
    for declared in ["INTEGER", "REAL", "NUMERIC", "BIGINT", "TEXT"] {
        let mut world = heard_of("1775877420").redeclare(
            "task_runs",
            "last_heartbeat",
            &format!("last_heartbeat {declared}"),
        );
        assert_eq!(world.sweep().healthy, 1, "{declared}");
    }
}

#[test]
fn plausible_is_from_five_years_before_now_to_a_year_after() {
    let calendar = calendar(TimeZone::Utc);
    let now_us = calendar.now().micros_since(Timestamp::EPOCH);
    let units = [
        (1_000_000, Style::Seconds(Number::Integer, 0)),
        (1_000, Style::Millis(Number::Integer)),
        (1, Style::Micros(Number::Integer)),
    ];
    for (unit_us, style) in units {
        let (first, last) = ((now_us - 5 * YEAR_US) / unit_us, (now_us + YEAR_US) / unit_us);
        for number in [first, last] {
            let (reading, found) = calendar.integer(number);
            let at = reading.at().map(|at| at.micros_since(Timestamp::EPOCH));
            assert_eq!((at, found), (Some(number * unit_us), Some(style)));
        }
        for number in [first - 1, last + 1] {
            assert_eq!(calendar.integer(number), (Reading::Unreadable, None), "{style:?}");
        }
    }
    let nanos = |us: i64| calendar.integer(us * 1000);
    let (first, last) = (now_us - 5 * YEAR_US, now_us + YEAR_US);
    assert_eq!(nanos(first).1, Some(Style::Nanos(Number::Integer)));
    assert_eq!(nanos(last).1, Some(Style::Nanos(Number::Integer)));
    assert_eq!([nanos(first - 1).0, nanos(last + 1).0], [Reading::Unreadable; 2]);
}

#[test]
fn what_a_number_is_depends_on_now_and_on_nothing_else() {
    let at = |year| {
        let now: DateTime<Utc> = format!("{year}-06-01T00:00:00Z").parse().unwrap();
        let calendar = Calendar::new(now.into(), TimeZone::Utc);
        let seconds = now.timestamp();
        [1, 1_000, 1_000_000, 1_000_000_000].map(|times| calendar.integer(seconds * times).0.at())
    };
    for year in [1971, 1975, 1999, 2038, 2200] {
        let read = at(year);
        assert!(read[0].is_some(), "{year}");
        assert_eq!(read, [read[0]; 4], "{year}");
    }
    // Before there were any, there are none.
    let calendar = Calendar::new(Timestamp::EPOCH, TimeZone::Utc);
    assert_eq!(calendar.integer(1_000), (Reading::Unreadable, None));
}

#[test]
fn real_numbers_are_read_to_the_microsecond_nearest() {
    let calendar = calendar(TimeZone::Utc);
    for millis in 0..1000 {
        let seconds = 1_775_877_480.0 + f64::from(millis) / 1000.0;
        let micros = 1_775_877_480_000_000 + i64::from(millis) * 1000;
        for number in [seconds, seconds * 1e3, seconds * 1e6, seconds * 1e9] {
            let at = calendar.real(number).0.at().unwrap();
            assert_eq!(at.micros_since(Timestamp::EPOCH), micros, "{number}");
        }
    }
}

#[test]
fn numbers_that_are_no_time_are_unreadable() {
    for (number, what) in [
        (1, "a small number"),
        (20_260_411, "a date in digits"),
        (202_604_110_317, "a date and a time in digits"),
        (20_260_411_031_700, "the same with seconds"),
        (260_411_031_700, "the same without a century"),
        (172_800_000, "an uptime of two days in milliseconds"),
        (1_555_200_000, "an uptime of eighteen days in milliseconds"),
        (1_500_000_000_000, "an uptime of 25 minutes in nanoseconds"),
        (797_570_220, "seconds since 2001"),
        (797_570_220_000, "milliseconds since 2001"),
        (1_459_912_638, "GPS seconds"),
        (639_114_742_200_000_000, ".NET ticks"),
        (134_203_510_200_000_000, "a Windows file time"),
        (253_402_300_800_000, "the year 10000"),
        (i64::MAX, "the largest"),
    ] {
        assert_is_unreadable(number, what);
        assert_is_unreadable(number.to_string(), what);
    }
    for (number, what) in [
        (2_461_141.636_805_5, "a Julian day"),
        (46_123.136_805_555_6, "days since 1899"),
        (86_400.5, "an uptime in seconds"),
        (797_570_220.25, "seconds since 2001"),
        (0.5, "a fraction"),
        (1e300, "a large one"),
        (f64::MAX, "the largest"),
        (f64::INFINITY, "infinity"),
    ] {
        assert_is_unreadable(number, what);
    }
}

#[test]
fn numbers_that_are_not_above_zero_say_nothing() {
    for number in [0, -1, -1_775_877_420, i64::MIN] {
        assert_says_nothing(number, &number.to_string());
    }
    for number in [0.0, -0.0, -1.0, -62_135_596_800.0, f64::NEG_INFINITY] {
        assert_says_nothing(number, &number.to_string());
    }
    for text in ["0", "0.000", "0000", "-0", "-1", "-1775877420.25", " 0 "] {
        assert_says_nothing(text, text);
    }
}
