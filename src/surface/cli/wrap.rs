//! Lines that fit on a terminal.

use super::text::{harmless, shortened};

/// How many columns every terminal has.
const COLUMNS: usize = 80;

/// The most characters of anything.
const LONGEST: usize = 2_000;

/// The text, broken between words where it is too long for a line: the first line begins so, and each other with so many
/// spaces. A word that is longer than a line stays whole, and so does a command in backticks, for who copies them.
pub(crate) fn wrapped(first: &str, indent: usize, text: &str) -> String {
    let mut lines = first.to_owned();
    let mut column = first.chars().count();
    let mut is_begun = false;
    let text = harmless(&shortened(text, LONGEST), &[]);
    for word in words(&text) {
        let length = word.chars().count();
        if is_begun && column + 1 + length > COLUMNS
            || !is_begun && column > indent && column + length > COLUMNS
        {
            lines.truncate(lines.trim_end_matches(' ').len());
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            column = indent;
        } else if is_begun {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
        is_begun = true;
    }
    lines.truncate(lines.trim_end_matches(' ').len());
    lines
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_closed = text.matches('`').count().is_multiple_of(2);
    let mut is_inside = false;
    let words = text.split(move |c| {
        is_inside ^= c == '`' && is_closed;
        c == ' ' && !is_inside
    });
    words.filter(|word| !word.is_empty())
}

/// The text, with spaces up to so many columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}
