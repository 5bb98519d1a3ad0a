//! Whether a query missed an index.

use rusqlite::{Connection, Statement, StatementStatus};

use super::catalog::{ColumnInfo, TableInfo};
use super::value::identifier;

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
