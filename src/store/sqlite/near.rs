//! Ids that look like one that is not there. Never a look at all of them: those beside it in the order of the ids, where
//! an index has that order, and those of the tasks made last.

use rusqlite::Connection;

use crate::options::SweepOptions;
use crate::store::error::StoreError;
use crate::store::sqlite::alike::nearest;
use crate::store::sqlite::facts::Facts;
use crate::store::sqlite::questions;
use crate::store::sqlite::schema::Schema;
use crate::zombie::Id;

/// How many ids are compared of each sort.
const COMPARED: usize = 500;

/// No task has this id: says which ids are most like it, unless they may be those of another project.
pub(super) fn unknown(
    conn: &Connection,
    schema: &Schema,
    facts: &Facts<'_>,
    opts: &SweepOptions,
    asked: &str,
) -> rusqlite::Result<StoreError> {
    let task_id = asked.to_owned();
    if let Some(project) = opts.confines() {
        let project = project.to_owned();
        return Ok(StoreError::UnknownTaskOfProject { task_id, project });
    }
    let (nearest, compared) = near(conn, schema, facts, asked)?;
    Ok(StoreError::UnknownTask {
        task_id,
        nearest,
        compared,
    })
}

/// The ids most like this one, the most similar first, and among how many they were looked for.
fn near(
    conn: &Connection,
    schema: &Schema,
    facts: &Facts<'_>,
    asked: &str,
) -> rusqlite::Result<(Vec<String>, usize)> {
    let tasks = &schema.tasks;
    let mut ids = Vec::new();
    let mut add = |sql: &str, asked: Option<&Id>| -> rusqlite::Result<()> {
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(asked))?;
        while let Some(row) = rows.next()? {
            // Null where it is too long to be read.
            let id = facts.task_id(row.get_ref(0)?);
            if !id.is_none() {
                ids.push(id.to_string());
            }
        }
        Ok(())
    };
    if tasks.id.parts.is_empty() && tasks.table.leads(conn, &tasks.id)? {
        for (beside, order) in [("<", "DESC"), (">=", "ASC")] {
            add(
                &questions::neighbours(tasks, beside, order, COMPARED),
                Some(&Id::from(asked)),
            )?;
        }
    }
    add(&questions::newest_ids(tasks, COMPARED), None)?;
    ids.sort_unstable();
    ids.dedup();
    let compared = ids.len();
    Ok((nearest(ids, asked), compared))
}
