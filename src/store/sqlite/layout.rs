//! Which columns are read of a task and of a run, and where each stands in a row that was read.

use std::ops::Range;
use std::sync::Arc;

use super::catalog::{ColumnInfo, TableInfo};
use super::keys::{column, key};
use super::schema::{Leases, Recurring, Runs, Tasks, Workers};

/// Where what every row has stands: its key, its id, a task's status and pointer, a run's task and status.
pub(super) const KEY: usize = 0;
pub(super) const ID: usize = 1;
pub(super) const STATUS: usize = 2;
pub(super) const ACTIVE_RUN: usize = 3;
pub(super) const TASK: usize = 3;

/// A column that is read.
pub(super) struct Place {
    pub(super) sql: String,
    /// Its name, as an operator knows it.
    pub(super) name: Arc<str>,
    /// The same with the table before it.
    pub(super) full_name: Arc<str>,
}

/// The columns read of a task.
pub(super) struct TaskLayout {
    pub(super) places: Vec<Place>,
    /// The name of the column of the status, where words tell what runs.
    pub(super) status: Option<Arc<str>>,
    pub(super) heartbeat: Range<usize>,
    pub(super) started: Range<usize>,
    pub(super) updated: Range<usize>,
    /// Of a task that is its own run.
    pub(super) ended: Range<usize>,
    pub(super) lease: LeasePlaces,
    /// What names the worker.
    pub(super) worker: Range<usize>,
    /// What tells a recurring task.
    pub(super) recurring: Range<usize>,
    /// What a reap sets to *now*, besides `updated`: `next_eligible`, then what is to be stamped.
    pub(super) next_eligible: Range<usize>,
    pub(super) stamp: Range<usize>,
    /// What a reap overwrites for the profile.
    pub(super) changed: Range<usize>,
    /// What says what the task holds.
    pub(super) held: Range<usize>,
}

/// Where leases stand: the moments, and where there is one, a start and its length.
#[derive(Clone, Default)]
pub(super) struct LeasePlaces {
    pub(super) moments: Range<usize>,
    pub(super) span: Range<usize>,
}

impl LeasePlaces {
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.moments.clone().chain(self.span.clone())
    }
}

/// The columns read of a run; none where the queue has no runs.
#[derive(Default)]
pub(super) struct RunLayout {
    pub(super) places: Vec<Place>,
    /// Whether it is unfinished, where a condition tells.
    pub(super) running: Range<usize>,
    pub(super) heartbeat: Range<usize>,
    pub(super) started: Range<usize>,
    pub(super) created: Range<usize>,
    pub(super) ended: Range<usize>,
    pub(super) lease: LeasePlaces,
    pub(super) worker: Range<usize>,
    /// What a reap overwrites for the profile.
    pub(super) changed: Range<usize>,
}

/// The columns read of a worker.
#[derive(Default)]
pub(super) struct WorkerLayout {
    pub(super) places: Vec<Place>,
    pub(super) status: Range<usize>,
    pub(super) heartbeat: Range<usize>,
    pub(super) started: Range<usize>,
    pub(super) lease: LeasePlaces,
}

struct Places<'t> {
    alias: &'static str,
    table: &'t TableInfo,
    found: Vec<Place>,
}

impl<'t> Places<'t> {
    /// The key and these come first; one that is not there is null.
    fn new<const N: usize>(
        alias: &'static str,
        table: &'t TableInfo,
        id: &ColumnInfo,
        first: [Option<&'t ColumnInfo>; N],
    ) -> Self {
        let mut places = Self {
            alias,
            table,
            found: Vec::new(),
        };
        places.push(key(alias, table), &id.name);
        for info in first {
            match info {
                Some(info) => drop(places.add([info])),
                None => places.push("NULL".to_owned(), ""),
            }
        }
        places
    }

    fn push(&mut self, sql: String, name: &str) {
        self.found.push(Place {
            sql,
            name: name.into(),
            full_name: format!("{}.{name}", self.table.name).into(),
        });
    }

    fn add<'c>(&mut self, columns: impl IntoIterator<Item = &'c ColumnInfo>) -> Range<usize> {
        let first = self.found.len();
        for info in columns {
            self.push(column(self.alias, info), &info.name);
        }
        first..self.found.len()
    }

    fn add_leases(&mut self, leases: &Leases) -> LeasePlaces {
        LeasePlaces {
            moments: self.add(&leases.moments),
            span: self.add(leases.span.iter().flatten()),
        }
    }

    /// The columns of these names that nothing else reads.
    fn add_named<'n>(&mut self, names: impl Iterator<Item = &'n String>) -> Range<usize> {
        let table = self.table;
        self.add(names.filter_map(|name| table.column(name)))
    }
}

impl TaskLayout {
    pub(super) fn new(tasks: &Tasks) -> Self {
        let first = [Some(&tasks.id), tasks.status(), tasks.active_run.as_ref()];
        let mut places = Places::new("t", &tasks.table, &tasks.id, first);
        let recurring = match &tasks.recurring {
            Recurring::Never => None,
            Recurring::Kind(column, _) | Recurring::Flag(column) => Some(column),
        };
        Self {
            status: tasks.status().map(|status| status.name.as_str().into()),
            heartbeat: places.add(&tasks.heartbeat),
            started: places.add(&tasks.started),
            updated: places.add(&tasks.updated),
            ended: places.add(&tasks.ended),
            lease: places.add_leases(&tasks.lease),
            worker: places.add(&tasks.worker),
            recurring: places.add(recurring),
            next_eligible: places.add(&tasks.next_eligible),
            stamp: places.add(&tasks.stamp),
            changed: {
                let increments: Vec<_> = tasks.increment.iter().map(|column| column.name.clone()).collect();
                places.add_named(tasks.set.keys().chain(&increments))
            },
            held: places.add(&tasks.clear),
            places: places.found,
        }
    }
}

impl RunLayout {
    pub(super) fn new(runs: &Runs) -> Self {
        // The order of a task's row: id, status, and what links the two.
        let first = [Some(&runs.id), runs.status.as_ref(), Some(&runs.task)];
        let mut places = Places::new("r", &runs.table, &runs.id, first);
        let running = places.found.len();
        if let Some(condition) = &runs.running_where {
            places.push(condition.clone(), "");
        }
        Self {
            running: running..places.found.len(),
            heartbeat: places.add(&runs.heartbeat),
            started: places.add(&runs.started),
            created: places.add(&runs.created),
            ended: places.add(&runs.ended),
            lease: places.add_leases(&runs.lease),
            worker: places.add(&runs.worker),
            changed: {
                let cleared: Vec<_> = runs.clear.iter().map(|column| column.name.clone()).collect();
                places.add_named(runs.set.keys().chain(&cleared))
            },
            places: places.found,
        }
    }
}

impl WorkerLayout {
    pub(super) fn new(workers: &Workers) -> Self {
        let mut places = Places::new("w", &workers.table, &workers.id, [Some(&workers.id)]);
        Self {
            status: places.add(&workers.status),
            heartbeat: places.add(&workers.heartbeat),
            started: places.add(&workers.started),
            lease: places.add_leases(&workers.lease),
            places: places.found,
        }
    }
}

/// The list behind SELECT. The plus says that no name of the column is asked for: SQLite would keep five texts of each as
/// long as the statement lives, and fill with them the quick memory that it has for whatever comes and goes.
pub(super) fn list(places: &[Place]) -> String {
    let columns: Vec<_> = places.iter().map(|place| format!("+{}", place.sql)).collect();
    columns.join(", ")
}
