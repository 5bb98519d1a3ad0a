use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::load::Loader;
use super::parking;
use super::past::PastReader;
use super::project::Project;
use super::rehearsal::Rehearsal;
use super::schema::Schema;
use super::scope::Scope;
use super::verify::Verifier;
use super::writer::Writer;
use crate::options::{BeforeCommit, SweepOptions};
use crate::store::contract::{Look, Scan};
use crate::store::error::StoreError;
use crate::store::open_error::OpenError;
use crate::zombie::{Notes, Plan, Zombie};

/// A database whose schema and project were found in one look.
pub(crate) struct Opened {
    pub(super) schema: Schema,
    pub(super) project: Option<Project>,
    pub(super) scope: Scope,
    /// Started at *now*: looks are timed by it.
    pub(super) stopwatch: Instant,
}

impl Opened {
    pub(crate) fn read(
        conn: &Connection,
        opts: &SweepOptions,
        stopwatch: Instant,
    ) -> Result<Self, StoreError> {
        let _read = begin_to_read(conn)?;
        let schema = Schema::read(conn, &opts.profile)?;
        let project = opts.project.as_deref();
        let project = project
            .map(|name| Project::find(conn, &schema, name))
            .transpose()?;
        if opts.park_after.is_some() {
            parking::check(&schema)?;
            parking::check_events(conn, &schema)?;
        }
        let scope = Scope::of(conn, &schema, project.as_ref(), opts, stopwatch)?;
        Ok(Self {
            schema,
            project,
            scope,
            stopwatch,
        })
    }

    /// Reads the tasks of the scope, as of *now*.
    pub(super) fn loader<'c>(
        &'c self,
        conn: &'c Connection,
        opts: &SweepOptions,
    ) -> Result<Loader<'c>, StoreError> {
        self.loader_of(&self.scope.condition, conn, opts)
    }

    /// Reads the tasks that meet this condition, as of *now*.
    fn loader_of<'c>(
        &'c self,
        condition: &'c str,
        conn: &'c Connection,
        opts: &SweepOptions,
    ) -> Result<Loader<'c>, StoreError> {
        let now = opts.now.into();
        let loader = Loader::new(conn, &self.schema, condition, opts.policy, now, self.stopwatch)
            .map_err(StoreError::sqlite("prepare to read"))?;
        Ok(match opts.learned {
            Some(_) => loader.with_labels(),
            None => loader,
        })
    }
}

/// A queue in a `SQLite` database, as one sweep sees it.
pub(crate) struct SqliteStore<'c> {
    pub(super) conn: &'c Connection,
    pub(super) schema: &'c Schema,
    pub(super) opts: &'c SweepOptions,
    pub(super) opened: &'c Opened,
    pub(super) loader: Loader<'c>,
    /// Where tasks are named: reads those beside them too.
    pub(super) around: Option<Loader<'c>>,
    /// Made with the first zombie.
    verifier: Option<Verifier<'c>>,
    pub(super) writer: Option<Writer<'c>>,
    pub(super) past: PastReader,
    /// In a dry run: what may foretell the queue's refusals of what was found last.
    pub(super) rehearsal: Option<Rehearsal>,
    pub(super) stopwatch: Instant,
    /// The data version of the last look at the tasks.
    pub(super) looked_at: i64,
    /// The last data version seen, and whether it has ever been another: others write.
    data_version: Option<i64>,
    pub(super) others_write: bool,
    /// Whether a row has failed, so that each reap is written so that it can be undone alone.
    pub(super) is_careful: bool,
}

impl<'c> SqliteStore<'c> {
    pub(crate) fn new(
        conn: &'c Connection,
        opened: &'c Opened,
        opts: &'c SweepOptions,
    ) -> Result<Self, StoreError> {
        let mut loader = opened.loader(conn, opts)?;
        if opts.remember {
            loader.count_the_living();
        }
        if opts.living.is_some() {
            loader.tell_projects();
        }
        if opts.watched.is_some() {
            loader.foretell();
        }
        let around = opened.scope.around.as_ref();
        let around = around.map(|condition| opened.loader_of(condition, conn, opts));
        Ok(Self {
            around: around.transpose()?,
            conn,
            schema: &opened.schema,
            opts,
            opened,
            loader,
            verifier: None,
            writer: None,
            past: PastReader::new(),
            rehearsal: None,
            stopwatch: opened.stopwatch,
            looked_at: 0,
            data_version: None,
            others_write: false,
            is_careful: false,
        })
    }

