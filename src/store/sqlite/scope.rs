//! Which of a queue's tasks a sweep is about: those of a project, those that are named, or all.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::facts::Facts;
use super::keys::is_key;
use super::near::near;
use super::project::Project;
use super::questions;
use super::schema::Schema;
use super::spellings::spellings;
use super::value::{blob, literal};
use crate::store::error::StoreError;
use crate::zombie::Id;

/// The most tasks that have one id.
const SAME: usize = 20;

/// What the tasks of a sweep have in common.
pub(super) struct Scope {
    /// As SQL on `t`; empty where it is all of them.
    pub(super) condition: String,
    /// Those of the tasks named that do not run.
    pub(super) idle: Vec<String>,
}

impl Scope {
    /// Of the project and the tasks asked for, each by its id as it is shown.
    pub(super) fn of(
        conn: &Connection,
        schema: &Schema,
        facts: &Facts<'_>,
        project: Option<&Project>,
        tasks: &[String],
    ) -> Result<Self, StoreError> {
        let mut conditions: Vec<_> = project
            .map(|project| project.condition.clone())
            .into_iter()
            .collect();
        let mut idle = Vec::new();
        let mut keys = Vec::new();
        for task in tasks {
            let found = named(conn, schema, task).map_err(StoreError::sqlite("look up the task"))?;
            if found.is_empty() {
                let near = near(conn, schema, facts, task);
                let (nearest, compared) = near.map_err(StoreError::sqlite("look up the task"))?;
                return Err(StoreError::UnknownTask {
                    task_id: task.clone(),
                    nearest,
                    compared,
                });
            }
            if !found.iter().any(|(_, runs)| *runs) {
                idle.push(task.clone());
            }
            keys.extend(found.into_iter().map(|(key, _)| key));
        }
        if !keys.is_empty() {
            let is_key = is_key("t", &schema.tasks.table);
            let one_of: Vec<_> = keys.iter().map(|key| is_key.replace("?1", &sql(key))).collect();
            conditions.push(format!("({})", one_of.join(" OR ")));
        }
        Ok(Self {
            condition: conditions.join(" AND "),
            idle,
        })
    }
}

/// The keys of the tasks with this id, and whether each is at work.
fn named(conn: &Connection, schema: &Schema, task: &str) -> rusqlite::Result<Vec<(Id, bool)>> {
    let ids = spellings(task, schema.tasks.id.parts.len());
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare(&questions::keys_named(&schema.tasks, ids.len(), SAME))?;
    let mut rows = statement.query(rusqlite::params_from_iter(&ids))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let runs = matches!(row.get_ref(1)?, ValueRef::Integer(yes) if yes != 0);
        found.push((row.get_ref(0)?.into(), runs));
    }
    Ok(found)
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
