//! Moments that are written to different precision are compared to the coarser.

use zombie_sweeper::zombie::{Moment, TimeZone};

use super::calendar;

fn text(text: &str) -> Moment {
    calendar(TimeZone::Utc)
        .text(text.as_bytes())
        .0
        .moment()
        .expect(text)
}

#[test]
fn every_form_says_what_it_is_exact_to() {
    for (written, unit_us) in [
        ("2026-04-11T03:17:00Z", 1_000_000),
        ("2026-04-11T03:17:00.5Z", 100_000),
        ("2026-04-11T03:17:00.500Z", 1_000),
        ("2026-04-11T03:17:00.500000Z", 1),
        ("2026-04-11T03:17:00.500000000Z", 1),
        ("2026-04-11T03:17:00.500000000000000000Z", 1),
        ("1775877420", 1_000_000),
        ("1775877420.25", 10_000),
        ("1775877420500", 1_000),
        ("1775877420500.25", 10),
        ("1775877420500123", 1),
        ("1775877420500123.5", 1),
        ("1775877420500123456", 1),
    ] {
        assert_eq!(text(written).unit_us, unit_us, "{written}");
    }
    let calendar = calendar(TimeZone::Utc);
    let integer = |number| calendar.integer(number).0.moment().unwrap().unit_us;
    assert_eq!(integer(1_775_877_420), 1_000_000);
    assert_eq!(integer(1_775_877_420_500), 1_000);
    assert_eq!(integer(1_775_877_420_500_123), 1);
    assert_eq!(integer(1_775_877_420_500_123_456), 1);
    let real = |number| calendar.real(number).0.moment().unwrap().unit_us;
    assert_eq!(real(1_775_877_420.25), 1);
    assert_eq!(
        real(1_775_877_420.0),
        1_000_000,
        "whole seconds in a column of floats"
    );
}

#[test]
fn nothing_is_after_what_is_the_same_as_far_as_both_are_exact() {
    for (earlier, later, is_after) in [
        ("2026-04-11T12:00:00Z", "2026-04-11T12:00:00.300Z", false),
        ("2026-04-11T12:00:00Z", "2026-04-11T12:00:00.999999999Z", false),
        ("2026-04-11T12:00:00Z", "2026-04-11T12:00:01Z", true),
        ("2026-04-11T12:00:00.999Z", "2026-04-11T12:00:01Z", true),
        ("2026-04-11T12:00:00.300Z", "2026-04-11T12:00:00.3009Z", false),
        ("2026-04-11T12:00:00.300Z", "2026-04-11T12:00:00.301000Z", true),
        ("2026-04-11T12:00:00.000001Z", "2026-04-11T12:00:00.000002Z", true),
        ("2026-04-11T12:00:00+00:00", "2026-04-11 14:00:00.5+02:00", false),
        ("2026-04-11T12:00:00Z", "1775908800500", false),
    ] {
        let (earlier, later) = (text(earlier), text(later));
        let shown = format!("{earlier:?} {later:?}");
        assert_eq!(later.is_after(earlier), is_after, "{shown}");
        assert_eq!(earlier.is_before(later), is_after, "{shown}");
        assert!(!earlier.is_after(later) && !later.is_before(earlier), "{shown}");
        assert!(!later.is_after(later) && !later.is_before(later), "{shown}");
    }
}
