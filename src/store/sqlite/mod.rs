//! A queue in a SQLite database of any schema that a [`Profile`](crate::Profile) describes.

mod catalog;
mod condition;
mod constraints;
mod copying;
mod draft;
mod event;
mod event_rows;
mod examples;
mod facts;
mod findings;
mod fitting;
mod keys;
mod layout;
mod load;
mod look_alikes;
mod newcomers;
mod one_task;
mod open;
mod open_error;
mod pace;
mod print;
mod project;
mod query_plan;
mod questions;
mod reach;
mod reaps;
mod rehearsal;
mod repeated;
mod replica;
mod resolve;
mod roleless;
mod roles;
mod runs;
mod schema;
mod section;
mod signs;
mod spellings;
mod stamps;
mod statements;
mod tokens;
mod triggers;
mod value;
mod verify;
mod words;
mod workers;
mod workspaces;
mod writer;
mod writes;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rusqlite::Connection;

pub use draft::{Draft, draft_profile};
pub use examples::{Example, Examples, Likeness, Seen, Unused};
pub use fitting::{ClosestTable, fitting_profiles};
pub use open::{read_database, sweep_database};
pub use open_error::OpenError;
pub use project::ProjectError;
pub use schema::{Role, Schema, SchemaError};
pub use words::Words;

pub(crate) use load::Scan;
pub(crate) use one_task::{Inquiry, Untold};
pub(crate) use project::Project;
pub(crate) use reaps::{ReapsOnRecord, Seen as SeenReap, Wanted as WantedReaps, aftermaths};
pub(crate) use rehearsal::Rehearsal;
pub(crate) use writer::{Reaped, Writer};

use crate::zombie::{Id, Notes, Plan, Policy, Suspect, Timestamp, Zombie};
use load::Loader;
use verify::Verifier;

/// A number that differs between two looks if, and only if, another connection has committed in between.
pub(crate) fn data_version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "data_version", |row| row.get(0))
}

/// One queue, as one sweep sees it.
pub(crate) struct Store<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    loader: Loader<'c>,
    /// Made with the first zombie.
    verifier: Option<Verifier<'c>>,
}

impl<'c> Store<'c> {
    pub(crate) fn new(
        conn: &'c Connection,
        schema: &'c Schema,
        project: Option<&'c Project>,
        policy: Policy,
        now: Timestamp,
        stopwatch: Instant,
    ) -> rusqlite::Result<Self> {
        let in_project = project.map_or("", |project| project.condition.as_str());
        Ok(Self {
            conn,
            schema,
            loader: Loader::new(conn, schema, in_project, policy, now, stopwatch)?,
            verifier: None,
        })
    }

    /// In a read transaction: begins another look at the database, which has this data version, so long after *now*.
    pub(crate) fn begin(
        &mut self,
        data_version: i64,
        elapsed: Duration,
        notes: &mut Notes,
    ) -> rusqlite::Result<()> {
        self.loader.begin(data_version, elapsed, notes)
    }

    /// Another moment is *now*.
    pub(crate) fn turn_to(&mut self, now: Timestamp) {
        self.loader.turn_to(now);
    }

    /// Hands over the running tasks behind `after` that are not plainly live, until `visit` has had enough.
    pub(crate) fn suspects(
        &mut self,
        after: Option<&Id>,
        notes: &mut Notes,
        visit: impl FnMut(Suspect) -> ControlFlow<()>,
    ) -> rusqlite::Result<Scan> {
        self.loader.scan(after, notes, visit)
    }

    /// Hands over those of the tasks with these keys that still run and still are not plainly live, as they are now.
    pub(crate) fn suspects_again<'i>(
        &mut self,
        keys: impl Iterator<Item = &'i Id>,
        notes: &mut Notes,
        visit: impl FnMut(Suspect) -> ControlFlow<()>,
    ) -> rusqlite::Result<Scan> {
        self.loader.look_again(keys, notes, visit)
    }

    /// Adds to a plan the workspaces that its zombies hold.
    pub(crate) fn add_workspaces(&self, plan: &mut Plan, notes: &mut Notes) -> rusqlite::Result<()> {
        workspaces::add(self.conn, self.schema, plan, notes)
    }

    /// In the read transaction in which these zombies were found: notes what it takes to see later whether they still
    /// are as they were.
    pub(crate) fn note(&mut self, zombies: &[Zombie]) -> rusqlite::Result<()> {
        let facts = &self.loader.facts;
        let verifier = match &mut self.verifier {
            Some(verifier) => verifier,
            none => none.insert(Verifier::new(
                self.conn,
                self.schema,
                facts,
                self.loader.in_project,
            )?),
        };
        verifier.note(facts, zombies)
    }

    /// Under the lock, once for a batch: begins to see whether its zombies still are as they were.
    pub(crate) fn begin_to_verify(&mut self) -> rusqlite::Result<()> {
        match &mut self.verifier {
            Some(verifier) => verifier.begin(&self.loader.facts),
            None => Ok(()),
        }
    }

    /// Under the lock: whether nothing that the verdict on this zombie rested on has changed.
    pub(crate) fn is_unchanged(&mut self, zombie: &Zombie) -> rusqlite::Result<bool> {
        match &mut self.verifier {
            Some(verifier) => verifier.is_unchanged(&self.loader.facts, zombie),
            None => Ok(false),
        }
    }

    /// In the read transaction in which these zombies were found: makes ready to foretell what the queue refuses of them.
    pub(crate) fn rehearsal(&self, zombies: &[Zombie]) -> Option<Rehearsal> {
        Rehearsal::new(self.conn, self.schema, zombies)
    }

    /// Notes columns that look as if these zombies had shown life there.
    pub(crate) fn see_look_alikes(&self, zombies: &[&Zombie], notes: &mut Notes) -> rusqlite::Result<()> {
        if self.schema.says_starts_alone {
            notes.see_starts_alone();
        }
        look_alikes::see(self.conn, self.schema, &self.loader.facts, zombies, notes)
    }

    /// Whether the queue has a table of events.
    pub(crate) fn keeps_events(&self) -> bool {
        self.schema.events.is_some()
    }

    /// What the event of a reap would say, for a queue that keeps none.
    pub(crate) fn record(&self, zombie: &Zombie, actor: &str) -> String {
        let runs: Vec<_> = zombie.runs_to_abandon().collect();
        let now = self.loader.facts.calendar.now();
        let payload = event::Payload::new(zombie, &runs, zombie.workspaces.len(), actor, now);
        serde_json::to_string(&payload).unwrap_or_default()
    }

    /// The event table, if it has no row id left to give: SQLite says then that the disk is full.
    pub(crate) fn used_up_table(&self) -> Option<&str> {
        let table = &self.schema.events.as_ref()?.table;
        let last = "SELECT seq FROM main.sqlite_sequence WHERE name = ?1";
        let last: i64 = self.conn.query_row(last, [&table.name], |row| row.get(0)).ok()?;
        (last == i64::MAX).then_some(table.name.as_str())
    }

    /// Prepares to write reaps.
    pub(crate) fn writer(&self, actor: &'c str) -> rusqlite::Result<Writer<'c>> {
        Writer::new(self.conn, self.schema, actor, self.loader.facts.calendar)
    }
}
