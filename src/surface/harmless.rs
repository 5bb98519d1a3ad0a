//! Text of others, fit to be shown: what it holds is not obeyed.

/// No more than so many characters.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Whether it changes the direction in which text is shown, so that what is read is not what stands there.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Without control characters other than these: a terminal obeys them.
pub(crate) fn harmless(text: &str, but: &[char]) -> String {
    let mut harmless = String::with_capacity(text.len());
    for c in text.chars() {
        if (c.is_control() || turns_text(c)) && !but.contains(&c) {
            harmless.extend(c.escape_default());
        } else {
            harmless.push(c);
        }
    }
    harmless
}
