use rusqlite::Connection;
use serde::Serialize;

use super::catalog::{ColumnInfo, TableInfo};
use super::schema::Schema;
use super::schema_error::SchemaError;
use super::statements;
use crate::zombie::Id;

/// How many statuses are shown; where there are more, nobody can say what is not among them.
const MOST: usize = 50;

/// What to do about a status of runs that is not known.
pub(crate) const NAME_RUN_STATUS: &str =
    "name it in runs.words.finished or runs.words.running; see docs/profile.md#runs";

/// What to do about a column that looks like a heartbeat.
pub(crate) const NAME_HEARTBEAT: &str =
    "if it is one, name it in columns.heartbeat of its section; see docs/profile.md#the-keys";

/// The words of the profile, and those of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Words {
    /// The statuses of a task at work.
    pub running: Vec<String>,
    /// The condition that tells a task at work, where no status does.
    pub running_where: Option<String>,
    /// The statuses that a reap gives a task, the usual one first.
    pub open: Vec<String>,
    /// The statuses of a run at work.
    pub run_running: Vec<String>,
    /// The condition that tells a run at work, where no status does.
    pub run_running_where: Option<String>,
    /// The statuses of a run that has ended.
    pub finished: Vec<String>,
    /// The statuses that the tasks have, 50 of them at most.
    pub task_statuses: Vec<String>,
    /// The statuses that the runs have, 50 of them at most.
    pub run_statuses: Vec<String>,
    /// Columns that play no role, but are called like a heartbeat.
    pub look_alikes: Vec<String>,
}

impl Schema {
    /// The words in force, and the statuses that the database holds, to be compared before the first sweep: a word that
    /// the queue does not use finds no zombie, or resets one to a status that nobody picks up.
    ///
    /// # Errors
    ///
    /// Where SQLite cannot read the statuses.
    pub fn words(&self, conn: &Connection) -> Result<Words, SchemaError> {
        let tasks = &self.tasks;
        // Where a condition tells the unfinished runs, no word has to.
        let runs = self.runs.as_ref().filter(|runs| runs.running_where.is_none());
        let run_status = runs.and_then(|runs| Some((&runs.table, runs.status.as_ref()?)));
        let mut open: Vec<String> = Vec::new();
        for word in tasks.status().into_iter().flat_map(|_| tasks.open.all()) {
            if !open.contains(word) {
                open.push(word.clone());
            }
        }
        Ok(Words {
            running: tasks.running().to_vec(),
            running_where: tasks.running_where().map(as_written),
            run_running_where: self
                .runs
                .as_ref()
                .and_then(|runs| runs.running_where.as_deref().map(as_written)),
            open,
            run_running: runs.map_or_else(Vec::new, |runs| runs.running.clone()),
            finished: runs.map_or_else(Vec::new, |runs| {
                runs.finished.iter().map(ToString::to_string).collect()
            }),
            task_statuses: statuses(conn, tasks.status().map(|status| (&tasks.table, status)))?,
            run_statuses: statuses(conn, run_status)?,
            look_alikes: self
                .look_alikes()
                .map(|(table, column)| format!("{}.{}", table.name, column.name))
                .collect(),
        })
    }
}

/// A condition without the parentheses that keep it together.
fn as_written(condition: &str) -> String {
    let inner = condition
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    inner.unwrap_or(condition).trim().to_owned()
}

impl Words {
    /// A sentence for each word of a task that no task has: a running one finds nothing, and an open one is a status that
    /// nobody may ever pick up.
    #[must_use]
    pub fn of_no_task(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if (1..MOST).contains(&self.task_statuses.len()) {
            let found = self.task_statuses.join(", ");
            for (key, words) in [("running", &self.running), ("open", &self.open)] {
                for word in words.iter().filter(|word| !self.task_statuses.contains(word)) {
                    doubts.push(format!(
                        "no task has the status {word:?} (tasks.words.{key}); they have {found}; see docs/profile.md#tasks"
                    ));
                }
            }
        }
        doubts
    }

    /// A sentence for each word that looks wrong, and for each column that is not read though it looks as if it should be.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = self.of_no_task();
        doubts.extend(
            self.of_unknown_runs()
                .map(|doubt| format!("{doubt}; {NAME_RUN_STATUS}")),
        );
        doubts.extend(
            self.of_look_alikes()
                .map(|doubt| format!("{doubt}: {NAME_HEARTBEAT}")),
        );
        doubts
    }

    /// A sentence for each status of a run that is neither at work nor finished.
    pub(crate) fn of_unknown_runs(&self) -> impl Iterator<Item = String> {
        let is_known = |status: &&String| self.run_running.contains(status) || self.finished.contains(status);
        let unknown = self.run_statuses.iter().filter(move |status| !is_known(status));
        unknown.map(|status| {
            format!(
                "unknown run status {status:?}: such a run is finished by evidence when it has an end, else unfinished"
            )
        })
    }

    /// A sentence for each column that is called like a heartbeat and is not read.
    pub(crate) fn of_look_alikes(&self) -> impl Iterator<Item = String> {
        let look_alikes = self.look_alikes.iter();
        look_alikes.map(|column| format!("{column} looks like a heartbeat, and is not read"))
    }
}

/// Those that stand in this column; none, where there is no such column.
fn statuses(conn: &Connection, of: Option<(&TableInfo, &ColumnInfo)>) -> rusqlite::Result<Vec<String>> {
    let Some((table, status)) = of else {
        return Ok(Vec::new());
    };
    let mut found = conn.prepare(&statements::statuses(table, status))?;
    let found = found.query_map([], |row| Ok(Id::from(row.get_ref(0)?).to_string()))?;
    found.collect()
}
