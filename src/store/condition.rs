use rusqlite::{Connection, ErrorCode};

use super::catalog::TableInfo;
use super::schema::SchemaError;
use super::tokens::{Token, tokens};

/// A profile's condition on the task `t`, as SQL that may stand anywhere in a statement: in parentheses, and closed on a line
/// of its own, as a comment at its end would swallow what stands on the same one.
///
/// It has to hold its meaning in statements that join the tables `beside`, which is tried here.
pub(super) fn checked<'t>(
    conn: &Connection,
    condition: &str,
    tasks: &TableInfo,
    beside: impl Iterator<Item = &'t TableInfo>,
) -> Result<String, SchemaError> {
    let refused = |problem: String| SchemaError::Condition {
        condition: condition.to_owned(),
        problem,
    };
    check_is_one(condition).map_err(|problem| refused(problem.to_owned()))?;
    let sql = format!("({condition}\n)");
    let mut from = format!("{} AS t", tasks.qualified_name());
    let alone = format!("SELECT 1 FROM {from} WHERE {sql}");
    for (place, table) in beside.enumerate() {
        from = format!("{from}, {} AS beside_{place}", table.qualified_name());
    }
    let joined = format!("SELECT 1 FROM {from} WHERE {sql}");
    for statement in [alone, joined] {
        let parameters = match conn.prepare(&statement) {
            Ok(statement) => statement.parameter_count(),
            Err(error) => return Err(not_compiled(error).map_or_else(SchemaError::Sqlite, refused)),
        };
        if parameters > 0 {
            return Err(refused(
                "it has a parameter, and nothing to fill it with".to_owned(),
            ));
        }
    }
    Ok(sql)
}

/// Whether it is one expression, as far as parentheses tell: what is put around it must stay around it.
fn check_is_one(condition: &str) -> Result<(), &'static str> {
    let mut depth = 0_usize;
    for token in tokens(condition) {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => {
                depth = depth
                    .checked_sub(1)
                    .ok_or("a parenthesis closes what none opened")?;
            }
            Token::Sign(';') => return Err("expected one expression, found a semicolon"),
            Token::Unended => return Err("a text, a name or a comment does not end"),
            Token::Sign(_) | Token::Word(_) | Token::Quoted => {}
        }
    }
    if depth > 0 {
        return Err("a parenthesis is not closed");
    }
    Ok(())
}

/// What SQLite has against the text itself, without the text; anything else is an error of its own.
fn not_compiled(error: rusqlite::Error) -> Result<String, rusqlite::Error> {
    let said = match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        rusqlite::Error::SqliteFailure(code, Some(msg)) if code.code == ErrorCode::Unknown => msg,
        error => return Err(error),
    };
    Ok(if said.contains("ambiguous column name") {
        format!("{said}: write t. before each column of the task")
    } else {
        said
    })
}
