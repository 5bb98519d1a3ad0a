use crate::profile::ProfileError;
use crate::report::SweepReport;
use crate::store::{OpenError, ProjectError, SchemaError};
use crate::zombie::Id;

/// Why a sweep failed. Unless it is [`Partial`](Self::Partial), nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The profile cannot be used.
    #[error("failed to read the profile")]
    Profile(#[from] ProfileError),
    /// The schema does not fit the profile.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The project cannot be swept.
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
    /// The connection is in the midst of a transaction; a sweep needs its own.
    #[error("the connection has a transaction open: commit it or roll it back before the sweep")]
    TransactionOpen,
    /// SQLite failed.
    #[error("failed to {doing}")]
    Sqlite {
        /// What it was asked to do.
        doing: &'static str,
        /// What it said.
        source: rusqlite::Error,
    },
    /// It was told to stop while it waited for its second look.
    #[error("it was told to stop while it waited for its second look at what is silent")]
    Interrupted,
    /// The database failed at one zombie, so none of its transaction was reaped.
    #[error("failed to reap task {task_id}")]
    Reap {
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
    /// The queue's event table counts its rows with AUTOINCREMENT, and has come to the last number there is.
    #[error(
        "{table} has used up its row ids: AUTOINCREMENT has come to the last number there is, and no event can be \
         recorded; see sqlite_sequence"
    )]
    RowIdsUsedUp {
        /// The event table.
        table: String,
    },
    /// Some transactions were committed before the sweep stopped.
    #[error("the sweep stopped after {} committed transactions", .report.transactions)]
    Partial {
        /// What was committed.
        report: Box<SweepReport>,
        /// Why it stopped.
        source: Box<SweepError>,
    },
}

impl SweepError {
    /// Says what SQLite was asked to do when it failed.
    pub(crate) fn sqlite(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::missing(&source).unwrap_or(Self::Sqlite { doing, source })
    }

    /// Says which task SQLite failed on.
    pub(crate) fn reaping(task_id: &Id, source: rusqlite::Error) -> Self {
        let task_id = task_id.to_string();
        Self::missing(&source).unwrap_or(Self::Reap { task_id, source })
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

    /// The error behind a partial sweep, else this one.
    #[must_use]
    pub fn cause(&self) -> &Self {
        match self {
            Self::Partial { source, .. } => source.cause(),
            other => other,
        }
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

/// An error and what is behind it, in one line.
pub fn in_full(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        // SQLite's code behind its message often says the same again.
        if !said.ends_with(text.rsplit(": ").next().unwrap_or_default()) {
            text = text + ": " + &said;
        }
        cause = error.source();
    }
    text
}
