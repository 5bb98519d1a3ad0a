//! What a column may say of a moment.

use std::time::Duration;

use zombie_sweeper::rusqlite;
use zombie_sweeper::zombie::{Number, Style, Timestamp};

use crate::world::World;

/// A run that was heard of a minute ago, as the column says it; the task tells nothing else.
fn heard_of(heartbeat: impl rusqlite::ToSql) -> World {
    World::new()
        .running("t1")
        .run("r1")
        .set("started_at", "")
        .set("last_heartbeat", heartbeat)
}

fn assert_is_a_minute_ago(heartbeat: impl rusqlite::ToSql + Copy, shown: &str) {
    let minute = |seconds| {
        heard_of(heartbeat)
            .options(|options| options.stale_after(Duration::from_secs(seconds)))
            .sweep()
    };
    assert_eq!(minute(61).healthy, 1, "{shown}");
    assert_eq!(minute(58).reaps.len(), 1, "{shown}");
}

fn assert_is_unreadable(heartbeat: impl rusqlite::ToSql, shown: &str) {
    let report = heard_of(heartbeat).sweep();
    assert_eq!(report.undecided.len(), 1, "{shown}: {report:?}");
    let named = |warning: &String| warning.starts_with("task_runs.last_heartbeat: 1 not readable");
    assert!(report.warnings.iter().any(named), "{shown}: {report:?}");
}

#[test]
fn iso_8601_in_all_its_forms() {
    for text in [
        "2026-04-11T03:17:00Z",
        "2026-04-11T03:17:00",
        "2026-04-11 03:17:00",
        "2026-04-11 03:17:00Z",
        "2026-04-11t03:17:00z",
        "2026-04-11T03:17:00.5Z",
        "2026-04-11T03:17:00,5Z",
        "2026-04-11T03:17:00.000",
        "2026-04-11T03:17:00.123456",
        "2026-04-11T03:17:00.123456789+00:00",
        "2026-04-11 03:17:00.123456789012345678901234567890",
        "2026-04-11T05:17:00+02:00",
        "2026-04-11T05:17:00+0200",
        "2026-04-11T05:17:00+02",
        "2026-04-11T05:16:00+01:59",
        "2026-04-10T21:47:00.5-05:30",
        "2026-04-11T03:17:00-00:00",
        "2026-04-10T04:17:00-23:00",
        "2026-04-11T03:16:60Z",
        "  2026-04-11T03:17:00Z\n",
    ] {
        assert_is_a_minute_ago(text, text);
    }
}

#[test]
fn epoch_numbers_and_digits() {
    assert_is_a_minute_ago(1_775_877_420, "seconds");
    assert_is_a_minute_ago(1_775_877_420_500_i64, "milliseconds");
    assert_is_a_minute_ago(1_775_877_420.5, "fractional seconds");
    assert_is_a_minute_ago(1_775_877_420_500.5, "fractional milliseconds");
    for text in [
        "1775877420",
        "1775877420500",
        "1775877420.123456",
        " 1775877420 ",
        "0001775877420",
    ] {
        assert_is_a_minute_ago(text, text);
    }
}

#[test]
fn numbers_stay_numbers_in_a_column_for_numbers() {
    for declared in ["INTEGER", "REAL", "NUMERIC", "BIGINT", ""] {
        let mut world = heard_of("1775877420").redeclare(
            "task_runs",
            "last_heartbeat TEXT",
            &format!("last_heartbeat {declared}"),
        );
        assert_eq!(world.sweep().healthy, 1, "{declared}");
    }
}

#[test]
fn seconds_end_where_milliseconds_begin() {
    let read = |number| Timestamp::from_integer(number).unwrap();
    let (seconds, style) = read(100_000_000_000);
    assert_eq!(style, Style::Seconds(Number::Integer, 0));
    let (millis, style) = read(100_000_000_001);
    assert_eq!(style, Style::Millis(Number::Integer));
    assert!(seconds > millis);
    assert_eq!(seconds.to_rfc3339(), "5138-11-16T09:46:40.000000Z");
}

#[test]
fn real_numbers_are_read_to_the_microsecond_nearest() {
    for millis in 0..1000 {
        let (at, _) = Timestamp::from_real(1_775_877_480.0 + f64::from(millis) / 1000.0).unwrap();
        let micros = 1_775_877_480_000_000 + i64::from(millis) * 1000;
        assert_eq!(at.micros_since(Timestamp::EPOCH), micros);
    }
}

