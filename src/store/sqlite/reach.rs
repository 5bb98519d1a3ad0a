//! How far a trigger looks: one that sees nothing but the row that it fires for does the same wherever that row stands.

use super::tokens::{Token, tokens};

/// What a trigger depends on, and what depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It looks at its row, and writes to no other.
    Row,
    /// It looks at other rows, or writes to tables that a reap does not touch.
    Elsewhere,
    /// It may write to other rows that a reap writes to.
    Ours,
}

/// What a trigger is seen against.
pub(super) struct Surroundings<'s> {
    /// The tables that a reap writes.
    pub(super) ours: Vec<&'s str>,
    /// The trigger's own table, where it is one of those, and the columns that address a row of it.
    pub(super) own: Option<(&'s str, Vec<&'s str>)>,
    /// Functions that need not say the same twice.
    pub(super) volatile: &'s [String],
}

/// How far the trigger with this definition looks. What is not understood looks further.
pub(super) fn reach(trigger: &str, around: &Surroundings<'_>) -> Reach {
    let tokens: Vec<_> = tokens(trigger).collect();
    let mut halves = tokens.splitn(2, |token| is(*token, "BEGIN"));
    let (head, body) = (
        halves.next().unwrap_or_default(),
        halves.next().unwrap_or_default(),
    );
    let mut statements = body.split(|token| *token == Token::Sign(';'));
    let stays = |statement: &[Token<'_>]| {
        stays_in_its_row(statement, around.volatile) && !has_any(statement, &["UPDATE", "DELETE"])
            || touches_its_row(statement, around)
    };
    if around.own.is_some() && stays_in_its_row(head, around.volatile) && statements.all(stays) {
        Reach::Row
    } else if writes_to(body, &around.ours) {
        Reach::Ours
    } else {
        Reach::Elsewhere
    }
}

/// Whether there is nothing by which SQL reaches another row, apart from being an UPDATE or a DELETE of it.
fn stays_in_its_row(tokens: &[Token<'_>], volatile: &[String]) -> bool {
    let is_far = |pair: &[Token<'_>]| match *pair {
        [word, next] if is(word, "IN") => next != Token::Sign('('), // IN a table
        [Token::Word(called), Token::Sign('(')] => {
            volatile.iter().any(|name| name.eq_ignore_ascii_case(called))
        }
        _ => false,
    };
    !has_any(tokens, &["FROM", "JOIN", "INTO"])
        && !tokens.contains(&Token::Unended)
        && !tokens.windows(2).any(is_far)
}

/// `UPDATE its own table SET … WHERE key = NEW.key`, as triggers do that keep the time of the last change.
fn touches_its_row(statement: &[Token<'_>], around: &Surroundings<'_>) -> bool {
    let Some((table, keys)) = &around.own else {
        return false;
    };
    let (
        [update, name, set, assignments @ ..],
        Some(
            [
                filter,
                Token::Word(key),
                Token::Sign('='),
                row,
                Token::Sign('.'),
                Token::Word(of_row),
            ],
        ),
    ) = (statement, statement.last_chunk::<6>())
    else {
        return false;
    };
    let assignments = assignments
        .get(..assignments.len().saturating_sub(6))
        .unwrap_or_default();
    is(*update, "UPDATE")
        && is(*name, table)
        && is(*set, "SET")
        && is(*filter, "WHERE")
        && key.eq_ignore_ascii_case(of_row)
        && keys.iter().any(|known| known.eq_ignore_ascii_case(key))
        && (is(*row, "NEW") || is(*row, "OLD"))
        && stays_in_its_row(assignments, around.volatile)
        && !has_any(assignments, &["UPDATE", "DELETE", "WHERE"])
}

/// Whether a trigger's body writes to one of these tables. A name in quotes may be any.
fn writes_to(body: &[Token<'_>], tables: &[&str]) -> bool {
    let mut before = Token::Sign(';');
    let mut rest = body;
    while let [word, after @ ..] = rest {
        let is_write = is(*word, "INTO") || is(*word, "UPDATE") || is(*word, "FROM") && is(before, "DELETE");
        let target = match after {
            [or, _, target, ..] if is(*or, "OR") => Some(target),
            after => after.first(),
        };
        let is_ours = match target {
            Some(Token::Word(name)) => tables.iter().any(|table| table.eq_ignore_ascii_case(name)),
            _ => true,
        };
        if is_write && is_ours {
            return true;
        }
        (before, rest) = (*word, after);
    }
    false
}

fn has_any(tokens: &[Token<'_>], words: &[&str]) -> bool {
    tokens
        .iter()
        .any(|token| words.iter().any(|word| is(*token, word)))
}

fn is(token: Token<'_>, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.eq_ignore_ascii_case(word))
}
