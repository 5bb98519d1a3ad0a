//! What a date and time without a zone means.

use zombie_sweeper::zombie::{TimeZone, Timestamp, Written};

use super::calendar;

#[test]
fn zones_are_utc_offsets_and_local() {
    for (text, zone) in [
        ("UTC", TimeZone::Utc),
        ("Z", TimeZone::Utc),
        ("local", TimeZone::Local),
        ("+02:00", TimeZone::Offset { minutes: 120 }),
        ("-05:30", TimeZone::Offset { minutes: -330 }),
        ("+0545", TimeZone::Offset { minutes: 345 }),
        ("+08", TimeZone::Offset { minutes: 480 }),
    ] {
        assert_eq!(text.parse(), Ok(zone), "{text}");
    }
    for text in [
        "",
        "utc+2",
        "2",
        "02:00",
        "+24:00",
        "+02:60",
        "Europe/Berlin",
        "LOCAL ",
    ] {
        let error = text.parse::<TimeZone>().unwrap_err().to_string();
        let expected =
            "expected UTC, an offset from it such as +02:00, or local (the machine's zone, or that of TZ)";
        assert_eq!(error, format!("{expected}, found {text:?}"));
    }
}

#[test]
fn naive_ones_are_of_the_zone_and_no_others_are() {
    let calendar = calendar(TimeZone::Offset { minutes: 330 });
    let read = |text: &str| calendar.text(text.as_bytes()).0.moment().expect(text);
    for (text, shown, naive) in [
        ("2026-04-11 08:47:00.25", "2026-04-11T03:17:00.250000Z", true),
        ("2026-04-11T03:17:00Z", "2026-04-11T03:17:00.000000Z", false),
        ("2026-04-11 03:17:00 UTC", "2026-04-11T03:17:00.000000Z", false),
        ("2026-04-11T05:17:00+02:00", "2026-04-11T03:17:00.000000Z", false),
        ("1775877420", "2026-04-11T03:17:00.000000Z", false),
    ] {
        let moment = read(text);
        assert_eq!((moment.at.to_rfc3339(), moment.naive), (shown.to_owned(), naive));
    }
}

#[test]
fn naive_ones_are_written_as_the_zone_shows_them() {
    let written = |zone| {
        let calendar = calendar(zone);
        let (_, style) = calendar.text(b"2026-04-10 00:00:00");
        calendar.write(calendar.now(), style.unwrap())
    };
    for (minutes, expected) in [
        (0, "2026-04-11 03:18:00"),
        (330, "2026-04-11 08:48:00"),
        (-300, "2026-04-10 22:18:00"),
    ] {
        assert_eq!(
            written(TimeZone::Offset { minutes }),
            Written::Text(expected.to_owned())
        );
    }
    let calendar = calendar(TimeZone::Offset { minutes: 330 });
    let (_, style) = calendar.text(b"2026-04-10T00:00:00Z");
    let said = calendar.write(calendar.now(), style.unwrap());
    assert_eq!(
        said,
        Written::Text("2026-04-11T03:18:00Z".to_owned()),
        "its zone is said"
    );
}

#[test]
fn no_offset_however_wild_makes_it_panic() {
    for minutes in [i32::MIN, -1, i32::MAX] {
        let calendar = calendar(TimeZone::Offset { minutes });
        let (_, style) = calendar.text(b"9999-12-31 23:59:59");
        let _ = calendar.write(Timestamp::EPOCH, style.unwrap());
    }
}
