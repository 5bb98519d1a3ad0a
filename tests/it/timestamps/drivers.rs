//! What languages and drivers write of their own accord.

use zombie_sweeper::zombie::{TimeZone, Written};

use super::{assert_is_a_minute_ago, calendar};

/// Who writes it; half a second after 03:17, as it stands; and 03:18:00 in the same form.
const FORMS: [(&str, &str, &str); 22] = [
    (
        "SQLite, CURRENT_TIMESTAMP",
        "2026-04-11 03:17:00",
        "2026-04-11 03:18:00",
    ),
    (
        "JavaScript, toISOString",
        "2026-04-11T03:17:00.500Z",
        "2026-04-11T03:18:00.000Z",
    ),
    (
        "Python, isoformat",
        "2026-04-11T03:17:00.500000+00:00",
        "2026-04-11T03:18:00.000000+00:00",
    ),
    (
        "Python, utcnow",
        "2026-04-11 03:17:00.500000",
        "2026-04-11 03:18:00.000000",
    ),
    (
        "Django",
        "2026-04-11 03:17:00.500000",
        "2026-04-11 03:18:00.000000",
    ),
    (
        "Rust, chrono's to_rfc3339",
        "2026-04-11T03:17:00.500000000+00:00",
        "2026-04-11T03:18:00.000000000+00:00",
    ),
    (
        "Rust, chrono's to_string",
        "2026-04-11 03:17:00.500 UTC",
        "2026-04-11 03:18:00.000 UTC",
    ),
    (
        "Rust, chrono's to_string on the second",
        "2026-04-11 03:17:00 UTC",
        "2026-04-11 03:18:00 UTC",
    ),
    (
        "Rust, chrono's to_string elsewhere",
        "2026-04-11 05:17:00.500 +02:00",
        "2026-04-11 05:18:00.000 +02:00",
    ),
    (
        "Ruby, to_s",
        "2026-04-11 03:17:00 +0000",
        "2026-04-11 03:18:00 +0000",
    ),
    (
        "Ruby, to_s in UTC",
        "2026-04-11 03:17:00 UTC",
        "2026-04-11 03:18:00 UTC",
    ),
    (
        "Sequelize",
        "2026-04-11 03:17:00.500 +00:00",
        "2026-04-11 03:18:00.000 +00:00",
    ),
    (
        "Go, mattn's driver",
        "2026-04-11 03:17:00.5+00:00",
        "2026-04-11 03:18:00.0+00:00",
    ),
    (
        "Go, String",
        "2026-04-11 03:17:00.5 +0000 UTC",
        "2026-04-11 03:18:00.0 +0000 UTC",
    ),
    (
        "Go, String of a time just read",
        "2026-04-11 03:17:00.500123456 +0000 UTC m=+245.850218253",
        "2026-04-11 03:18:00.000000000 +0000 UTC",
    ),
    (
        "Go, String of a time before the process began",
        "2026-04-11 03:17:00.5 +0000 UTC m=-1.2",
        "2026-04-11 03:18:00.0 +0000 UTC",
    ),
    (
        "Go, String in Berlin",
        "2026-04-11 05:17:00.5 +0200 CEST m=+0.1",
        "2026-04-11 05:18:00.0 +0200 CEST",
    ),
    (
        "Go, String in Moscow",
        "2026-04-11 06:17:00.5 +0300 MSK",
        "2026-04-11 06:18:00.0 +0300 MSK",
    ),
    (
        "Go, String where zones have no names",
        "2026-04-11 06:17:00.5 +0300 +03",
        "2026-04-11 06:18:00.0 +0300 +03",
    ),
    (
        "Go, String in a zone by its place",
        "2026-04-11 11:17:00 +0800 Asia/Shanghai",
        "2026-04-11 11:18:00 +0800 Asia/Shanghai",
    ),
    (
        "PostgreSQL",
        "2026-04-11 03:17:00.5+00",
        "2026-04-11 03:18:00.0+00",
    ),
    (
        ".NET, round-trip",
        "2026-04-11T03:17:00.5000000Z",
        "2026-04-11T03:18:00.0000000Z",
    ),
];

#[test]
fn all_of_it_is_read() {
    for (who, text, _) in FORMS {
        assert_is_a_minute_ago(text, &format!("{who}: {text}"));
    }
}

#[test]
fn it_is_written_as_it_was_found() {
    let calendar = calendar(TimeZone::Utc);
    for (who, text, expected) in FORMS {
        let (_, style) = calendar.text(text.as_bytes());
        let written = calendar.write(calendar.now(), style.expect(who));
        assert_eq!(written, Written::Text(expected.to_owned()), "{who}");
    }
}
