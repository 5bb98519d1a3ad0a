//! How columns, and what addresses a row, stand in SQL: an id or a key may be several columns together.

use super::catalog::{ColumnInfo, TableInfo};
use super::schema::{Runs, Tasks};
use super::value::identifier;

pub(super) fn column_or_null(alias: &str, role: Option<&ColumnInfo>) -> String {
    role.map_or_else(|| "NULL".to_owned(), |role| column(alias, role))
}

pub(super) fn column(alias: &str, column: &ColumnInfo) -> String {
    if column.parts.is_empty() {
        format!("{alias}.{}", identifier(&column.name))
    } else {
        array(alias, column.parts.iter())
    }
}

/// What addresses a row, as one value: the row id, else the primary key.
pub(super) fn key(alias: &str, table: &TableInfo) -> String {
    if let Some(rowid) = table.rowid() {
        return format!("{alias}.{rowid}");
    }
    match table.key_columns().as_slice() {
        [] => "NULL".to_owned(),
        [only] => column(alias, only),
        several => array(alias, several.iter().map(|column| &column.name)),
    }
}

/// Whether a row is addressed by parameter 1. Part by part, so that the index of the key leads to it.
pub(super) fn is_key(alias: &str, table: &TableInfo) -> String {
    let several = table.key_columns();
    if table.rowid().is_some() || several.len() < 2 {
        return format!("{} = ?1", key(alias, table));
    }
    are_parts(alias, several.iter().map(|column| &column.name))
}

/// Whether what names a task is parameter 1.
pub(super) fn is_task(info: &ColumnInfo) -> String {
    if info.parts.is_empty() {
        format!("{} = ?1", column("r", info))
    } else {
        are_parts("r", info.parts.iter())
    }
}

/// Whether the task's id is this parameter.
pub(super) fn is_id(id: &ColumnInfo, parameter: usize) -> String {
    if id.parts.is_empty() {
        return format!("{} = ?{parameter}", column("t", id));
    }
    let parts = are_parts("t", id.parts.iter()).replace("?1", &format!("?{parameter}"));
    format!("({parts})")
}

/// Whether the run's task is the task's id.
pub(super) fn is_of_task(runs: &Runs, tasks: &Tasks) -> String {
    let (task, id) = (&runs.task, &tasks.id);
    if task.parts.is_empty() {
        return format!("{} = {}", column("r", task), column("t", id));
    }
    let pairs = task.parts.iter().zip(&id.parts);
    let pairs = pairs.map(|(task, id)| format!("r.{} = t.{}", identifier(task), identifier(id)));
    pairs.collect::<Vec<_>>().join(" AND ")
}

/// Several columns as one value. It keeps numbers, texts and bytes apart; JSON has no bytes, so they go in as an array of
/// their hexadecimal digits.
fn array<'n>(alias: &str, names: impl Iterator<Item = &'n String>) -> String {
    let part = |name: &String| {
        let column = format!("{alias}.{}", identifier(name));
        format!("CASE typeof({column}) WHEN 'blob' THEN json_array(hex({column})) ELSE {column} END")
    };
    let parts: Vec<_> = names.map(part).collect();
    format!("json_array({})", parts.join(", "))
}

/// Whether several columns are the parts of parameter 1. Part by part, so that an index of them leads to it.
fn are_parts<'n>(alias: &str, names: impl Iterator<Item = &'n String>) -> String {
    let part = |(name, place): (&String, usize)| {
        let value = format!(
            "CASE json_type(?1, '$[{place}]') WHEN 'array' THEN unhex(?1 ->> '$[{place}][0]') ELSE ?1 ->> {place} END"
        );
        format!("{alias}.{} = {value}", identifier(name))
    };
    names.zip(0..).map(part).collect::<Vec<_>>().join(" AND ")
}
