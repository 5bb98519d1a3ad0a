//! What is reaped on trial: a zombie, or a task at work in the shape of one.

use rusqlite::Connection;

use super::super::catalog::TableInfo;
use super::super::keys::{is_key, key};
use super::super::statements::newest_rows;
use super::super::workspaces;
use super::shape::Shape;
use super::stage::Stage;
use crate::zombie::{Condition, Evidence, Id, Notes, Policy, Reason, Suspect, Zombie};

/// What is reaped on trial, and what has to be written before so that there is something to reap.
pub(super) struct Candidate {
    pub(super) zombie: Zombie,
    pub(super) shapes: Vec<Shape>,
}

impl Stage<'_> {
    /// What takes to reap this task on trial: a zombie, or one at work in the shape of one.
    pub(super) fn candidate(
        &self,
        suspect: Suspect,
        evidence: Option<Evidence>,
    ) -> rusqlite::Result<Candidate> {
        let is_at_work = evidence.is_none();
        let mut zombie = Zombie::new(suspect, evidence.unwrap_or_else(as_if_silent));
        let one = std::slice::from_mut(&mut zombie);
        workspaces::add(self.conn, self.schema, one, &mut Notes::default())?;
        let shapes = if is_at_work {
            self.age(&zombie)?
        } else {
            Vec::new()
        };
        Ok(Candidate { zombie, shapes })
    }
}

/// What it would be reaped for.
pub(super) fn as_if_silent() -> Evidence {
    Evidence {
        condition: Condition::C,
        reason: Reason::StaleHeartbeat,
        sign_of_life: None,
        threshold: Policy::default().stale_after,
        is_silence: true,
    }
}

/// These columns of the row of a table that parameter 1 addresses.
pub(super) fn row(alias: &str, table: &TableInfo, columns: &str) -> String {
    format!(
        "SELECT {columns} FROM {} AS {alias} WHERE {}",
        table.qualified_name(),
        is_key(alias, table)
    )
}

/// What addresses the row of a table that was made last.
pub(super) fn newest_key(conn: &Connection, alias: &str, table: &TableInfo) -> rusqlite::Result<Option<Id>> {
    let sql = newest_rows((alias, table), &[key(alias, table)], "TRUE", 1);
    first(conn, &sql, &[])
}

pub(super) fn first(conn: &Connection, sql: &str, parameters: &[&Id]) -> rusqlite::Result<Option<Id>> {
    let mut found = conn.prepare(sql)?;
    let mut rows = found.query(rusqlite::params_from_iter(parameters))?;
    let row = rows.next()?;
    row.map(|row| Ok(row.get_ref(0)?.into())).transpose()
}
