//! SQL taken apart, as far as it takes to tell words from what only looks like them: in a text, a quoted name, a comment.

/// One piece of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// A keyword, a bare name or a number.
    Word(&'s str),
    /// A text or a name in quotes of any kind.
    Quoted,
    /// Any other character.
    Sign(char),
    /// A text, name or comment that does not end.
    Unended,
}

/// The pieces of an SQL text, without blanks and comments.
pub(super) fn tokens(sql: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start();
            if let Some(comment) = rest.strip_prefix("--") {
                rest = comment.split_once('\n').map_or("", |(_, after)| after);
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let Some((_, after)) = comment.split_once("*/") else {
                    rest = "";
                    return Some(Token::Unended);
                };
                rest = after;
            } else {
                let (token, after) = first(rest)?;
                rest = after;
                return Some(token);
            }
        }
    })
}

/// The first token of a text that starts with one, and what stands behind it.
fn first(sql: &str) -> Option<(Token<'_>, &str)> {
    let start = sql.chars().next()?;
    let closes = match start {
        '\'' | '"' | '`' => start,
        '[' => ']',
        _ if is_of_word(start) => {
            let end = sql.find(|c| !is_of_word(c)).unwrap_or(sql.len());
            let (word, after) = sql.split_at(end);
            return Some((Token::Word(word), after));
        }
        _ => return Some((Token::Sign(start), sql.get(start.len_utf8()..)?)),
    };
    let mut inner = sql.get(1..)?;
    while let Some((_, after)) = inner.split_once(closes) {
        // Twice the quote stands for itself, but a bracket cannot.
        match after.strip_prefix(closes) {
            Some(more) if closes != ']' => inner = more,
            _ => return Some((Token::Quoted, after)),
        }
    }
    Some((Token::Unended, ""))
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}
