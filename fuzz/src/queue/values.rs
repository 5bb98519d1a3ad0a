use chrono::TimeDelta;
use zombie_sweeper::zombie::{Calendar, Id, Number, OffsetForm, Style, TimeZone, Written, Zone};

use super::Holds;
use crate::{Choices, now};

/// The value of a column in the `row`th row of a table.
pub(super) fn value(holds: Holds, table: usize, row: u8, data: &mut Choices<'_>) -> Id {
    match holds {
        Holds::TaskId => id('t', row, data),
        Holds::RunId | Holds::ActiveRun => id('r', row, data),
        Holds::TaskStatus => status(&TASK_STATUSES, data),
        Holds::RunStatus => status(&RUN_STATUSES, data),
        Holds::EventId => Id::from(i64::from(data.byte())),
        Holds::Project => match data.byte() {
            byte @ 0..160 => text(["p", "q", "SciDEX"][usize::from(byte) % 3]),
            byte => odd(byte, data),
        },
        Holds::Kind => match data.byte() {
            byte @ 0..192 => text(["one_shot", "recurring"][usize::from(byte) % 2]),
            byte => odd(byte, data),
        },
        Holds::Flag => match data.byte() {
            byte @ 0..192 => Id::from(i64::from(byte % 2)),
            byte => odd(byte, data),
        },
        Holds::Time => time(data),
        Holds::EventType => text("created"),
        // Ids of their own for what has no better one; a small number in bytes for the rest.
        Holds::Held | Holds::Payload | Holds::Anything => match data.byte() {
            byte @ 0..160 => text(&format!("x{table}-{row}-{byte}")),
            byte => odd(byte, data),
        },
    }
}

fn text(text: &str) -> Id {
    Id::from(text)
}

/// That of the same row elsewhere, or one of the first few, or none of all.
fn id(of: char, row: u8, data: &mut Choices<'_>) -> Id {
    match data.byte() {
        0..64 => text(&format!("{of}{row}")),
        byte @ 64..160 => text(&format!("{of}{}", byte % 6)),
        byte => odd(byte, data),
    }
}

const TASK_STATUSES: [&str; 8] = [
    "open",
    "RUNNING",
    "running ",
    "done",
    "",
    "zombie",
    "running\0",
    "läuft",
];
const RUN_STATUSES: [&str; 12] = [
    "completed",
    "failed",
    "aborted",
    "abandoned",
    "FAILED",
    "failed ",
    "paused",
    "",
    "{running}",
    "it's",
    "1",
    "running\0",
];

fn status(words: &[&str], data: &mut Choices<'_>) -> Id {
    match data.byte() {
        0..96 => text("running"),
        byte @ 96..224 => text(words[usize::from(byte) % words.len()]),
        byte => odd(byte, data),
    }
}

/// What no column asks for.
fn odd(which: u8, data: &mut Choices<'_>) -> Id {
    let bytes = |bytes: &[u8]| Id::Text(bytes.into());
    match which % 24 {
        0 => Id::Null,
        1 => text(""),
        2 => text(" \t\n"),
        3 => Id::from(0),
        4 => Id::from(1),
        5 => text("1"),
        6 => Id::Real(1_f64.to_bits()),
        7 => text("01"),
        8 => Id::Real(1.5_f64.to_bits()),
        9 => Id::from(i64::MIN),
        10 => Id::from(i64::MAX),
        11 => Id::Real(f64::INFINITY.to_bits()),
        12 => Id::Real((-0.0_f64).to_bits()),
        13 => Id::Blob(b"t1"[..].into()),
        14 => Id::Blob(b"running"[..].into()),
        15 => Id::Blob([0xff, 0][..].into()),
        16 => bytes(b"t\xff\xfe"),
        17 => bytes(b"t1\0r"),
        18 => text("T1"),
        19 => text("t1 "),
        20 => text("'); DROP TABLE tasks; --\"{t.id}"),
        21 => text(&"long ".repeat(80)),
        22 => bytes(data.bytes(24)),
        _ => Id::Blob(data.bytes(24).into()),
    }
}

const ISO: Style = Style::Iso {
    separator: b'T',
    point: b'.',
    digits: 0,
    zone: Zone::Letter(b'Z'),
};
const STYLES: [Style; 12] = [
    ISO,
    Style::Iso {
        separator: b' ',
        point: b'.',
        digits: 0,
        zone: Zone::Unsaid,
    },
    Style::Iso {
        separator: b'T',
        point: b'.',
        digits: 6,
        zone: Zone::Offset {
            minutes: 0,
            form: OffsetForm::Colon,
            spaced: false,
            name: None,
        },
    },
    Style::Iso {
        separator: b'T',
        point: b',',
        digits: 3,
        zone: Zone::Offset {
            minutes: -570,
            form: OffsetForm::Plain,
            spaced: false,
            name: None,
        },
    },
    Style::Iso {
        separator: b't',
        point: b'.',
        digits: 9,
        zone: Zone::Offset {
            minutes: 1439,
            form: OffsetForm::Hours,
            spaced: false,
            name: None,
        },
    },
    Style::Seconds(Number::Integer, 0),
    Style::Seconds(Number::Real, 0),
    Style::Seconds(Number::Text, 0),
    Style::Seconds(Number::Text, 4),
    Style::Millis(Number::Integer),
    Style::Millis(Number::Real),
    Style::Millis(Number::Text),
];
/// Seconds from *now*, around the limits: those of silence, and that from which a clock is wrong.
const AGES: [i64; 15] = [
    -7200,
    -10,
    -899,
    -900,
    -901,
    -60,
    -61,
    -86_400,
    0,
    59,
    61,
    86_400,
    -1,
    -1_700_000_000,
    -1_775_877_480,
];
const UNREADABLE: [&str; 12] = [
    "yesterday",
    "2026-04-11",
    "2026-13-01T00:00:00Z",
    "2026-04-11T03:18:00+24:00",
    "0000-01-01T00:00:00+23:59",
    "9999-12-31T23:59:60Z",
    "9999-12-31T23:59:59-23:59",
    "99999999999999999999",
    ".5",
    "253402300799999",
    "NaN",
    "-1",
];

fn time(data: &mut Choices<'_>) -> Id {
    match data.byte() {
        byte @ 0..180 => {
            let (age, style) = (AGES[usize::from(byte) % 15], STYLES[usize::from(byte) / 15]);
            let calendar = Calendar::new(now().into(), TimeZone::default());
            let at = now() + TimeDelta::seconds(age);
            match calendar.write(at.into(), style) {
                Written::Text(written) => text(&written),
                Written::Integer(number) => Id::from(number),
                Written::Real(number) => Id::Real(number.to_bits()),
            }
        }
        180..188 => Id::Null,
        byte @ 188..220 => text(UNREADABLE[usize::from(byte) % 12]),
        byte => odd(byte, data),
    }
}
