use crate::profile::ProfileError;
use crate::report::SweepReport;
use crate::store::{OpenError, ProjectError, SchemaError, StoreError};

/// Why a sweep failed. Unless it is [`Partial`](Self::Partial), nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The database failed, or is none that can be swept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The profile cannot be used.
    #[error("failed to read the profile")]
    Profile(#[from] ProfileError),
    /// The connection is in the midst of a transaction; a sweep needs its own.
    #[error("the connection has a transaction open: commit it or roll it back before the sweep")]
    TransactionOpen,
    /// It was told to stop while it waited for its second look.
    #[error("it was told to stop while it waited for its second look at what is silent")]
    Interrupted,
    /// Some transactions were committed before the sweep stopped.
    #[error("the sweep stopped after {} committed transactions", .report.transactions)]
    Partial {
        /// What was committed.
        report: Box<SweepReport>,
        /// Why it stopped.
        source: Box<SweepError>,
    },
}

impl From<OpenError> for SweepError {
    fn from(error: OpenError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<SchemaError> for SweepError {
    fn from(error: SchemaError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<ProjectError> for SweepError {
    fn from(error: ProjectError) -> Self {
        StoreError::from(error).into()
    }
}

impl SweepError {
    /// The error behind a partial sweep, else this one.
    #[must_use]
    pub fn cause(&self) -> &Self {
        match self {
            Self::Partial { source, .. } => source.cause(),
            other => other,
        }
    }

    /// What the store said, where it was the store that failed.
    #[must_use]
    pub fn of_the_store(&self) -> Option<&StoreError> {
        match self.cause() {
            Self::Store(error) => Some(error),
            _ => None,
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
