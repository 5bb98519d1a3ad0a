//! Dates and times in UTC are read by arithmetic of our own, which must agree with chrono's.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use zombie_sweeper::zombie::{Reading, TimeZone, Timestamp};

use super::calendar;

fn ours(text: &str) -> Option<i64> {
    let (reading, _) = calendar(TimeZone::Utc).text(text.as_bytes());
    assert_ne!(reading, Reading::Absent, "{text}");
    Some(reading.at()?.micros_since(Timestamp::EPOCH))
}

#[test]
fn every_day_that_can_be_written_and_every_one_that_does_not_exist() {
    for year in (1971..=2110).chain([2199, 2200, 2300, 2399, 2400, 4000, 9999]) {
        for month in 0..=13 {
            for day in 0..=32 {
                let at = NaiveDate::from_ymd_opt(year, month, day)
                    .and_then(|date| date.and_hms_opt(12, 34, 56))
                    .map(|at| at.and_utc().timestamp_micros());
                assert_eq!(ours(&format!("{year}-{month:02}-{day:02}T12:34:56Z")), at);
            }
        }
    }
}

#[test]
fn sixtieth_second_is_the_first_of_the_next_minute() {
    assert_eq!(ours("2026-12-31T23:59:60Z"), ours("2027-01-01T00:00:00Z"));
    assert_eq!(ours("2026-04-11T03:17:60.5Z"), ours("2026-04-11T03:18:00.5Z"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_moment_is_read_as_chrono_reads_it(
        micros in 31_622_400_000_000_i64..253_402_214_400_000_000,
        minutes in -1439..1440_i64,
        digits in 0_usize..=6,
    ) {
        let unit = 10_i64.pow(6 - u32::try_from(digits).unwrap());
        let micros = micros - micros % unit;
        let wall = DateTime::from_timestamp_micros(micros + minutes * 60_000_000).unwrap();
        let offset = format!("{}{:02}:{:02}", if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60);
        let fraction = format!("{:06}", micros.rem_euclid(1_000_000));
        let fraction = if digits == 0 { String::new() } else { format!(".{}", &fraction[..digits]) };
        let text = format!("{}{fraction}{offset}", wall.format("%Y-%m-%dT%H:%M:%S"));
        prop_assert_eq!(ours(&text), Some(micros));
        let theirs = DateTime::parse_from_rfc3339(&text).unwrap();
        prop_assert_eq!(theirs.timestamp_micros(), micros);
    }

    #[test]
    fn what_chrono_refuses_is_refused(
        year in 1971..=9999_i32, month in 0..=19_u32, day in 0..=39_u32,
        hour in 0..=29_u32, minute in 0..=69_u32, second in 0..=59_u32,
    ) {
        let text = format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
        let theirs = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S");
        let theirs = theirs.ok().filter(|at| at.year() == year).map(|at| at.and_utc().timestamp_micros());
        prop_assert_eq!(ours(&text), theirs);
    }
}
