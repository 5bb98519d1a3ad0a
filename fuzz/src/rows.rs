use rusqlite::Connection;
use zombie_sweeper::zombie::Id;

use crate::name::name;
use crate::queue::{Column, Table};

/// A row, value by value, each exactly as it is stored.
pub type Row = Vec<Id>;

/// All rows of a query.
pub fn rows(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<Row>> {
    let mut statement = conn.prepare(sql)?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(
            (0..width)
                .map(|place| row.get_ref(place).map(Id::from))
                .collect::<Result<_, _>>()?,
        );
    }
    Ok(all)
}

/// These columns of all rows of a table; without a column: no row.
pub fn rows_of(conn: &Connection, table: &Table, columns: &[&Column]) -> Vec<Row> {
    if columns.is_empty() {
        return Vec::new();
    }
    let names: Vec<_> = columns
        .iter()
        .map(|column| format!("t.{}", name(&column.name)))
        .collect();
    rows(
        conn,
        &format!("SELECT {} FROM main.{} AS t", names.join(", "), name(&table.name)),
    )
    .unwrap()
}

/// Whether SQLite might take two ids for the same, in one type or collation or another: `1` and `"1.0"`, `a` and `A `.
pub fn same(a: &Id, b: &Id) -> bool {
    fn key(id: &Id) -> String {
        let text = id.to_string().trim_end().to_lowercase();
        text.trim()
            .parse::<f64>()
            .map_or(text, |number| (number + 0.0).to_string()) // no zero below zero
    }
    a == b || key(a) == key(b)
}
