//! What else stands in a queue beside the running tasks and their runs, asked by `inspect::doctor`. Each question reads a
//! table once at most, or goes by an index.

mod idle_holders;
mod idle_workspaces;
mod open_runs;
mod past_reaps;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::time::Duration;

use rusqlite::{Connection, Transaction};

use super::facts::Facts;
use super::findings::Lack;
use super::load::Loader;
use super::look_alikes;
use super::meeting::is_led;
use super::schema::Schema;
use super::statements::{self, is_at_work, render, task_names};
use super::store::{Opened, begin_to_read, data_version};
use super::words::Words;
use crate::options::SweepOptions;
use crate::store::error::StoreError;
use crate::store::survey::{OpenRun, PastReaps, Survey, Workspace};
use crate::zombie::{Id, Notes, Suspect, Timestamp, Zombie};

/// A look at a whole queue, in one read transaction.
pub(crate) struct SqliteSurvey<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    loader: Loader<'c>,
    /// The tasks at work, whether a sweep looks at them or not: what each names as its run, by what runs name it by.
    at_work: HashMap<Id, HashSet<Id>>,
    /// Their ids, as they stand there.
    ids: Vec<Id>,
    _read: Transaction<'c>,
}

impl<'c> SqliteSurvey<'c> {
    pub(crate) fn begin(
        conn: &'c Connection,
        opened: &'c Opened,
        opts: &'c SweepOptions,
    ) -> Result<Self, StoreError> {
        let read = begin_to_read(conn)?;
        let mut survey = Self {
            conn,
            schema: &opened.schema,
            loader: opened.loader(conn, opts)?.with_the_living().with_labels(),
            at_work: HashMap::new(),
            ids: Vec::new(),
            _read: read,
        };
        survey.see_who_is_at_work().map_err(looking())?;
        Ok(survey)
    }

    fn facts(&self) -> &Facts<'c> {
        &self.loader.facts
    }

    fn see_who_is_at_work(&mut self) -> rusqlite::Result<()> {
        let facts = &self.loader.facts;
        let mut names = task_names(&self.schema.tasks);
        names.push(("is_at_work", is_at_work(&self.schema.tasks)));
        let sql = render(include_str!("../sql/tasks_at_work.sql"), &names);
        let mut tasks = self.conn.prepare(&sql)?;
        let mut rows = tasks.query([])?;
        while let Some(row) = rows.next()? {
            let id = facts.task_id(row.get_ref(0)?);
            let pointers = self.at_work.entry(facts.task_value(&id)).or_default();
            pointers.insert(facts.run_value(&row.get_ref(1)?.into()));
            self.ids.push(id);
        }
        Ok(())
    }

    fn other_task(&self, task: &Id, run: &Id) -> rusqlite::Result<Option<Id>> {
        let (Some(runs), Some(active_run)) = (&self.schema.runs, &self.schema.tasks.active_run) else {
            return Ok(None);
        };
        if !is_led(self.conn, &runs.table, &runs.id, active_run)? {
            return Ok(None);
        }
        let mut of_run = self.conn.prepare(&statements::task_of_run(self.schema))?;
        let mut rows = of_run.query([run])?;
        while let Some(row) = rows.next()? {
            let owner = Id::from(row.get_ref(0)?);
            if !self.facts().is_same_task(task, &owner) {
                return Ok(Some(owner));
            }
        }
        Ok(None)
    }
}

fn looking() -> impl FnOnce(rusqlite::Error) -> StoreError {
    StoreError::sqlite("look at the queue")
}

impl Survey for SqliteSurvey<'_> {
    fn lacks(&self) -> Result<Vec<Lack>, StoreError> {
        Ok(self.schema.lacks(self.conn)?)
    }

    fn words(&self) -> Result<Words, StoreError> {
        Ok(self.schema.words(self.conn)?)
    }

    fn exclusive(&self) -> HashSet<String> {
        self.schema.exclusive()
    }

    fn every_task(
        &mut self,
        notes: &mut Notes,
        visit: &mut dyn FnMut(Suspect) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let version = data_version(self.conn).map_err(looking())?;
        let begun = self.loader.begin(version, Duration::ZERO, notes);
        begun.map_err(looking())?;
        let scan = self.loader.scan(None, notes, visit);
        scan.map(drop).map_err(looking())
    }

    fn see_look_alikes(&self, zombies: &[&Zombie], notes: &mut Notes) -> Result<(), StoreError> {
        if self.schema.says_starts_alone {
            notes.see_starts_alone();
        }
        look_alikes::see(self.conn, self.schema, self.facts(), zombies, notes).map_err(looking())
    }

    fn open_runs(&self, visit: &mut dyn FnMut(OpenRun)) -> Result<(), StoreError> {
        self.see_open_runs(visit).map_err(looking())
    }

    fn other_task_of_run(&self, task: &Id, run: &Id) -> Result<Option<Id>, StoreError> {
        self.other_task(task, run).map_err(looking())
    }

    fn idle_holders(&self, visit: &mut dyn FnMut(Id, &str, Id)) -> Result<(), StoreError> {
        self.see_idle_holders(visit).map_err(looking())
    }

    fn idle_workspaces(&self, visit: &mut dyn FnMut(Workspace)) -> Result<(), StoreError> {
        self.see_idle_workspaces(visit).map_err(looking())
    }

    fn past_reaps(&self, since: Timestamp, from: usize) -> Result<PastReaps, StoreError> {
        self.see_past_reaps(since, from).map_err(looking())
    }
}
