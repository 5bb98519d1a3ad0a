use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::event::Payload;
use super::load::Loader;
use super::project::Project;
use super::rehearsal::Rehearsal;
use super::schema::Schema;
use super::verify::Verifier;
use super::writer::Writer;
use super::{look_alikes, parking, past, workspaces};
use crate::options::SweepOptions;
use crate::store::batch::{Batch, Pending, Reap, Refusal};
use crate::store::contract::{Effort, Look, Scan, Store};
use crate::store::error::StoreError;
use crate::zombie::{Id, Notes, Past, Plan, Timestamp, Zombie};

/// A database whose schema and project were found in one look.
pub(crate) struct Opened {
    schema: Schema,
    project: Option<Project>,
}

impl Opened {
    pub(crate) fn read(conn: &Connection, opts: &SweepOptions) -> Result<Self, StoreError> {
        let _read = begin_to_read(conn)?;
        let schema = Schema::read(conn, &opts.profile)?;
        let project = opts.project.as_deref();
        let project = project
            .map(|name| Project::find(conn, &schema, name))
            .transpose()?;
        if opts.park_after.is_some() {
            parking::check(&schema)?;
        }
        Ok(Self { schema, project })
    }
}

/// A queue in a `SQLite` database, as one sweep sees it.
pub(crate) struct SqliteStore<'c> {
    pub(super) conn: &'c Connection,
    pub(super) schema: &'c Schema,
    opts: &'c SweepOptions,
    project: Option<&'c Project>,
    loader: Loader<'c>,
    /// Made with the first zombie.
    verifier: Option<Verifier<'c>>,
    pub(super) writer: Option<Writer<'c>>,
    /// In a dry run: what may foretell the queue's refusals of what was found last.
    rehearsal: Option<Rehearsal>,
    pub(super) stopwatch: Instant,
    /// The data version of the last look at the tasks.
    looked_at: i64,
    /// The last data version seen, and whether it has ever been another: others write.
    data_version: Option<i64>,
    pub(super) others_write: bool,
    /// Whether a row has failed, so that each reap is written so that it can be undone alone.
    pub(super) is_careful: bool,
}

impl<'c> SqliteStore<'c> {
    /// Times itself by this stopwatch, which was started at *now*.
    pub(crate) fn new(
        conn: &'c Connection,
        opened: &'c Opened,
        opts: &'c SweepOptions,
        stopwatch: Instant,
    ) -> Result<Self, StoreError> {
        let (schema, project) = (&opened.schema, opened.project.as_ref());
        let in_project = project.map_or("", |project| project.condition.as_str());
        let loader = Loader::new(conn, schema, in_project, opts.policy, opts.now.into(), stopwatch);
        Ok(Self {
            conn,
            schema,
            opts,
            project,
            loader: loader.map_err(StoreError::sqlite("prepare to read"))?,
            verifier: None,
            writer: None,
            rehearsal: None,
            stopwatch,
            looked_at: 0,
            data_version: None,
            others_write: false,
            is_careful: false,
        })
    }

