//! Which columns are read of a task and of a run, and where each stands in a row that was read.

use std::ops::Range;
use std::sync::Arc;

use super::catalog::{ColumnInfo, TableInfo};
use super::schema::{Recurring, Runs, Tasks};
use super::statements::{column, key};

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
    pub(super) status: Arc<str>,
    pub(super) heartbeat: Range<usize>,
    pub(super) started: Range<usize>,
    pub(super) updated: Range<usize>,
    pub(super) lease: Range<usize>,
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

/// The columns read of a run.
pub(super) struct RunLayout {
    pub(super) places: Vec<Place>,
    pub(super) heartbeat: Range<usize>,
    pub(super) started: Range<usize>,
    pub(super) created: Range<usize>,
    pub(super) ended: Range<usize>,
    pub(super) lease: Range<usize>,
    /// What a reap overwrites for the profile.
    pub(super) changed: Range<usize>,
}

struct Places<'t> {
    alias: &'static str,
    table: &'t TableInfo,
    found: Vec<Place>,
}

impl<'t> Places<'t> {
    /// The key and these come first.
    fn new<const N: usize>(
        alias: &'static str,
        table: &'t TableInfo,
        id: &ColumnInfo,
        first: [&'t ColumnInfo; N],
    ) -> Self {
        let mut places = Self {
            alias,
            table,
            found: Vec::new(),
        };
        let key = key(alias, table, id);
        places.push(key, &id.name);
        places.add(first);
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

    /// The columns of these names that nothing else reads.
    fn add_named<'n>(&mut self, names: impl Iterator<Item = &'n String>) -> Range<usize> {
        let table = self.table;
        self.add(names.filter_map(|name| table.column(name)))
    }
}

impl TaskLayout {
    pub(super) fn new(tasks: &Tasks) -> Self {
        let first = [&tasks.id, &tasks.status, &tasks.active_run];
        let mut places = Places::new("t", &tasks.table, &tasks.id, first);
        let recurring = match &tasks.recurring {
            Recurring::Never => None,
            Recurring::Kind(column, _) | Recurring::Flag(column) => Some(column),
        };
        Self {
            status: tasks.status.name.as_str().into(),
            heartbeat: places.add(&tasks.heartbeat),
            started: places.add(&tasks.started),
            updated: places.add(&tasks.updated),
            lease: places.add(&tasks.lease),
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
        let first = [&runs.id, &runs.status, &runs.task];
        let mut places = Places::new("r", &runs.table, &runs.id, first);
        Self {
            heartbeat: places.add(&runs.heartbeat),
            started: places.add(&runs.started),
            created: places.add(&runs.created),
            ended: places.add(&runs.ended),
            lease: places.add(&runs.lease),
            changed: {
                let cleared: Vec<_> = runs.clear.iter().map(|column| column.name.clone()).collect();
                places.add_named(runs.set.keys().chain(&cleared))
            },
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
