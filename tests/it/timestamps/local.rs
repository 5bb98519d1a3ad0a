//! Local time: that of the machine, or of `TZ`, with the hour that summer time takes and the hour that it gives.

use std::process::Command;

use zombie_sweeper::zombie::{TimeZone, Written};

use super::calendar;

/// Summer time from the last Sunday in March at two to the last in October at three: Berlin's rule, said in full, so
/// that no data of time zones are needed.
const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// Whether this process is in that zone. If not, it runs the test of this name again in one that is: a process can't
/// change the zone it is in.
fn is_in(zone: &str, test: &str) -> bool {
    if std::env::var("TZ").is_ok_and(|tz| tz == zone) {
        return true;
    }
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("timestamps::local::{test}")])
        .env("TZ", zone)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
    false
}

fn read(text: &str) -> String {
    let (reading, _) = calendar(TimeZone::Local).text(text.as_bytes());
    let moment = reading.moment().expect(text);
    assert!(moment.naive, "{text}");
    moment.at.to_rfc3339().replace(".000000", "")
}

#[test]
fn hours_that_come_twice_or_never_are_read_as_the_later_moment() {
    if !is_in(
        BERLIN,
        "hours_that_come_twice_or_never_are_read_as_the_later_moment",
    ) {
        return;
    }
    for (local, utc) in [
        ("2026-01-15 12:00:00", "2026-01-15T11:00:00Z"),
        ("2026-07-15 12:00:00", "2026-07-15T10:00:00Z"),
        // Before summer time and after its beginning; between them the clock never stands.
        ("2026-03-29 01:59:59", "2026-03-29T00:59:59Z"),
        ("2026-03-29 02:00:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00Z"),
        ("2026-03-29 02:59:59", "2026-03-29T01:59:59Z"),
        ("2026-03-29 03:00:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29 03:30:00", "2026-03-29T01:30:00Z"),
        // Summer time, the hour that comes twice, and after it.
        ("2026-10-25 01:59:59", "2026-10-24T23:59:59Z"),
        ("2026-10-25 02:00:00", "2026-10-25T01:00:00Z"),
        ("2026-10-25 02:30:00", "2026-10-25T01:30:00Z"),
        ("2026-10-25 02:59:59", "2026-10-25T01:59:59Z"),
        ("2026-10-25 03:00:00", "2026-10-25T02:00:00Z"),
    ] {
        assert_eq!(read(local), utc, "{local}");
    }
}

#[test]
fn what_is_written_is_what_the_clock_on_the_wall_shows() {
    if !is_in(BERLIN, "what_is_written_is_what_the_clock_on_the_wall_shows") {
        return;
    }
    let calendar = calendar(TimeZone::Local);
    let (_, style) = calendar.text(b"2026-01-15 12:00:00");
    for (utc, local) in [
        ("2026-01-15T11:00:00Z", "2026-01-15 12:00:00"),
        ("2026-03-29T00:59:59Z", "2026-03-29 01:59:59"),
        ("2026-03-29T01:00:00Z", "2026-03-29 03:00:00"),
        ("2026-07-15T10:00:00Z", "2026-07-15 12:00:00"),
        ("2026-10-25T00:30:00Z", "2026-10-25 02:30:00"),
        ("2026-10-25T01:30:00Z", "2026-10-25 02:30:00"),
        ("2026-10-25T02:00:00Z", "2026-10-25 03:00:00"),
    ] {
        let at = calendar.text(utc.as_bytes()).0.at().expect(utc);
        assert_eq!(
            calendar.write(at, style.unwrap()),
            Written::Text(local.to_owned()),
            "{utc}"
        );
    }
}

#[test]
fn every_quarter_of_an_hour_of_a_year_reads_back_or_an_hour_later() {
    if !is_in(
        BERLIN,
        "every_quarter_of_an_hour_of_a_year_reads_back_or_an_hour_later",
    ) {
        return;
    }
    let calendar = calendar(TimeZone::Local);
    let (_, style) = calendar.text(b"2026-01-15 12:00:00");
    let mut later = 0;
    for quarter in 0..365 * 96 {
        let (reading, _) = calendar.integer(1_767_225_600 + quarter * 900);
        let at = reading.at().unwrap();
        let Written::Text(written) = calendar.write(at, style.unwrap()) else {
            panic!()
        };
        let again = calendar.text(written.as_bytes()).0.at().unwrap();
        match again.micros_since(at) {
            0 => {}
            3_600_000_000 => later += 1,
            other => panic!("{written} is {other} µs later"),
        }
    }
    assert_eq!(later, 4, "one hour of the year comes twice");
}