    /// Notes whether another connection has committed since the last look, and returns the data version: a number that
    /// differs between two looks if, and only if, another connection has committed in between.
    fn look_for_others(&mut self) -> rusqlite::Result<i64> {
        let version = self
            .conn
            .pragma_query_value(None, "data_version", |row| row.get(0))?;
        let before = self.data_version.replace(version);
        self.others_write |= before.is_some_and(|before| before != version);
        Ok(version)
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
    fn note(&mut self, zombies: &[Zombie]) -> rusqlite::Result<()> {
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

    /// The event table, if it has no row id left to give: `SQLite` says then that the disk is full.
    pub(super) fn used_up_table(&self) -> Option<&str> {
        let table = &self.schema.events.as_ref()?.table;
        let last = "SELECT seq FROM main.sqlite_sequence WHERE name = ?1";
        let last: i64 = self.conn.query_row(last, [&table.name], |row| row.get(0)).ok()?;
        (last == i64::MAX).then_some(table.name.as_str())
    }
}

impl Store for SqliteStore<'_> {
    fn keeps_events(&self) -> bool {
        self.schema.events.is_some()
    }

    fn check_project_known(&mut self) -> Result<(), StoreError> {
        match self.project {
            Some(project) => Ok(project.check_known(self.conn, self.schema)?),
            None => Ok(()),
        }
    }

    fn turn_to(&mut self, now: Timestamp) {
        self.loader.turn_to(now);
        self.writer = None; // it would write the time of the first look
    }

    fn look(&mut self, look: &Look<'_>, plan: &mut Plan, notes: &mut Notes) -> Result<Scan, StoreError> {
        let begin = || StoreError::sqlite("begin to read");
        let _read = begin_to_read(self.conn)?;
        self.looked_at = self.look_for_others().map_err(begin())?;
        let mut known = Notes::default();
        let oddities = match look {
            Look::Behind(_) => &mut *notes,
            Look::Again(_) => &mut known, // what is odd about these was noted at the first look
        };
        self.loader.begin(self.looked_at, oddities).map_err(begin())?;
        let visit = |suspect| plan.add(suspect);
        let scan = match look {
            Look::Behind(after) => self.loader.scan(*after, oddities, visit),
            Look::Again(keys) => self.loader.look_again(keys.iter(), oddities, visit),
        };
        let scan = scan.map_err(StoreError::sqlite("find the zombies"))?;
        self.rehearsal = None;
        if !plan.zombies.is_empty() {
            workspaces::add(self.conn, self.schema, plan, notes)
                .map_err(StoreError::sqlite("find the workspaces held"))?;
            if self.opts.dry_run {
                self.rehearsal = Rehearsal::new(self.conn, self.schema, &plan.zombies);
            } else {
                self.note(&plan.zombies)
                    .map_err(StoreError::sqlite("find the runs of the zombies"))?;
            }
        }
        Ok(scan)
    }

    fn see_look_alikes(&self, zombies: &[&Zombie], notes: &mut Notes) -> Result<(), StoreError> {
        if self.schema.says_starts_alone {
            notes.see_starts_alone();
        }
        look_alikes::see(self.conn, self.schema, &self.loader.facts, zombies, notes)
            .map_err(StoreError::sqlite("look at the zombies"))
    }

    fn past(&mut self, tasks: &[&Id], effort: Effort) -> Result<Option<Vec<Past>>, StoreError> {
        let _read = begin_to_read(self.conn)?;
        past::of(self.conn, self.schema, &self.loader.facts.calendar, tasks, effort)
            .map_err(StoreError::sqlite("read what is on record"))
    }

    fn record(&self, zombie: &Zombie) -> String {
        let runs: Vec<_> = zombie.runs_to_abandon().collect();
        let now = self.loader.facts.calendar.now();
        let payload = Payload::new(zombie, &runs, zombie.workspaces.len(), &self.opts.actor, now);
        serde_json::to_string(&payload).unwrap_or_default()
    }

    fn prepare(&mut self, zombies: &[Zombie], notes: &mut Notes) -> Result<(), StoreError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let calendar = self.loader.facts.calendar;
                let parks = self.opts.park_after.map(|_| self.opts.park_within);
                let writer = Writer::new(self.conn, self.schema, &self.opts.actor, parks, calendar);
                none.insert(writer.map_err(StoreError::sqlite("prepare to write"))?)
            }
        };
        writer
            .prepare(zombies, notes)
            .map_err(StoreError::sqlite("see how the queue writes its times"))
    }

    fn pretend(&mut self, zombies: Vec<Zombie>) -> Result<Batch, StoreError> {
        let refusals = match (&self.rehearsal, &self.writer) {
            (Some(rehearsal), Some(writer)) => rehearsal.refusals(writer, &zombies),
            _ => Ok(Vec::new()),
        };
        let refusals = match refusals.map_err(StoreError::sqlite("try what would be written")) {
            Err(missing @ StoreError::MissingFunction { .. }) => return Err(missing),
            refusals => refusals.unwrap_or_default(), // what cannot be tried is not told
        };
        let mut refusals = refusals.into_iter();
        let mut batch = Batch::default();
        for zombie in zombies {
            if let Some(refusal) = refusals.next().flatten() {
                batch
                    .refused
                    .push(Refusal::of(&zombie.suspect.id, super::apply::said(&refusal)));
                continue;
            }
            let (runs, workspaces) = (zombie.runs_to_abandon().count(), zombie.workspaces.len());
            batch.reaped.push(Reap {
                zombie,
                runs,
                workspaces,
            });
        }
        Ok(batch)
    }

    fn apply(&mut self, pending: &mut Pending, batch: &mut Batch) -> Result<(), StoreError> {
        super::apply::apply(self, pending, batch)
    }

    fn lock_took(&mut self) -> Result<Option<Duration>, StoreError> {
        let asked = self.stopwatch.elapsed();
        let taken = Transaction::new_unchecked(self.conn, TransactionBehavior::Immediate);
        let took = self.stopwatch.elapsed().saturating_sub(asked);
        match taken.and_then(Transaction::rollback) {
            Ok(()) => Ok(Some(took)),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy) => Ok(None),
                _ => Err(StoreError::sqlite("take the write lock")(error)),
            },
        }
    }
}

fn begin_to_read(conn: &Connection) -> Result<Transaction<'_>, StoreError> {
    Transaction::new_unchecked(conn, TransactionBehavior::Deferred)
        .map_err(StoreError::sqlite("begin to read"))
}
