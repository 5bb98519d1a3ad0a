//! No text and no number makes reading panic, and what is written reads back.

use proptest::prelude::*;
use zombie_sweeper::zombie::{Number, OffsetForm, Style, Timestamp, Written, Zone};

use crate::world::NOW;

fn styles() -> impl Strategy<Value = Style> {
    let zone = prop_oneof![
        Just(Zone::Unsaid),
        Just(Zone::Letter(b'Z')),
        Just(Zone::Letter(b'z')),
        (
            -1439..1440,
            prop_oneof![Just(OffsetForm::Colon), Just(OffsetForm::Plain)]
        )
            .prop_map(|(minutes, form)| Zone::Offset { minutes, form }),
        (-23..24).prop_map(|hours| Zone::Offset {
            minutes: hours * 60,
            form: OffsetForm::Hours
        }),
    ];
    let iso = (
        prop_oneof![Just(b'T'), Just(b't'), Just(b' ')],
        prop_oneof![Just(b'.'), Just(b',')],
        0_usize..=9,
        zone,
    );
    prop_oneof![
        iso.prop_map(|(separator, point, digits, zone)| Style::Iso {
            separator,
            point,
            digits,
            zone
        }),
        Just(Style::Seconds(Number::Integer, 0)),
        Just(Style::Seconds(Number::Real, 0)),
        (0_usize..=9).prop_map(|digits| Style::Seconds(Number::Text, digits)),
        Just(Style::Millis(Number::Integer)),
        Just(Style::Millis(Number::Real)),
        Just(Style::Millis(Number::Text)),
    ]
}

fn read(written: &Written) -> Option<(Timestamp, Style)> {
    match written {
        Written::Text(text) => Timestamp::from_text(text.as_bytes()),
        Written::Integer(number) => Timestamp::from_integer(*number),
        Written::Real(number) => Timestamp::from_real(*number),
    }
}

/// How much may be cut off, in microseconds.
fn precision_us(style: Style) -> i64 {
    match style {
        Style::Iso { digits, .. } | Style::Seconds(Number::Text, digits) => {
            10_i64.pow(6 - u32::try_from(digits.min(6)).unwrap())
        }
        Style::Seconds(Number::Integer, _) => 1_000_000,
        Style::Millis(Number::Integer | Number::Text) => 1_000,
        Style::Seconds(Number::Real, _) | Style::Millis(Number::Real) => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_whatever_makes_reading_panic(text in any::<Vec<u8>>()) {
        let _ = Timestamp::from_text(&text);
    }

    #[test]
    fn no_text_that_looks_like_a_timestamp_makes_it_panic(
        text in "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{0,12})?(Z|z|[+-][0-9]{2}:?[0-9]{0,2})?"
    ) {
        if let Some((at, style)) = Timestamp::from_text(text.as_bytes()) {
            let _ = (at.to_rfc3339(), at.write(style));
        }
    }

    #[test]
    fn no_number_makes_it_panic(integer in any::<i64>(), real in any::<f64>()) {
        let _ = (Timestamp::from_integer(integer), Timestamp::from_real(real));
    }

    #[test]
    fn what_is_written_reads_back(micros in -86_400_000_000_000_i64..86_400_000_000_000, style in styles()) {
        let now = Timestamp::from(NOW + chrono::TimeDelta::microseconds(micros));
        let written = now.write(style);
        let (again, _) = read(&written).expect("it is readable");
        let lost = now.micros_since(again);
        prop_assert!(0 <= lost && lost < precision_us(style), "{written:?} lost {lost} µs");
    }

    #[test]
    fn what_is_read_is_written_the_same(micros in 0..86_400_000_000_i64, style in styles()) {
        let written = Timestamp::from(NOW + chrono::TimeDelta::microseconds(micros)).write(style);
        let (again, style_again) = read(&written).expect("it is readable");
        match written {
            Written::Real(_) => {}
            written => prop_assert_eq!(again.write(style_again), written),
        }
    }
}