    /// Notes whether another connection has committed since the last look, and returns the data version.
    pub(super) fn look_for_others(&mut self) -> rusqlite::Result<i64> {
        let version = data_version(self.conn)?;
        let before = self.data_version.replace(version);
        self.others_write |= before.is_some_and(|before| before != version);
        Ok(version)
    }

    /// In a read transaction: hands the running tasks that are not plainly live to the plan, until that is full.
    pub(super) fn scan(
        &mut self,
        look: &Look<'_>,
        data_version: i64,
        plan: &mut Plan,
        notes: &mut Notes,
    ) -> Result<Scan, StoreError> {
        let elapsed = self.stopwatch.elapsed();
        let loader = match (look, &mut self.around) {
            (Look::Around(_), Some(around)) => around,
            _ => &mut self.loader,
        };
        loader
            .begin(data_version, elapsed, notes)
            .map_err(StoreError::sqlite("begin to read"))?;
        let scan = match look {
            Look::Behind(after) | Look::Around(after) => loader.scan(*after, notes, plan),
            Look::Again(keys) | Look::Listed(keys) => loader.look_again(keys.iter(), notes, plan),
        };
        scan.map_err(StoreError::sqlite("find the zombies"))
    }

    /// Under the lock: whether anybody has committed since the zombies were found. If so, it begins to be seen whether each
    /// still is as it was.
    pub(super) fn has_changed(&mut self) -> Result<bool, StoreError> {
        let again = StoreError::sqlite("look at the database again");
        let has_changed = self.look_for_others().map_err(again)? != self.looked_at;
        if let (true, Some(verifier)) = (has_changed, &mut self.verifier) {
            let again = StoreError::sqlite("look at the runs again");
            verifier.begin(&self.loader.facts).map_err(again)?;
        }
        Ok(has_changed)
    }

    /// Under the lock: whether nothing that the verdict on this zombie rested on has changed.
    pub(super) fn is_unchanged(&mut self, zombie: &Zombie) -> Result<bool, StoreError> {
        match &mut self.verifier {
            Some(verifier) => verifier
                .is_unchanged(&self.loader.facts, zombie)
                .map_err(StoreError::sqlite("look at the zombies again")),
            None => Ok(false),
        }
    }

    /// In the read transaction in which these zombies were found: notes what it takes to see later whether they still
    /// are as they were.
    pub(super) fn note(&mut self, zombies: &[Zombie]) -> rusqlite::Result<()> {
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

    /// Under the lock: fails where what was written so far is not to be committed.
    pub(super) fn check_before_commit(&self) -> Result<(), StoreError> {
        match &self.opts.before_commit {
            Some(BeforeCommit(is_to_be)) if !is_to_be() => {
                let path = self.conn.path().unwrap_or_default();
                Err(OpenError::Replaced(path.into()).into())
            }
            _ => Ok(()),
        }
    }

    /// The event table, if it has no row id left to give: `SQLite` says then that the disk is full.
    pub(super) fn used_up_table(&self) -> Option<&str> {
        let table = &self.schema.events.as_ref()?.table;
        let last = "SELECT seq FROM main.sqlite_sequence WHERE name = ?1";
        let last: i64 = self.conn.query_row(last, [&table.name], |row| row.get(0)).ok()?;
        (last == i64::MAX).then_some(table.name.as_str())
    }
}

pub(super) fn begin_to_read(conn: &Connection) -> Result<Transaction<'_>, StoreError> {
    Transaction::new_unchecked(conn, TransactionBehavior::Deferred)
        .map_err(StoreError::sqlite("begin to read"))
}

/// A number that differs between two looks if, and only if, another connection has committed in between.
pub(super) fn data_version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "data_version", |row| row.get(0))
}
