//! Where the queue is: reads facts from a SQLite database of any schema that a [`Profile`] describes, and applies a
//! plan to it. It decides nothing.

mod catalog;
mod event;
mod load;
mod open;
mod open_error;
mod other_runs;
mod profile;
mod project;
mod query_plan;
mod resolve;
mod schema;
mod stamps;
mod statements;
mod value;
mod writer;

use std::ops::ControlFlow;

use rusqlite::Connection;

pub use open::{read_database, sweep_database};
pub use open_error::OpenError;
pub use profile::{Profile, ProfileError};
pub use project::ProjectError;
pub use schema::{Role, Schema, SchemaError, Words};

pub(crate) use load::Scan;
pub(crate) use project::Project;
pub(crate) use writer::Writer;

use crate::zombie::{HeldWorkspace, Id, Notes, Plan, Policy, Suspect, Timestamp};
use load::Loader;

/// A number that differs between two looks if, and only if, another connection has committed in between.
pub(crate) fn data_version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "data_version", |row| row.get(0))
}

/// One queue, as one sweep sees it.
pub(crate) struct Store<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    project: Option<&'c Project>,
    policy: Policy,
    now: Timestamp,
}

impl<'c> Store<'c> {
    pub(crate) fn new(
        conn: &'c Connection,
        schema: &'c Schema,
        project: Option<&'c Project>,
        policy: Policy,
        now: Timestamp,
    ) -> Self {
        Self {
            conn,
            schema,
            project,
            policy,
            now,
        }
    }

    /// Hands over the running tasks behind `after` that are not plainly live, until `visit` has had enough.
    pub(crate) fn suspects(
        &self,
        after: Option<&Id>,
        notes: &mut Notes,
        visit: impl FnMut(Suspect) -> ControlFlow<()>,
    ) -> rusqlite::Result<Scan> {
        self.loader().scan(after, notes, visit)
    }

    /// Hands over those of these tasks that still run and still are not plainly live, as they are now.
    pub(crate) fn suspects_again<'i>(
        &self,
        ids: impl Iterator<Item = &'i Id>,
        visit: impl FnMut(Suspect) -> ControlFlow<()>,
    ) -> rusqlite::Result<Scan> {
        self.loader().look_again(ids, visit)
    }

    /// Adds to a plan the workspaces that its zombies hold.
    pub(crate) fn add_workspaces(&self, plan: &mut Plan) -> rusqlite::Result<()> {
        let Some(workspaces) = self
            .schema
            .workspaces
            .as_ref()
            .filter(|_| !plan.zombies.is_empty())
        else {
            return Ok(());
        };
        let mut by_key: Vec<_> = plan
            .zombies
            .iter_mut()
            .map(|zombie| (&zombie.suspect.key, &mut zombie.workspaces))
            .collect();
        by_key.sort_unstable_by_key(|(key, _)| *key); // SQLite's order, in which they come, is not always that of ids
        let mut held = self
            .conn
            .prepare(&statements::held_workspaces(self.schema, workspaces))?;
        let mut rows = held.query([])?;
        while let Some(row) = rows.next()? {
            let holder = Id::from(row.get_ref(0)?);
            let place = by_key.binary_search_by_key(&&holder, |(key, _)| *key);
            if let Some((_, held)) = place.ok().and_then(|place| by_key.get_mut(place)) {
                let [key, task, run] = [1, 2, 3].map(|place| row.get_ref(place).map(Id::from));
                held.push(HeldWorkspace {
                    key: key?,
                    task: task?,
                    run: run?,
                });
            }
        }
        Ok(())
    }

    /// Prepares to write reaps.
    pub(crate) fn writer(&self, actor: &'c str) -> rusqlite::Result<Writer<'c>> {
        Writer::new(self.conn, self.schema, actor, self.now)
    }

    fn loader(&self) -> Loader<'c> {
        let in_project = self.project.map_or("", |project| project.condition.as_str());
        Loader::new(self.conn, self.schema, in_project, self.policy, self.now)
    }
}
