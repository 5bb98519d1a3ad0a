use std::sync::Arc;

use rusqlite::Connection;
use serde::Serialize;

use super::catalog::{ColumnInfo, TableInfo};
use super::profile::{Constants, Profile};
use super::resolve::resolve;
use super::statements;
use crate::zombie::Id;

/// What the sweeper understood of a database: which table and column plays which role.
#[derive(Debug)]
pub struct Schema {
    pub(super) tasks: Tasks,
    pub(super) runs: Runs,
    pub(super) events: Events,
    pub(super) workspaces: Option<Workspaces>,
    pub(super) projects: Option<Projects>,
    pub(super) roles: Vec<Role>,
}

#[derive(Debug)]
pub(super) struct Tasks {
    pub(super) table: TableInfo,
    pub(super) id: ColumnInfo,
    pub(super) status: ColumnInfo,
    pub(super) active_run: ColumnInfo,
    pub(super) project: Option<ProjectColumn>,
    pub(super) recurring: Recurring,
    pub(super) heartbeat: Option<ColumnInfo>,
    pub(super) started: Option<ColumnInfo>,
    pub(super) updated: Option<ColumnInfo>,
    pub(super) next_eligible: Option<ColumnInfo>,
    pub(super) clear: Vec<ColumnInfo>,
    pub(super) set: Constants,
    pub(super) running: String,
    pub(super) open: String,
}

/// How a task names its project.
#[derive(Debug)]
pub(super) enum ProjectColumn {
    ByName(ColumnInfo),
    ById(ColumnInfo),
}

/// How a recurring task is told from a one-shot.
#[derive(Debug)]
pub(super) enum Recurring {
    Never,
    Kind(ColumnInfo, String),
    Flag(ColumnInfo),
}

#[derive(Debug)]
pub(super) struct Runs {
    pub(super) table: TableInfo,
    pub(super) id: ColumnInfo,
    pub(super) task: ColumnInfo,
    pub(super) status: ColumnInfo,
    pub(super) heartbeat: Option<ColumnInfo>,
    pub(super) started: Option<ColumnInfo>,
    pub(super) ended: Option<ColumnInfo>,
    pub(super) clear: Vec<ColumnInfo>,
    pub(super) set: Constants,
    pub(super) running: String,
    pub(super) finished: Vec<Arc<str>>,
    pub(super) abandoned: String,
}

#[derive(Debug)]
pub(super) struct Events {
    pub(super) table: TableInfo,
    /// The key, where a fresh UUID has to fill it.
    pub(super) uuid: Option<ColumnInfo>,
    pub(super) task: ColumnInfo,
    pub(super) kind: ColumnInfo,
    pub(super) actor: Option<ColumnInfo>,
    pub(super) payload: Option<ColumnInfo>,
    pub(super) time: Option<ColumnInfo>,
    pub(super) run: Option<ColumnInfo>,
    pub(super) set: Constants,
    pub(super) reaped: String,
}

#[derive(Debug)]
pub(super) struct Workspaces {
    pub(super) table: TableInfo,
    pub(super) task: Option<ColumnInfo>,
    pub(super) run: Option<ColumnInfo>,
    pub(super) status: Option<ColumnInfo>,
    pub(super) released: Option<ColumnInfo>,
    pub(super) free: String,
}

#[derive(Debug)]
pub(super) struct Projects {
    pub(super) table: TableInfo,
    pub(super) id: ColumnInfo,
    pub(super) name: ColumnInfo,
}

/// One role, and what plays it in the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    /// The profile's section and key, such as `tasks.heartbeat`.
    pub role: String,
    /// Table and column, such as `tasks.last_heartbeat`; `None` where the database has none.
    pub column: Option<String>,
}

/// A database whose schema cannot be swept, and all that is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A table or column is missing, or cannot be written as it must be.
    #[error("the schema does not fit: {}", .0.join("; "))]
    Unfit(Vec<String>),
    /// SQLite could not read it.
    #[error("failed to read the schema")]
    Sqlite(#[from] rusqlite::Error),
}

impl Schema {
    /// Reads the schema of the database and finds the profile's roles in it.
    ///
    /// # Errors
    ///
    /// Where a needed table or column is missing, where one that a profile file asks for is missing, or where an
    /// event could not be written. The error names everything at once, and what was found.
    pub fn read(conn: &Connection, profile: &Profile) -> Result<Self, SchemaError> {
        resolve(conn, profile)
    }

    /// The words in force, and the statuses that the database holds, to be compared before the first sweep: a word that
    /// the queue does not use finds no zombie, or resets one to a status that nobody picks up.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot read the statuses.
    pub fn words(&self, conn: &Connection) -> Result<Words, SchemaError> {
        let (tasks, runs) = (&self.tasks, &self.runs);
        Ok(Words {
            running: tasks.running.clone(),
            open: tasks.open.clone(),
            finished: runs.finished.iter().map(ToString::to_string).collect(),
            task_statuses: statuses(conn, &tasks.table, &tasks.status)?,
            run_statuses: statuses(conn, &runs.table, &runs.status)?,
        })
    }

    /// Every role of the profile, in its order, and what plays it.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }
}

/// The words of the profile, and those of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Words {
    /// The status of a task at work.
    pub running: String,
    /// The status that a reap gives a task.
    pub open: String,
    /// The statuses of a run that has ended.
    pub finished: Vec<String>,
    /// The statuses that the tasks have, 50 of them at most.
    pub task_statuses: Vec<String>,
    /// The statuses that the runs have, 50 of them at most.
    pub run_statuses: Vec<String>,
}

impl Words {
    /// A sentence for each word that looks wrong.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        for (key, word) in [("running", &self.running), ("open", &self.open)] {
            if !self.task_statuses.is_empty() && !self.task_statuses.contains(word) {
                let found = self.task_statuses.join(", ");
                doubts.push(format!(
                    "no task has the status {word:?} (tasks.words.{key}); they have {found}"
                ));
            }
        }
        doubts
    }
}

fn statuses(conn: &Connection, table: &TableInfo, status: &ColumnInfo) -> rusqlite::Result<Vec<String>> {
    let mut found = conn.prepare(&statements::statuses(table, status))?;
    let found = found.query_map([], |row| Ok(Id::from(row.get_ref(0)?).to_string()))?;
    found.collect()
}

impl Events {
    /// The columns that an event of ours fills; that of a run with the empty value where there is none.
    pub(super) fn written(&self) -> impl Iterator<Item = &ColumnInfo> {
        let needed = [&self.task, &self.kind];
        let found = [&self.uuid, &self.actor, &self.payload, &self.time, &self.run];
        needed.into_iter().chain(found.into_iter().flatten())
    }
}
