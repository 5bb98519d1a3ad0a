//! No text and no number makes reading panic, and what is written reads back.

use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;
use zombie_sweeper::zombie::{Number, OffsetForm, Style, TimeZone, Timestamp, Written, Zone, ZoneName};

use super::{calendar, read};
use crate::world::NOW;

fn zones() -> impl Strategy<Value = Zone> {
    let offsets = prop_oneof![
        (
            -1439..1440,
            prop_oneof![Just(OffsetForm::Colon), Just(OffsetForm::Plain)]
        ),
        (-23..24).prop_map(|hours| (hours * 60, OffsetForm::Hours)),
    ];
    let names = prop_oneof![Just(None), "[A-Z][A-Za-z/_]{2,15}".prop_map(Some)];
    let offsets = (offsets, any::<bool>(), names).prop_map(|((minutes, form), spaced, name)| Zone::Offset {
        minutes,
        form,
        spaced,
        name: name.map(|name| ZoneName::new(name.as_bytes()).expect("it is one")),
    });
    prop_oneof![
        Just(Zone::Unsaid),
        Just(Zone::Letter(b'Z')),
        Just(Zone::Letter(b'z')),
        Just(Zone::Utc),
        offsets,
    ]
}

fn styles() -> impl Strategy<Value = Style> {
    let iso = (
        prop_oneof![Just(b'T'), Just(b't'), Just(b' ')],
        prop_oneof![Just(b'.'), Just(b',')],
        0_usize..=9,
        zones(),
    );
    let numbers = prop_oneof![Just(Number::Integer), Just(Number::Real), Just(Number::Text)];
    let counts = (numbers, 0_usize..=9, 0..4).prop_map(|(number, digits, unit)| match (unit, number) {
        (0, Number::Text) => Style::Seconds(number, digits),
        (0, _) => Style::Seconds(number, 0),
        (1, _) => Style::Millis(number),
        (2, _) => Style::Micros(number),
        _ => Style::Nanos(number),
    });
    prop_oneof![
        iso.prop_map(|(separator, point, digits, zone)| Style::Iso {
            separator,
            // Without a fraction there is nothing to tell it by.
            point: if digits == 0 { b'.' } else { point },
            digits,
            zone
        }),
        counts,
    ]
}

/// How much may be cut off, in microseconds. A float of seconds is exact to less than one.
fn precision_us(style: Style) -> i64 {
    match style {
        Style::Iso { digits, .. } | Style::Seconds(Number::Text, digits) => {
            10_i64.pow(6 - u32::try_from(digits.min(6)).unwrap())
        }
        Style::Seconds(Number::Integer, _) => 1_000_000,
        Style::Millis(Number::Integer | Number::Text) => 1_000,
        Style::Seconds(Number::Real, _)
        | Style::Millis(Number::Real)
        | Style::Micros(_)
        | Style::Nanos(_) => 1,
    }
}

fn queue_zones() -> impl Strategy<Value = TimeZone> {
    prop_oneof![
        Just(TimeZone::Utc),
        (-1439..1440).prop_map(|minutes| TimeZone::Offset { minutes }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_whatever_makes_reading_panic(text in any::<Vec<u8>>(), zone in queue_zones()) {
        let _ = calendar(zone).text(&text);
    }

    #[test]
    fn no_text_that_looks_like_a_timestamp_makes_it_panic(
        text in "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{0,12})?(Z|z| UTC| ?[+-][0-9]{2}:?[0-9]{0,2}( [A-Z+0-9]{0,18})?( m=[+-][0-9.]{0,6})?)?"
    ) {
        let calendar = calendar(TimeZone::Local);
        if let (reading, Some(style)) = calendar.text(text.as_bytes()) {
            let at = reading.at().expect("what has a style is a moment");
            let _ = (at.to_rfc3339(), calendar.write(at, style));
        }
    }

    #[test]
    fn no_number_makes_it_panic(integer in any::<i64>(), real in any::<f64>(), zone in queue_zones()) {
        let calendar = calendar(zone);
        let _ = (calendar.integer(integer), calendar.real(real), calendar.text(integer.to_string().as_bytes()));
    }

    #[test]
    fn no_now_makes_it_panic(now in any::<i64>(), number in any::<i64>(), style in styles()) {
        let Some(now) = chrono::DateTime::from_timestamp_micros(now) else { return Ok(()) };
        let calendar = zombie_sweeper::zombie::Calendar::new(now.into(), TimeZone::Local);
        let _ = (calendar.integer(number), calendar.write(calendar.now(), style));
        let _ = calendar.now().is_later_by(Duration::MAX, Timestamp::EPOCH);
    }

    #[test]
    fn what_is_written_is_read_as_the_same_moment_in_the_same_style(
        micros in -86_400_000_000_000_i64..31_000_000_000_000, style in styles(), zone in queue_zones()
    ) {
        let calendar = calendar(zone);
        let at = Timestamp::from(NOW + TimeDelta::microseconds(micros));
        let written = calendar.write(at, style);
        let (reading, again) = read(calendar, &written);
        prop_assert_eq!(again, Some(style), "{:?}", written);
        let moment = reading.moment().expect("what has a style is a moment");
        let lost = at.micros_since(moment.at);
        prop_assert!((0..precision_us(style)).contains(&lost), "{written:?} lost {lost} µs");
        let is_naive = matches!(style, Style::Iso { zone: Zone::Unsaid, .. });
        prop_assert_eq!(moment.naive, is_naive);
        if !matches!(written, Written::Real(_)) {
            prop_assert_eq!(i64::from(moment.unit_us), precision_us(style));
        }
        prop_assert_eq!(calendar.write(moment.at, style), written);
    }
}
