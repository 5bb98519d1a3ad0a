//! The column by which a row is known.

use rusqlite::Connection;

use super::super::value::identifier;
use super::finding::{Line, Value};
use super::hints::HINTS;
use super::names::stem;
use super::portrait::{Column, Portrait};

/// Whether a column is called like an id, be it of the row or of another.
pub(super) fn is_like_id(column: &Column) -> bool {
    HINTS.columns.id.find(&column.words).is_some()
}

/// Whether a column of a run is called like the run's own id: `id`, `attempt_id`.
pub(super) fn is_run_id(portrait: &Portrait, column: &Column) -> bool {
    let stem = stem(&column.words);
    let is_own = |last| portrait.words.last() == Some(last) || HINTS.tables.runs.exactly(stem).is_some();
    let is_id = HINTS.columns.id.at_the_end(&column.words).is_some();
    HINTS.columns.id.exactly(&column.words).is_some() || is_id && stem.last().is_some_and(is_own)
}

/// The key, else a column that is called like an id, if no two rows have the same in it. `none` is said where there is no key.
pub(super) fn id(
    conn: &Connection,
    portrait: &Portrait,
    is_called_so: impl Fn(&Column) -> bool,
    none: impl Into<String>,
) -> rusqlite::Result<Line> {
    if !portrait.key.is_empty() {
        let is_primary = portrait.columns.iter().any(|column| column.info.key_place > 0);
        let why = if is_primary {
            "the primary key"
        } else {
            "declared unique"
        };
        return Ok(Line::found("id", Value::OneOrMore(portrait.key.clone()), why));
    }
    let mut line = Line::missing("id", Value::empty_list(), none);
    for column in portrait.columns.iter().filter(|column| is_called_so(column)) {
        let name = identifier(&column.info.name);
        let sql = format!(
            "SELECT count(*), count(DISTINCT t.{name}) FROM {} AS t",
            portrait.table.qualified_name()
        );
        let (rows, different): (i64, i64) = conn.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let value = Value::text(&column.info.name);
        let why = format!("no key is declared; {rows} rows have {different} different values");
        if rows > 1 && rows == different {
            return Ok(Line::found("id", value, why));
        }
        line = line.or(value, why);
    }
    Ok(line)
}
