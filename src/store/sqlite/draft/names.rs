//! The words that a name is made of, and how it stands in SQL.

use super::super::value::identifier;

/// The words of `lock_expires`, `lockExpires` and `LOCK-EXPIRES`: small, and in the singular, as far as that is told by an s.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let next_is_small = characters.peek().is_some_and(|next| next.is_lowercase());
        let begins = character.is_uppercase() && (!before.is_uppercase() || next_is_small);
        if !character.is_alphanumeric() || begins {
            found.push(String::new());
        }
        if let Some(word) = found.last_mut()
            && character.is_alphanumeric()
        {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    found.retain(|word| !word.is_empty());
    found.into_iter().map(singular).collect()
}

fn singular(mut word: String) -> String {
    if word.ends_with("sses") {
        word.truncate(word.len() - 2);
    } else if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
        word.truncate(word.len() - 1);
    }
    word
}

/// What stands before the `id` in the name of a column that refers to a row.
pub(super) fn stem(name: &[String]) -> &[String] {
    match name {
        [stem @ .., last] if matches!(last.as_str(), "id" | "uuid" | "key" | "fk" | "ref") => stem,
        name => name,
    }
}

/// A name in a condition that people are to read: in quotes only where it needs them.
pub(super) fn bare(name: &str) -> String {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_plain = begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain {
        name.to_owned()
    } else {
        identifier(name)
    }
}
