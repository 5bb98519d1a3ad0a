use rusqlite::{Connection, Statement, StatementStatus};

use super::catalog::{ColumnInfo, TableInfo};
use super::value::identifier;

/// From how many rows on that were read in vain an index is worth a word: reading them takes about a millisecond.
const MANY: usize = 10_000;

/// How SQLite goes about a query: the lines of EXPLAIN QUERY PLAN.
pub(super) struct QueryPlan(Vec<String>);

impl QueryPlan {
    pub(super) fn of(conn: &Connection, sql: &str) -> rusqlite::Result<Self> {
        let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let mut rows = plan.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next()? {
            steps.push(row.get(3)?);
        }
        Ok(Self(steps))
    }

    /// Whether it reads the whole table behind this alias, if only to build an index over it for itself.
    pub(super) fn reads_all(&self, alias: &str) -> bool {
        self.0.iter().any(|step| {
            let mut words = step.split_whitespace();
            let (verb, name) = (words.next(), words.next());
            name == Some(alias) && (verb == Some("SCAN") || words.any(|word| word == "AUTOMATIC"))
        })
    }
}

/// How many rows a statement has read from end to end, where that is many more than the rows it `found`.
pub(super) fn rows_in_vain(statement: &Statement<'_>, found: usize) -> Option<usize> {
    let read = [StatementStatus::FullscanStep, StatementStatus::AutoIndex]
        .map(|counter| usize::try_from(statement.get_status(counter)).unwrap_or(usize::MAX))
        .into_iter()
        .fold(0, usize::saturating_add);
    read.checked_sub(found).filter(|&in_vain| in_vain > MANY)
}

/// The sentence for the operator to paste.
pub(super) fn create_index(table: &TableInfo, column: &ColumnInfo) -> String {
    let name = format!("{}_{}", table.name, column.name);
    let [name, table, column] = [&name, &table.name, &column.name].map(|name| plain_or_quoted(name));
    format!("CREATE INDEX {name} ON {table}({column})")
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
