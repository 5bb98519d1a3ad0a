//! What is reaped on trial: a zombie, or a task at work as if it were one.

use rusqlite::Connection;

use super::super::catalog::{ColumnInfo, TableInfo};
use super::super::keys::{column_or_null, is_key, key};
use super::super::statements::newest_rows;
use super::super::workspaces;
use super::shape::{Part, Shape, update};
use super::stage::Stage;
use crate::zombie::{Condition, Evidence, HeldWorkspace, Id, Notes, Policy, Reason, Suspect, Zombie};

/// What is reaped on trial, and what has to be written before so that there is something to reap.
pub(super) struct Candidate {
    pub(super) zombie: Zombie,
    pub(super) shapes: Vec<Shape>,
}

impl Stage<'_> {
    /// What takes to reap this task on trial: a zombie, or one at work as if it were one.
    pub(super) fn candidate(
        &self,
        suspect: Suspect,
        evidence: Option<Evidence>,
    ) -> rusqlite::Result<Candidate> {
        let mut zombie = Zombie::new(suspect, evidence.unwrap_or_else(as_if_silent));
        let one = std::slice::from_mut(&mut zombie);
        workspaces::add(self.conn, self.schema, one, &mut Notes::default())?;
        let mut shapes = Vec::new();
        self.lend_a_workspace(&mut zombie, &mut shapes)?;
        Ok(Candidate { zombie, shapes })
    }

    /// Has a task that holds no workspace hold one, so that it is tried to free it.
    pub(super) fn lend_a_workspace(
        &self,
        zombie: &mut Zombie,
        shapes: &mut Vec<Shape>,
    ) -> rusqlite::Result<()> {
        let Some(workspaces) = self
            .schema
            .workspaces
            .as_ref()
            .filter(|_| zombie.workspaces.is_empty())
        else {
            return Ok(());
        };
        let (Some(task), Some(key)) = (&workspaces.task, newest_key(self.conn, "w", &workspaces.table)?)
        else {
            return Ok(());
        };
        let optional = |info: &Option<ColumnInfo>| column_or_null("w", info.as_ref());
        let columns = format!(
            "{}, {}",
            optional(&workspaces.run),
            optional(&workspaces.released)
        );
        let sql = row("w", &workspaces.table, &columns);
        let mut found = self.conn.prepare(&sql)?;
        let mut rows = found.query([&key])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        shapes.push(update(
            Part::Workspace,
            &workspaces.table,
            &key,
            &[(task, zombie.suspect.id.clone())],
        ));
        zombie.workspaces.push(HeldWorkspace {
            task: zombie.suspect.id.clone(),
            run: row.get_ref(0)?.into(),
            released: row.get_ref(1)?.into(),
            key,
        });
        Ok(())
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
