//! Whether a query missed an index.

use rusqlite::{Connection, Statement, StatementStatus};

use super::catalog::{ColumnInfo, TableInfo};
use super::value::identifier;
use crate::zombie::Notes;

/// From how many rows on that were read in vain an index is worth a word: reading them takes about a millisecond.
pub(super) const MANY: usize = 10_000;

/// How many rows a statement has read from end to end, where that is many more than the rows it `found`.
pub(super) fn rows_in_vain(statement: &Statement<'_>, found: usize) -> Option<usize> {
    let read = [StatementStatus::FullscanStep, StatementStatus::AutoIndex]
        .map(|counter| usize::try_from(statement.get_status(counter)).unwrap_or(usize::MAX))
        .into_iter()
        .fold(0, usize::saturating_add);
    read.checked_sub(found).filter(|&in_vain| in_vain > MANY)
}

/// Notes the index that would have led a statement to the rows that it `found`, where it has read many in vain.
pub(super) fn note_missing_index(
    conn: &Connection,
    statement: &Statement<'_>,
    found: usize,
    (table, column): (&TableInfo, &ColumnInfo),
    notes: &mut Notes,
) {
    if let Some(count) = rows_in_vain(statement, found) {
        notes.see_missing_index(&table.name, count, create_index(conn, table, column));
    }
}

/// Whether an index leads to what a query asks for and has it in the order asked for, so that what comes last is never read
/// where the first are enough.
pub(super) fn is_in_order(conn: &Connection, sql: &str) -> rusqlite::Result<bool> {
    let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut steps = plan.raw_query();
    let mut is_in_order = true;
    while let Some(step) = steps.next()? {
        is_in_order &= step.get_ref(3)?.as_str()?.starts_with("SEARCH");
    }
    Ok(is_in_order)
}

/// The sentence for the operator to paste, with a name that nothing has.
pub(super) fn create_index(conn: &Connection, table: &TableInfo, column: &ColumnInfo) -> String {
    let columns = if column.parts.is_empty() {
        std::slice::from_ref(&column.name)
    } else {
        &column.parts
    };
    let name = free_name(conn, format!("{}_{}", table.name, columns.join("_")));
    let [name, table] = [&name, &table.name].map(|name| plain_or_quoted(name));
    let columns: Vec<_> = columns.iter().map(|name| plain_or_quoted(name)).collect();
    format!("CREATE INDEX {name} ON {table}({})", columns.join(", "))
}

/// Indexes and tables share their names. Where SQLite does not say, this one is as good as any.
fn free_name(conn: &Connection, name: String) -> String {
    let is_free = |name: &String| {
        let taken = "SELECT count(*) FROM main.sqlite_schema WHERE name = ?1 COLLATE NOCASE";
        conn.query_row(taken, [name], |row| row.get::<_, i64>(0))
            .map_or(true, |taken| taken == 0)
    };
    let numbered = (2..1_000).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(is_free).unwrap_or(name)
}

fn plain_or_quoted(name: &str) -> String {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if is_plain {
        name.to_owned()
    } else {
        identifier(name)
    }
}
