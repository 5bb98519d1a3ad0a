//! The workspaces that zombies hold. Read before the lock is asked for: by an index for each zombie, or in one look.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Row};

use super::catalog::{Affinity, ColumnInfo};
use super::meeting::{compare, is_led};
use super::query_plan::note_missing_index;
use super::schema::{Runs, Schema, Workspaces};
use super::statements;
use crate::zombie::{HeldWorkspace, Id, Notes, Zombie};

/// Adds to zombies the workspaces that they hold: those that name the task, and those that name no task but one
/// of its runs. One that names another task is that task's; one that is free or released already is history.
pub(super) fn add(
    conn: &Connection,
    schema: &Schema,
    zombies: &mut [Zombie],
    notes: &mut Notes,
) -> rusqlite::Result<()> {
    let Some(workspaces) = schema.workspaces.as_ref().filter(|_| !zombies.is_empty()) else {
        return Ok(());
    };
    let look = Look {
        conn,
        schema,
        workspaces,
    };
    let is_led = match &workspaces.task {
        Some(task) => is_led(conn, &workspaces.table, task, &schema.tasks.id)?,
        None => false,
    };
    if is_led {
        look.add_by_index(zombies)?;
    }
    if !is_led || workspaces.run.is_some() {
        look.add_in_one_look(zombies, !is_led, notes)?;
    }
    Ok(())
}

struct Look<'l> {
    conn: &'l Connection,
    schema: &'l Schema,
    workspaces: &'l Workspaces,
}

impl Look<'_> {
    fn add_by_index(&self, zombies: &mut [Zombie]) -> rusqlite::Result<()> {
        let mut of_task = self
            .conn
            .prepare(&statements::workspaces_of_task(self.workspaces))?;
        for zombie in zombies {
            let mut rows = of_task.query([&zombie.suspect.id])?;
            while let Some(row) = rows.next()? {
                zombie.workspaces.push(held(row)?);
            }
        }
        Ok(())
    }

    /// Those that name no task but a run, and where `with_tasks` says so, those that name a task too.
    fn add_in_one_look(
        &self,
        zombies: &mut [Zombie],
        with_tasks: bool,
        notes: &mut Notes,
    ) -> rusqlite::Result<()> {
        let by_task = self.workspaces.task.as_ref().filter(|_| with_tasks);
        let holders = by_task.map(|task| Holders::new(zombies, task, &self.schema.tasks.id));
        let mut by_run = Vec::new();
        let mut in_use = self
            .conn
            .prepare(&statements::workspaces_in_use(self.workspaces, with_tasks))?;
        let mut rows = in_use.query([])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            let workspace = held(row)?;
            found += 1;
            if workspace.task.is_none() {
                by_run.push(workspace);
            } else if let Some(zombie) = holders
                .as_ref()
                .and_then(|holders| holders.find(&workspace.task))
                .and_then(|place| zombies.get_mut(place))
            {
                zombie.workspaces.push(workspace);
            }
        }
        drop(rows);
        if let Some(task) = by_task
            && compare(task, &self.schema.tasks.id)
        {
            let missing = (&self.workspaces.table, task);
            note_missing_index(self.conn, &in_use, found, missing, notes);
        }
        if by_run.is_empty() {
            return Ok(());
        }
        let Some(runs) = &self.schema.runs else {
            return Ok(());
        };
        let tasks = self.tasks_of_runs(runs, &by_run)?;
        let holders = Holders::new(zombies, &runs.task, &self.schema.tasks.id);
        for workspace in by_run {
            let place = match tasks.get(&self.run_value(runs, &workspace.run)) {
                Some(Some(task)) => holders.find(task),
                _ => None,
            };
            if let Some(zombie) = place.and_then(|place| zombies.get_mut(place)) {
                zombie.workspaces.push(workspace);
            }
        }
        Ok(())
    }

    /// What ids of runs are compared by.
    fn run_value(&self, runs: &Runs, id: &Id) -> Id {
        let named = self.workspaces.run.as_ref().map(ColumnInfo::affinity);
        runs.id.affinity().compared(named.unwrap_or_default(), id)
    }

    /// The task of each run that a workspace names; `None` where runs of several tasks have that id, so that nothing says
    /// whose the workspace is.
    fn tasks_of_runs(
        &self,
        runs: &Runs,
        named: &[HeldWorkspace],
    ) -> rusqlite::Result<HashMap<Id, Option<Id>>> {
        let mut tasks: HashMap<Id, Option<Id>> = HashMap::new();
        let Some(run) = self.workspaces.run.as_ref().filter(|_| !named.is_empty()) else {
            return Ok(tasks);
        };
        let mut add = |run: Id, task: Id| {
            let known = tasks.entry(run).or_insert_with(|| Some(task.clone()));
            if *known != Some(task) {
                *known = None;
            }
        };
        if is_led(self.conn, &runs.table, &runs.id, run)? {
            let mut of_run = self.conn.prepare(&statements::task_of_run(self.schema))?;
            for workspace in named {
                let mut rows = of_run.query([&workspace.run])?;
                while let Some(row) = rows.next()? {
                    add(self.run_value(runs, &workspace.run), row.get_ref(0)?.into());
                }
            }
        } else {
            let wanted: HashSet<_> = named
                .iter()
                .map(|workspace| self.run_value(runs, &workspace.run))
                .collect();
            let mut all = self.conn.prepare(&statements::tasks_of_runs(self.schema))?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                let run = self.run_value(runs, &row.get_ref(1)?.into());
                if wanted.contains(&run) {
                    add(run, row.get_ref(0)?.into());
                }
            }
        }
        Ok(tasks)
    }
}

/// The places of zombies by their ids.
struct Holders {
    affinities: (Affinity, Affinity),
    places: HashMap<Id, usize>,
}

impl Holders {
    /// As this column names them.
    fn new(zombies: &[Zombie], by: &ColumnInfo, ids: &ColumnInfo) -> Self {
        let (by, ids) = (by.affinity(), ids.affinity());
        let values = zombies.iter().map(|zombie| by.compared(ids, &zombie.suspect.id));
        Self {
            affinities: (by, ids),
            places: values.zip(0..).collect(),
        }
    }

    fn find(&self, task: &Id) -> Option<usize> {
        let (by, ids) = self.affinities;
        self.places.get(&by.compared(ids, task)).copied()
    }
}

/// Key, task, run, and when it was released before.
fn held(row: &Row<'_>) -> rusqlite::Result<HeldWorkspace> {
    Ok(HeldWorkspace {
        key: row.get_ref(0)?.into(),
        task: row.get_ref(1)?.into(),
        run: row.get_ref(2)?.into(),
        released: row.get_ref(3)?.into(),
    })
}