#[test]
fn everything_else_is_unreadable() {
    for text in [
        "2026-04-11",
        "2026-04-11T03:17",
        "2026-04-11T03:17Z",
        "2026-04-11T",
        "2026-13-11T03:17:00Z",
        "2026-02-29T03:17:00Z",
        "2026-04-11T24:00:00Z",
        "2026-04-11T03:60:00Z",
        "2026-04-11T03:17:61Z",
        "2026-04-11T03:17:00.Z",
        "2026-04-11T03:17:00+2",
        "2026-04-11T03:17:00*02",
        "9999-12-31T23:59:60Z",
        "2026-04-11T03:17:00+02:0",
        "2026-04-11T03:17:00+24:00",
        "2026-04-11T03:17:00+02:60",
        "2026-04-11T03:17:00 UTC",
        "2026-04-11T03:17:00ZZ",
        "2026-04-11_03:17:00",
        "2026/04/11 03:17:00",
        "20260411T031700Z",
        "+2026-04-11T03:17:00Z",
        "-2026-04-11T03:17:00Z",
        "10000-01-01T00:00:00Z",
        "２０２６-04-11T03:17:00Z",
        "yesterday",
        "null",
        "-1775877420",
        "1.775877420e9",
        "1775877420.",
        "0.5",
        ".",
        "1.2.3",
        "99999999999999999999999999",
        "\0",
        "💥",
    ] {
        assert_is_unreadable(text, text);
    }
}

#[test]
fn numbers_out_of_range_bytes_and_broken_text_are_unreadable() {
    for number in [-1, i64::MIN, i64::MAX, 253_402_300_800_000] {
        assert_is_unreadable(number, &number.to_string());
    }
    for number in [-1.0, f64::INFINITY, f64::MAX, 1e18] {
        assert_is_unreadable(number, &number.to_string());
    }
    // A Julian day, a date in digits, an uptime: as seconds since the epoch they would be long ago.
    for number in [2_461_367.625, 86_400.5] {
        assert_is_unreadable(number, &number.to_string());
    }
    assert_is_unreadable("20260411", "20260411");
    assert_is_unreadable(b"2026-04-11T03:17:00Z".as_slice(), "a blob");
    let broken = "UPDATE task_runs SET last_heartbeat = CAST(x'fffe00' AS TEXT)";
    let report = heard_of("").sql(broken).sweep();
    assert_eq!((report.undecided.len(), report.warnings.len()), (1, 1));
}

#[test]
fn long_ones_are_shown_in_part() {
    let report = heard_of("x".repeat(1000)).sweep();
    let shown = format!("such as \"{}…\";", "x".repeat(80));
    assert!(report.warnings[0].contains(&shown), "{report:?}");
    let report = heard_of("x".repeat(80)).sweep();
    assert!(!report.warnings[0].contains('…'), "{report:?}");
}

#[test]
fn nothing_said_is_no_sign_of_life_and_no_warning() {
    for nothing in [None, Some(""), Some("  "), Some("\t\n"), Some("0"), Some("0.000")] {
        let report = heard_of(nothing).sweep();
        assert_eq!(
            (report.undecided.len(), report.warnings.len()),
            (1, 0),
            "{nothing:?}"
        );
    }
}

#[test]
fn unreadable_heartbeat_leaves_the_start_to_tell() {
    let report = heard_of("soon").set("started_at", "2026-04-11T03:17:00Z").sweep();
    assert_eq!((report.healthy, report.warnings.len()), (1, 1));
    let report = heard_of("soon").set("started_at", "2026-04-11T02:17:00Z").sweep();
    assert_eq!((report.reaps.len(), report.warnings.len()), (1, 1));
}

#[test]
fn unreadable_ones_are_counted_in_one_sentence() {
    let mut world = World::new();
    for n in 0..30 {
        world = world.running(n).run(100 + n).set("last_heartbeat", "soon");
    }
    let report = world.sweep();
    assert_eq!(report.warnings.len(), 1);
    assert!(report.warnings[0].contains("30 not readable"), "{report:?}");
}
