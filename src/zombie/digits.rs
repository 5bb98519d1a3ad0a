//! Digits, and the fraction of a second that some of them are.

/// Fractions are written with no more digits than nanoseconds have.
pub(super) const MOST_DIGITS: usize = 9;

/// The number that two digits are.
pub(super) fn pair(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then_some(u32::from(tens) * 10 + u32::from(ones))
}

/// Reads eight bytes at once that must be of a form such as `00:00:00`: digits where it says `0`, else what it says
/// itself. At each place stands the number that the two digits from there on are.
///
/// The bytes are taken for one number, because this is done for each living task.
pub(super) fn pairs(bytes: [u8; 8], form: [u8; 8]) -> Option<[u32; 8]> {
    const TOP_BITS: u64 = 0x8080_8080_8080_8080;
    // What is left of each byte is its digit, or 0 where the form says anything else.
    let digits = u64::from_le_bytes(bytes) ^ u64::from_le_bytes(form);
    // Added to a byte, this sets its top bit where it is more than 9, or more than 0.
    let room = u64::from_le_bytes(form.map(|byte| if byte == b'0' { 0x76 } else { 0x7f }));
    if (digits | digits.wrapping_add(room)) & TOP_BITS != 0 {
        return None;
    }
    let pairs = digits * 10 + (digits >> 8);
    Some(pairs.to_le_bytes().map(u32::from))
}

/// What a second's fraction of no digit, of one, and so on, is exact to.
const UNITS_US: [u32; 7] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/// A fraction, or none: what it is written with, and what it comes to.
pub(super) struct Fraction<'t> {
    /// `.` or `,`
    pub(super) point: u8,
    pub(super) digits: usize,
    /// Millionths. What is finer is cut off.
    pub(super) micros: i64,
    /// What it is exact to, in millionths; 1 where it is finer.
    pub(super) unit_us: u32,
    /// What stands behind it.
    pub(super) rest: &'t [u8],
}

impl<'t> Fraction<'t> {
    /// Splits `.123Z`. A point without a digit is no fraction.
    pub(super) fn read(text: &'t [u8]) -> Option<Self> {
        let &[point @ (b'.' | b','), ref rest @ ..] = text else {
            return Some(Self {
                point: b'.',
                digits: 0,
                micros: 0,
                unit_us: 1_000_000,
                rest: text,
            });
        };
        let (mut number, mut digits) = (0, 0);
        for byte in rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            if digits < 6 {
                number = number * 10 + i64::from(digit);
            }
            digits += 1;
        }
        let unit_us = UNITS_US.get(digits).copied().unwrap_or(1);
        (digits > 0).then_some(Self {
            point,
            digits,
            micros: number * i64::from(unit_us),
            unit_us,
            rest: rest.get(digits..).unwrap_or_default(),
        })
    }
}

/// Cut off, not rounded, so that what is written never lies ahead of the moment.
pub(super) fn push_fraction(text: &mut String, point: u8, micros: i64, digits: usize) {
    if digits > 0 {
        text.push(char::from(point));
        text.extend(
            format!("{micros:06}")
                .chars()
                .chain(std::iter::repeat('0'))
                .take(digits),
        );
    }
}
