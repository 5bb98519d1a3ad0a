//! A queue to sweep, told as a story: each call names only what the test is about, the rest is ordinary.
//!
//! ```text
//! World::new().running("t1").run("r1").heartbeat("16m ago")
//! ```
//!
//! What is not said: a task and a run started two hours ago, and nobody has been heard of since.

mod alter;
mod diagnoses;
mod moment;
mod questions;
mod rows;
mod statements;
mod sweeps;

use rusqlite::{Connection, ToSql, params};
use zombie_sweeper::{SweepOptions, rusqlite};

#[cfg(all(feature = "cli", target_os = "linux"))]
pub(crate) use diagnoses::check_diagnosis;
pub(crate) use diagnoses::{codes, seen};
pub(crate) use moment::{NOW, moment};
pub(crate) use questions::check_outcomes;
#[cfg(all(feature = "cli", target_os = "linux"))]
pub(crate) use questions::{check_explanation, check_history};
pub(crate) use rows::{Cell, Dump, NULL};
#[cfg(all(feature = "cli", target_os = "linux"))]
pub(crate) use sweeps::check_json;
pub(crate) use sweeps::{check, reasons, schema_errors};

pub(crate) const ORCHESTRA: &str = include_str!("../orchestra.sql");
const LONG_AGO: &str = "2h ago";

pub(crate) struct World {
    pub(crate) conn: Connection,
    options: SweepOptions,
    project: String,
    /// The rowid of the task last named.
    task: i64,
    /// Table and rowid of the row last named.
    row: (&'static str, i64),
}

/// A queue of so many zombies, `t1` and on, each with a run and a workspace.
pub(crate) fn zombies(count: u32) -> World {
    (1..=count).fold(World::new(), |world, n| {
        world
            .running(format!("t{n}"))
            .run(format!("r{n}"))
            .heartbeat("16m ago")
            .workspace(&format!("w{n}"))
            .set("task_id", format!("t{n}"))
    })
}

/// The queue, and its stories.
impl World {
    /// An Orchestra queue in memory, without a task.
    pub(crate) fn new() -> Self {
        Self::at(Connection::open_in_memory().unwrap())
    }

    /// An Orchestra queue in this empty database.
    pub(crate) fn at(conn: Connection) -> Self {
        conn.execute_batch(ORCHESTRA).unwrap();
        Self::of(conn).project("SciDEX")
    }

    /// A queue of another orchestrator.
    pub(crate) fn foreign(schema: &str) -> Self {
        Self::of(Connection::open_in_memory().unwrap()).sql(schema)
    }

    /// Whatever queue this database holds.
    pub(crate) fn of(conn: Connection) -> Self {
        Self {
            conn,
            options: SweepOptions::at(NOW),
            project: String::new(),
            task: 0,
            row: ("", 0),
        }
    }

    /// A project; the tasks that follow belong to it.
    pub(crate) fn project(mut self, name: &str) -> Self {
        self.project = format!("p-{name}");
        let project = self.project.clone();
        let values = params![project, name, moment(LONG_AGO)];
        self.insert("projects", "id, name, created_at", values);
        self
    }

    pub(crate) fn running(self, id: impl ToSql) -> Self {
        self.task(id).status("running")
    }

    /// A task that is still open.
    pub(crate) fn task(self, id: impl ToSql) -> Self {
        self.bare_task(id)
            .set("assigned_slot", "slot-3")
            .set("assigned_worker", "worker-7")
            .set("workspace_path", "/trees/3")
    }

    /// A task that holds nothing.
    pub(crate) fn bare_task(mut self, id: impl ToSql) -> Self {
        let (project, then) = (self.project.clone(), moment(LONG_AGO));
        let columns = "id, project_id, title, created_at, started_at, updated_at";
        let values = params![id, project, "a title", then, then, then];
        self.task = self.insert("tasks", columns, values);
        self
    }

    pub(crate) fn recurring(self) -> Self {
        self.set("task_type", "recurring")
            .set("frequency", "every-15-min")
    }

    /// The active run of the task.
    pub(crate) fn run(self, id: impl ToSql) -> Self {
        let task = self.task;
        self.conn
            .execute(
                "UPDATE tasks SET active_run_id = ?1 WHERE rowid = ?2",
                (&id, task),
            )
            .unwrap();
        self.other_run(id)
    }

    /// A run of the task that it does not name.
    pub(crate) fn other_run(mut self, id: impl ToSql) -> Self {
        let task: rusqlite::types::Value = self
            .conn
            .query_row("SELECT id FROM tasks WHERE rowid = ?1", [self.task], |row| {
                row.get(0)
            })
            .unwrap();
        let values = params![id, task, "running", "worker-7", moment(LONG_AGO)];
        self.insert("task_runs", "id, task_id, status, worker_id, started_at", values);
        self
    }

    /// The task names a run that it need not have.
    pub(crate) fn names_run(self, id: &str) -> Self {
        self.set("active_run_id", id)
    }

    /// A leased workspace; say who holds it with `set`.
    pub(crate) fn workspace(mut self, id: &str) -> Self {
        let values = params![id, "/trees/3", "slot-3", "leased", moment(LONG_AGO)];
        self.insert("workspaces", "id, path, slot, status, leased_at", values);
        self
    }

    pub(crate) fn status(self, word: &str) -> Self {
        self.set("status", word)
    }

    pub(crate) fn heartbeat(self, when: &str) -> Self {
        self.set("last_heartbeat", moment(when))
    }

    pub(crate) fn lease(self, when: &str) -> Self {
        self.set("lease_expires_at", moment(when))
    }

    pub(crate) fn started(self, when: &str) -> Self {
        self.set("started_at", moment(when))
    }

    pub(crate) fn updated(self, when: &str) -> Self {
        self.set("updated_at", moment(when))
    }

    pub(crate) fn ended(self, when: &str) -> Self {
        self.set("completed_at", moment(when))
    }

    /// Sets a column of the row last named.
    pub(crate) fn set(self, column: &str, value: impl ToSql) -> Self {
        let (table, row) = self.row;
        let sql = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2");
        self.conn.execute(&sql, (value, row)).unwrap();
        self
    }

    pub(crate) fn sql(self, sql: &str) -> Self {
        self.conn.execute_batch(sql).unwrap();
        self
    }

    fn insert(&mut self, table: &'static str, columns: &str, values: &[&dyn ToSql]) -> i64 {
        let marks = vec!["?"; values.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({columns}) VALUES ({marks})");
        self.conn.execute(&sql, values).unwrap();
        let row = self.conn.last_insert_rowid();
        self.row = (table, row);
        row
    }
}
