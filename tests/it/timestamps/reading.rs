//! What a column may say of a moment.

use super::{assert_is_a_minute_ago, assert_is_unreadable, assert_says_nothing, heard_of};
use crate::world::World;

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
fn everything_else_is_unreadable() {
    for text in [
        "2026-04-11",
        "2026-04-11T03:17",
        "2026-04-11T03:17Z",
        "2026-04-11T",
        "2026-13-11T03:17:00Z",
        "2026-02-29T03:17:00Z",
        "2026-00-11T03:17:00Z",
        "2026-04-00T03:17:00Z",
        "2026-04-31T03:17:00Z",
        "0000-00-00",
        "0000-00-01 00:00:00",
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
        "2026-04-11T03:17:00 Z",
        "2026-04-11T03:17:00  UTC",
        "2026-04-11T03:17:00UTC",
        "2026-04-11T03:17:00 GMT",
        "2026-04-11T03:17:00Z UTC",
        "2026-04-11T03:17:00Z[UTC]",
        "2026-04-11T05:17:00+02:00[Europe/Berlin]",
        "2026-04-11 03:17:00  +00:00",
        "2026-04-11 03:17:00 +0000 UTC m=",
        "2026-04-11 03:17:00 +0000 UTC m=+",
        "2026-04-11 03:17:00 +0000 UTC m=245.8",
        "2026-04-11 03:17:00 +0000 UTC m=+245.8 m=+245.8",
        "2026-04-11 03:17:00 +0000 m=+245.8",
        "2026-04-11 03:17:00 m=+245.8",
        "2026-04-11 05:17:00 +0200 UTC",
        "2026-04-11 05:17:00 +0200 Europe/Isle_of_Man",
        "2026-04-11 05:17:00 +0200 (CEST)",
        "2026-04-11T03:17:00ZZ",
        "2026-04-11_03:17:00",
        "2026/04/11 03:17:00",
        "20260411T031700Z",
        "+2026-04-11T03:17:00Z",
        "-2026-04-11T03:17:00Z",
        "10000-01-01T00:00:00Z",
        "２０２６-04-11T03:17:00Z",
        "Sat Apr 11 2026 03:17:00 GMT+0000 (Coordinated Universal Time)",
        "Sat Apr 11 03:17:00 2026",
        "Sat, 11 Apr 2026 03:17:00 GMT",
        "yesterday",
        "null",
        "-",
        "-1775877420.",
        "--1775877420",
        "+1775877420",
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
fn long_ones_are_shown_in_part() {
    let report = heard_of("x".repeat(1000)).sweep();
    let shown = format!("such as \"{}…\";", "x".repeat(80));
    assert!(report.warnings[0].contains(&shown), "{report:?}");
    let report = heard_of("x".repeat(80)).sweep();
    assert!(!report.warnings[0].contains('…'), "{report:?}");
}

#[test]
fn unreadable_heartbeat_leaves_the_start_to_prove_life_and_not_death() {
    let report = heard_of("soon").set("started_at", "2026-04-11T03:17:00Z").sweep();
    assert_eq!((report.healthy, report.warnings.len()), (1, 1));
    let report = heard_of("soon").set("started_at", "2026-04-11T02:17:00Z").sweep();
    assert_eq!((report.undecided.len(), report.warnings.len()), (1, 1));
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

#[test]
fn bytes_and_broken_text_are_unreadable() {
    assert_is_unreadable(b"2026-04-11T03:17:00Z".as_slice(), "a blob");
    let broken = "UPDATE task_runs SET last_heartbeat = CAST(x'fffe00' AS TEXT)";
    let report = heard_of("").sql(broken).sweep();
    assert_eq!((report.undecided.len(), report.warnings.len()), (1, 1));
}

#[test]
fn nothing_said_is_no_sign_of_life_and_no_warning() {
    for nothing in [None, Some(""), Some("  "), Some("\t\n")] {
        assert_says_nothing(nothing, &format!("{nothing:?}"));
    }
    for nothing in [b"".as_slice(), b" "] {
        assert_says_nothing(nothing, "a blob");
    }
}

#[test]
fn zero_times_and_all_of_1970_say_nothing() {
    for zero in [
        "0001-01-01 00:00:00+00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01 00:00:00 +0000 UTC",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00.0000000+02:00",
        "1899-12-30 00:00:00",
        "1900-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01 00:00:00",
        "1970-01-01T01:00:00+01:00",
        "1970-12-31T23:59:59.999Z",
        "1971-01-01T00:30:00+01:00",
        "0000-00-00 00:00:00",
        "0000-00-00 00:00:00.000000",
        "0000-01-01T00:00:00+23:59",
    ] {
        assert_says_nothing(zero, zero);
    }
    let report = heard_of("1971-01-01T00:00:00Z").sweep();
    assert_eq!(report.reaps.len(), 1, "{report:?}");
}
