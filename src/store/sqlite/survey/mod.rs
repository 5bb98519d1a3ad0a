//! What else stands in a queue beside the running tasks and their runs, asked by `inspect::doctor`. Each question reads a
//! table once at most, or goes by an index.

mod idle_holders;
mod idle_workspaces;
mod open_runs;
mod past_reaps;

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::facts::Facts;
use super::runs::is_led;
use super::schema::Schema;
use super::statements::{self, is_at_work, render, task_names};
use crate::zombie::Id;

pub(crate) use idle_workspaces::Workspace;
pub(crate) use open_runs::OpenRun;
pub(crate) use past_reaps::PastReaps;

/// One queue, in a read transaction that has begun.
pub(crate) struct Survey<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    facts: &'c Facts<'c>,
    /// The tasks at work, whether a sweep looks at them or not: what each names as its run, by what runs name it by.
    at_work: HashMap<Id, HashSet<Id>>,
    /// Their ids, as they stand there.
    ids: Vec<Id>,
}

impl<'c> Survey<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &'c Schema,
        facts: &'c Facts<'c>,
    ) -> rusqlite::Result<Self> {
        let mut survey = Self {
            conn,
            schema,
            facts,
            at_work: HashMap::new(),
            ids: Vec::new(),
        };
        let mut names = task_names(&schema.tasks);
        names.push(("is_at_work", is_at_work(&schema.tasks)));
        let mut tasks = conn.prepare(&render(include_str!("../sql/tasks_at_work.sql"), &names))?;
        let mut rows = tasks.query([])?;
        while let Some(row) = rows.next()? {
            let id = facts.task_id(row.get_ref(0)?);
            let pointers = survey.at_work.entry(facts.task_value(&id)).or_default();
            pointers.insert(facts.run_value(&row.get_ref(1)?.into()));
            survey.ids.push(id);
        }
        Ok(survey)
    }

    /// The task whose run this is, where an index leads there and the task is another than this one.
    pub(crate) fn other_task_of_run(&self, task: &Id, run: &Id) -> rusqlite::Result<Option<Id>> {
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
            if !self.facts.is_same_task(task, &owner) {
                return Ok(Some(owner));
            }
        }
        Ok(None)
    }
}
