use super::open_error::OpenError;
use super::sqlite::{ProjectError, SchemaError};
use crate::zombie::Id;

/// Why a store failed. Nothing was written, unless it says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The schema does not fit the profile.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The project cannot be found.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// No task has the id that was asked for.
    #[error("no task {task_id:?} in the database; {}", nearest_of(.nearest, *.compared))]
    UnknownTask {
        /// The id.
        task_id: String,
        /// Those most like it, the most similar first.
        nearest: Vec<String>,
        /// Among how many they were looked for.
        compared: usize,
    },
    /// No task of the project has the id that was asked for, and of others [nothing is told](crate::SweepOptions::confined).
    #[error("no task {task_id:?} in the project {project:?}")]
    UnknownTaskOfProject {
        /// The id.
        task_id: String,
        /// The project, as it was asked for.
        project: String,
    },
    /// SQLite failed.
    #[error("failed to {doing}")]
    Sqlite {
        /// What it was asked to do.
        doing: &'static str,
        /// What it said.
        source: rusqlite::Error,
    },
    /// The database failed at one zombie, so none of its transaction was reaped.
    #[error("failed to reap task {task_id}")]
    Reap {
        /// The task.
        task_id: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The database failed at a task that was to be opened again, so it is parked as before.
    #[error("failed to unpark task {task_id}")]
    Unpark {
        /// The task.
        task_id: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The queue's tables use a function, a collation or a module that only the orchestrator's own process has.
    #[error(
        "the queue's tables use what only the orchestrator's own process registers ({message}): sweep from within it, \
         through the library, or drop the trigger, index, column or check that uses it"
    )]
    MissingFunction {
        /// What SQLite said.
        message: String,
    },
    /// A task is not parked, or not by a sweep.
    #[error("task {task_id} cannot be unparked: {why}")]
    NotParked {
        /// The task.
        task_id: String,
        /// Why not.
        why: String,
    },
    /// Tasks cannot be parked in this queue.
    #[error("no task can be parked in this queue: {0}")]
    Parking(&'static str),
    /// The queue's event table counts its rows with AUTOINCREMENT, and has come to the last number there is.
    #[error(
        "{table} has used up its row ids: AUTOINCREMENT has come to the last number there is, and no event can be \
         recorded; see sqlite_sequence"
    )]
    RowIdsUsedUp {
        /// The event table.
        table: String,
    },
}

impl StoreError {
    /// Says what SQLite was asked to do when it failed.
    pub(crate) fn sqlite(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::missing(&source).unwrap_or(Self::Sqlite { doing, source })
    }

    /// Says which task SQLite failed on.
    pub(crate) fn reaping(task_id: &Id, source: rusqlite::Error) -> Self {
        let task_id = task_id.to_string();
        Self::missing(&source).unwrap_or(Self::Reap { task_id, source })
    }

    /// Says which task SQLite failed to open again.
    pub(crate) fn unparking(task_id: &Id, source: rusqlite::Error) -> Self {
        let task_id = task_id.to_string();
        Self::missing(&source).unwrap_or(Self::Unpark { task_id, source })
    }

    fn missing(source: &rusqlite::Error) -> Option<Self> {
        use rusqlite::Error::{SqlInputError, SqliteFailure};

        let (SqlInputError { msg: said, .. } | SqliteFailure(_, Some(said))) = source else {
            return None;
        };
        is_of_the_orchestrator(said).then(|| Self::MissingFunction {
            message: said.clone(),
        })
    }
}

fn nearest_of(nearest: &[String], compared: usize) -> String {
    if nearest.is_empty() {
        return "it has none".to_owned();
    }
    let names: Vec<_> = nearest.iter().map(|id| format!("{id:?}")).collect();
    format!(
        "of {compared} ids looked at, the nearest are {}",
        names.join(", ")
    )
}

/// Whether SQLite misses what a process has to register with it.
pub(crate) fn is_of_the_orchestrator(said: &str) -> bool {
    [
        "no such function",
        "no such collation sequence",
        "no such module",
        "unknown function",
    ]
    .iter()
    .any(|missing| said.contains(missing))
}
