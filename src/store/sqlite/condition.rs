use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use super::catalog::TableInfo;
use super::schema_error::SchemaError;
use super::tokens::{Token, tokens};

/// A condition of a profile's on a row.
pub(super) struct Condition<'p> {
    /// Where it stands in the profile.
    pub(super) key: &'static str,
    pub(super) text: &'p str,
    /// What kind of row it is on, and what that is called in it.
    pub(super) row: (&'static str, &'static str),
}

impl Condition<'_> {
    /// The condition as SQL that may stand anywhere in a statement: in parentheses, and closed on a line of its own, as a
    /// comment at its end would swallow what stands on the same one.
    ///
    /// It has to hold its meaning in statements that join the tables `beside`, which is tried here.
    pub(super) fn checked(
        &self,
        conn: &Connection,
        table: &TableInfo,
        beside: &[&TableInfo],
    ) -> Result<String, SchemaError> {
        let (condition, (_, alias)) = (self.text, self.row);
        check_is_one(condition).map_err(|problem| self.refused(problem.to_owned()))?;
        let sql = format!("({condition}\n)");
        let mut from = format!("{} AS {alias}", table.qualified_name());
        let alone = format!("SELECT 1 FROM {from} WHERE {sql}");
        for (place, table) in beside.iter().enumerate() {
            from = format!("{from}, {} AS beside_{place}", table.qualified_name());
        }
        let joined = format!("SELECT 1 FROM {from} WHERE {sql}");
        for statement in [alone, joined] {
            let parameters = match prepare_strictly(conn, &statement) {
                Ok(parameters) => parameters,
                Err(error) => {
                    let problem = not_compiled(error, alias);
                    return Err(problem.map_or_else(SchemaError::Sqlite, |problem| self.refused(problem)));
                }
            };
            if parameters > 0 {
                let problem = "it has a parameter, and nothing to fill it with";
                return Err(self.refused(problem.to_owned()));
            }
        }
        Ok(sql)
    }

    fn refused(&self, problem: String) -> SchemaError {
        SchemaError::Condition {
            key: self.key,
            row: self.row,
            condition: self.text.to_owned(),
            problem,
        }
    }
}

/// How many parameters it has, if it can be prepared where a name in double quotes that is no column is no text either: a
/// misspelt one would be taken for a text, and the condition be true of nothing or of all.
fn prepare_strictly(conn: &Connection, statement: &str) -> rusqlite::Result<usize> {
    let takes_names_for_texts = conn.db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    let parameters = conn
        .prepare(statement)
        .map(|statement| statement.parameter_count());
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, takes_names_for_texts)?;
    parameters
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
fn not_compiled(error: rusqlite::Error, alias: &str) -> Result<String, rusqlite::Error> {
    let said = match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        rusqlite::Error::SqliteFailure(code, Some(msg)) if code.code == ErrorCode::Unknown => msg,
        error => return Err(error),
    };
    Ok(if said.contains("ambiguous column name") {
        format!("{said}: write {alias}. before each column of the row")
    } else {
        said
    })
}
