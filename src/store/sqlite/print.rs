//! A number that tells rows apart: what was read of a row has changed if, and but for a chance in 2^64 only if, its print
//! has.

use rusqlite::types::ValueRef;

use crate::zombie::Id;

/// Odd, and without a pattern: the digits of the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The print of these values, in this order.
pub(super) fn print(row: &[ValueRef<'_>]) -> u64 {
    row.iter().fold(FACTOR, |print, value| match value {
        ValueRef::Null => mix(print, 1),
        ValueRef::Integer(number) => mix(mix(print, 2), number.cast_unsigned()),
        ValueRef::Real(number) => mix(mix(print, 3), number.to_bits()),
        ValueRef::Text(bytes) => mix_all(mix(print, 4), bytes),
        ValueRef::Blob(bytes) => mix_all(mix(print, 5), bytes),
    })
}

/// The print of one value.
pub(super) fn print_of(id: &Id) -> u64 {
    print(&[id.as_value()])
}

fn mix_all(print: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks();
    let print = mix(print, bytes.len() as u64);
    let print = words
        .iter()
        .fold(print, |print, word| mix(print, u64::from_le_bytes(*word)));
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    mix(print, last)
}

/// Both halves of the product, so that each bit of either moves all of the print.
#[expect(clippy::cast_possible_truncation, reason = "the halves are taken apart")]
fn mix(print: u64, word: u64) -> u64 {
    let product = u128::from(print ^ word) * u128::from(FACTOR);
    (product as u64) ^ ((product >> 64) as u64).wrapping_add(print.rotate_left(29))
}
