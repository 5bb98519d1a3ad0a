//! Which of a queue's tasks a sweep is about: those of a project, those that are named, or all.

use std::time::Instant;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::facts::Facts;
use super::keys::{column, is_key, key};
use super::near::unknown;
use super::project::Project;
use super::questions;
use super::schema::Schema;
use super::spellings::spellings;
use super::value::{blob, literal};
use crate::options::SweepOptions;
use crate::store::error::StoreError;
use crate::zombie::Id;

/// What the tasks of a sweep have in common.
pub(super) struct Scope {
    /// As SQL on `t`; empty where it is all of them.
    pub(super) condition: String,
    /// Where tasks are named: the same without them.
    pub(super) around: Option<String>,
    /// Those of the tasks named that do not run.
    pub(super) idle: Vec<String>,
}

impl Scope {
    /// Of the project and the tasks asked for, each by its id as it is shown.
    pub(super) fn of(
        conn: &Connection,
        schema: &Schema,
        project: Option<&Project>,
        opts: &SweepOptions,
        stopwatch: Instant,
    ) -> Result<Self, StoreError> {
        let of_project = project.map_or_else(String::new, |project| project.condition.clone());
        if opts.tasks.is_empty() {
            return Ok(Self {
                condition: of_project,
                around: None,
                idle: Vec::new(),
            });
        }
        let facts = &Facts::new(schema, opts.now.into(), opts.policy.stale_after, stopwatch);
        let mut idle = Vec::new();
        let mut rows = Vec::new();
        for task in &opts.tasks {
            let within = if opts.is_confined { &of_project } else { "" };
            let found = named(conn, schema, facts, within, task);
            let found = found.map_err(StoreError::sqlite("look up the task"))?;
            if found.is_empty() {
                let unknown = unknown(conn, schema, facts, opts, task);
                return Err(unknown.map_err(StoreError::sqlite("look up the task"))?);
            }
            if !found.iter().any(|row| row.runs) {
                idle.push(task.clone());
            }
            rows.extend(found);
        }
        let of_tasks = one_of(schema, &rows);
        Ok(Self {
            condition: if of_project.is_empty() {
                of_tasks
            } else {
                format!("{of_project} AND {of_tasks}")
            },
            around: Some(of_project),
            idle,
        })
    }
}

/// A task that is named.
struct Named {
    key: Id,
    id: Id,
    /// Whether it is at work.
    runs: bool,
}

/// The tasks with this id: those that are shown just so, and none that is merely found by it, as a collation or the type
/// of a column may have it. Where `within` is a condition, only those that meet it.
fn named(
    conn: &Connection,
    schema: &Schema,
    facts: &Facts<'_>,
    within: &str,
    task: &str,
) -> rusqlite::Result<Vec<Named>> {
    let ids = spellings(task, schema.tasks.id.parts.len());
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare(&questions::keys_named(&schema.tasks, within, ids.len()))?;
    let mut rows = statement.query(rusqlite::params_from_iter(&ids))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id = facts.task_id(row.get_ref(1)?);
        if id.to_string() == task {
            found.push(Named {
                key: row.get_ref(0)?.into(),
                id,
                runs: matches!(row.get_ref(2)?, ValueRef::Integer(yes) if yes != 0),
            });
        }
    }
    Ok(found)
}

/// Whether a task is one of these. The key leads to it; the id holds on to it, as a row id may pass to another task.
fn one_of(schema: &Schema, rows: &[Named]) -> String {
    let tasks = &schema.tasks;
    let list = |ids: &mut dyn Iterator<Item = &Id>| ids.map(sql).collect::<Vec<_>>().join(", ");
    let keys = if tasks.table.rowid().is_some() || tasks.table.key_columns().len() < 2 {
        let keys = list(&mut rows.iter().map(|row| &row.key));
        format!("{} IN ({keys})", key("t", &tasks.table))
    } else {
        let is_key = is_key("t", &tasks.table);
        let keys: Vec<_> = rows
            .iter()
            .map(|row| format!("({})", is_key.replace("?1", &sql(&row.key))))
            .collect();
        any(&keys)
    };
    let ids = list(&mut rows.iter().map(|row| &row.id));
    format!(
        "({keys}) AND {} COLLATE BINARY IN ({ids})",
        column("t", &tasks.id)
    )
}

/// Any of these conditions, halved again and again: SQLite bounds how deep an expression is, and not how wide.
fn any(conditions: &[String]) -> String {
    match conditions {
        [] => "FALSE".to_owned(),
        [only] => only.clone(),
        several => {
            let (left, right) = several.split_at(several.len() / 2);
            format!("({} OR {})", any(left), any(right))
        }
    }
}

/// A key as SQL.
fn sql(key: &Id) -> String {
    match key {
        Id::Null => "NULL".to_owned(),
        Id::Integer(number) => number.to_string(),
        Id::Real(bits) => format!("{:?}", f64::from_bits(*bits)),
        Id::Text(bytes) | Id::Several(bytes) => match str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => literal(text),
            _ => format!("CAST({} AS TEXT)", blob(bytes)),
        },
        Id::Blob(bytes) => blob(bytes),
    }
}
