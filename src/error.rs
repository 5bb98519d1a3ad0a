use crate::report::SweepReport;
use crate::store::{OpenError, ProfileError, ProjectError, SchemaError};
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
    /// One zombie could not be reaped, so none of its transaction was.
    #[error("failed to reap task {task_id}")]
    Reap {
        /// The task.
        task_id: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A trigger of the queue uses a function that only the orchestrator's own process has.
    #[error(
        "a trigger on the queue's tables calls a function that only the orchestrator's own process registers \
         ({message}): sweep from within it, through the library, or drop the trigger"
    )]
    MissingFunction {
        /// What SQLite said.
        message: String,
    },
    /// A trigger of the queue swallowed a part of a reap: its event, or the end of a run.
    #[error("a trigger kept the event or a run of task {task_id} from being written, so its reap was undone")]
    Swallowed {
        /// The task whose reap was undone.
        task_id: String,
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
        move |source| {
            let message = source.to_string();
            if message.contains("no such function") {
                Self::MissingFunction { message }
            } else {
                Self::Sqlite { doing, source }
            }
        }
    }

    /// Says which task SQLite failed on.
    pub(crate) fn reaping(task_id: &Id, source: rusqlite::Error) -> Self {
        let task_id = task_id.to_string();
        match source {
            rusqlite::Error::StatementChangedRows(_) => Self::Swallowed { task_id },
            source => Self::Reap { task_id, source },
        }
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
