//! Offsets from UTC, as they are written.

use std::fmt::Write as _;

use super::OffsetForm;
use super::digits::pair;

/// The minutes that `+02:00`, `+0200` or `+02` stands for, and which of the three it is.
pub(super) fn minutes(text: &[u8]) -> Option<(i32, OffsetForm)> {
    let (sign, hours, minutes, form) = match *text {
        [sign, h0, h1, b':', m0, m1] => (sign, pair(h0, h1)?, pair(m0, m1)?, OffsetForm::Colon),
        [sign, h0, h1, m0, m1] => (sign, pair(h0, h1)?, pair(m0, m1)?, OffsetForm::Plain),
        [sign, h0, h1] => (sign, pair(h0, h1)?, 0, OffsetForm::Hours),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let minutes = i32::try_from(hours * 60 + minutes).ok()?;
    match sign {
        b'+' => Some((minutes, form)),
        b'-' => Some((-minutes, form)),
        _ => None,
    }
}

pub(super) fn push_offset(text: &mut String, minutes: i32, form: OffsetForm) {
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    // Writing to a String cannot fail.
    let _ = match form {
        OffsetForm::Colon => write!(text, "{sign}{hours:02}:{minutes:02}"),
        OffsetForm::Plain => write!(text, "{sign}{hours:02}{minutes:02}"),
        OffsetForm::Hours => write!(text, "{sign}{hours:02}"),
    };
}
