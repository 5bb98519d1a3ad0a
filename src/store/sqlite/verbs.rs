//! The contract of a store, as a `SQLite` database keeps it.

use std::time::Duration;

use rusqlite::{ErrorCode, Transaction, TransactionBehavior};

use super::apply::{apply, said};
use super::event::Payload;
use super::past::PastReader;
use super::rehearsal::Rehearsal;
use super::store::{SqliteStore, begin_to_read};
use super::unpark::unpark;
use super::writer::Writer;
use super::{look_alikes, workspaces};
use crate::store::batch::{Batch, Pending, Reap, Refusal};
use crate::store::contract::{Asked, Look, Scan, Store, Unparked};
use crate::store::error::StoreError;
use crate::zombie::{Notes, Past, Plan, Timestamp, Zombie};

impl Store for SqliteStore<'_> {
    fn keeps_events(&self) -> bool {
        self.schema.events.is_some()
    }

    fn check_project_known(&mut self) -> Result<(), StoreError> {
        match &self.opened.project {
            Some(project) => Ok(project.check_known(self.conn, self.schema)?),
            None => Ok(()),
        }
    }

    fn idle(&self) -> &[String] {
        &self.opened.scope.idle
    }

    fn unpark(&mut self, task: &str) -> Result<Unparked, StoreError> {
        unpark(self.conn, self.opened, self.opts, task)
    }

    fn turn_to(&mut self, now: Timestamp) {
        self.loader.turn_to(now);
        if let Some(around) = &mut self.around {
            around.turn_to(now);
        }
        self.writer = None; // it would write the time of the first look
        self.past = PastReader::new();
    }

    fn look(&mut self, look: &Look<'_>, plan: &mut Plan, notes: &mut Notes) -> Result<Scan, StoreError> {
        let _read = begin_to_read(self.conn)?;
        let mut known = Notes::default();
        let oddities = match look {
            Look::Behind(_) | Look::Around(_) | Look::Listed(_) => &mut *notes,
            Look::Again(_) => &mut known, // what is odd about these was noted at the first look
        };
        self.looked_at = self
            .look_for_others()
            .map_err(StoreError::sqlite("begin to read"))?;
        let scan = self.scan(look, self.looked_at, plan, oddities)?;
        self.rehearsal = None;
        if !plan.zombies.is_empty() {
            workspaces::add(self.conn, self.schema, &mut plan.zombies, notes)
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

    fn count(&mut self, look: &Look<'_>, plan: &mut Plan) -> Result<Scan, StoreError> {
        let _read = begin_to_read(self.conn)?;
        let version = self
            .look_for_others()
            .map_err(StoreError::sqlite("begin to read"))?;
        self.scan(look, version, plan, &mut Notes::default())
    }

    fn see_look_alikes(&self, zombies: &[&Zombie], notes: &mut Notes) -> Result<(), StoreError> {
        if self.schema.says_starts_alone {
            notes.see_starts_alone();
        }
        look_alikes::see(self.conn, self.schema, &self.loader.facts, zombies, notes)
            .map_err(StoreError::sqlite("look at the zombies"))
    }

    fn past(&mut self, asked: &Asked<'_>, notes: &mut Notes) -> Result<Option<Vec<Past>>, StoreError> {
        let _read = begin_to_read(self.conn)?;
        let calendar = &self.loader.facts.calendar;
        self.past
            .of(self.conn, self.schema, calendar, asked, notes)
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
                batch.refused.push(Refusal::of(&zombie, said(&refusal)));
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
        apply(self, pending, batch)
    }

    fn try_to_write(&mut self) -> Result<(), StoreError> {
        let attempt = || {
            let write = Transaction::new_unchecked(self.conn, TransactionBehavior::Immediate)?;
            // A number of the queue's own, in the first page of the file: who sets it to what it is writes that page.
            let number: i64 = write.pragma_query_value(None, "user_version", |row| row.get(0))?;
            write.pragma_update(None, "user_version", number)?;
            Ok(write)
        };
        let failed = || StoreError::sqlite("see whether one can write");
        let write = attempt().map_err(failed())?;
        self.check_before_commit()?;
        write.commit().map_err(failed())
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
