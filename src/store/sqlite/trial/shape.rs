//! One row brought into shape before it is reaped on trial.

use super::super::catalog::{ColumnInfo, TableInfo};
use super::super::keys::is_key;
use super::super::value::identifier;
use crate::zombie::Id;

/// One row brought into shape: it is written first, and undone with the rest.
pub(super) struct Shape {
    pub(super) of: Part,
    pub(super) sql: String,
    pub(super) values: Vec<Id>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Task,
    Run,
    Signs,
}

pub(super) fn update(of: Part, table: &TableInfo, key: &Id, assignments: &[(&ColumnInfo, Id)]) -> Shape {
    let places = assignments.iter().zip(2..);
    let set: Vec<_> = places
        .map(|((info, _), place)| format!("{} = ?{place}", identifier(&info.name)))
        .collect();
    let sql = format!(
        "UPDATE OR ABORT {} AS s SET {} WHERE {}",
        table.qualified_name(),
        set.join(", "),
        is_key("s", table)
    );
    let values = assignments.iter().map(|(_, value)| value.clone());
    Shape {
        of,
        sql,
        values: std::iter::once(key.clone()).chain(values).collect(),
    }
}
