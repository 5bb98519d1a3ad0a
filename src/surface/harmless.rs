//! Text of others, fit to be shown: what it holds is not obeyed.

/// No more than so many characters.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Whether nothing is seen of it where it stands: two texts that differ in it look alike.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Without what is not seen, and without control characters other than these: a terminal obeys them. Behind a picture a joiner, and
/// what chooses its form, is part of it.
pub(crate) fn harmless(text: &str, but: &[char]) -> String {
    let mut harmless = String::with_capacity(text.len());
    let mut is_picture = false;
    for c in text.chars() {
        let is_part = is_picture && matches!(c, '\u{200d}' | '\u{fe0f}');
        if (c.is_control() || is_unseen(c)) && !is_part && !but.contains(&c) {
            harmless.extend(c.escape_default());
            is_picture = false;
        } else {
            harmless.push(c);
            is_picture = is_part || matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}');
        }
    }
    harmless
}

/// A name so that no two look alike by what is not seen, or by what another takes for layout: a blank that is not alone between two
/// others, the other blanks, marks upon a letter, and the backslash that spells them out.
pub(crate) fn spelt(name: impl IntoIterator<Item = char>, also: &[char]) -> String {
    let mut spelt = String::new();
    let mut name = name.into_iter().peekable();
    let mut is_apart = true;
    while let Some(c) = name.next() {
        let is_folded = c == ' ' && (is_apart || name.peek().is_none());
        is_apart = c == ' ';
        match c {
            c if is_folded || c == '\0' || is_unseen(c) || also.contains(&c) => {
                spelt.extend(c.escape_unicode());
            }
            '"' | '\'' => spelt.push(c),
            c => spelt.extend(c.escape_debug()),
        }
    }
    spelt
}
