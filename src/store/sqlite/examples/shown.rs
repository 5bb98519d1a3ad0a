//! A value as people see it.

use crate::zombie::Id;

/// The most characters of a value that are shown.
const MOST: usize = 40;

/// A value for people; `None` where there is none.
pub(super) fn shown(value: &Id) -> Option<String> {
    (*value != Id::Null).then(|| short(&value.to_string()))
}

/// No more than fits beside others on a line, and nothing that a terminal obeys.
fn short(text: &str) -> String {
    let mut short = String::new();
    let mut count = 0;
    for character in text.chars() {
        let escaped = if character.is_control() {
            character.escape_default().to_string()
        } else {
            character.to_string()
        };
        count += escaped.chars().count();
        if count > MOST {
            while short.chars().count() >= MOST {
                short.pop();
            }
            short.push('…');
            break;
        }
        short.push_str(&escaped);
    }
    short
}
