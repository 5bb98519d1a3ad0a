use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a ledger cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// There is none at this path.
    #[error("there is no ledger at {}", .0.display())]
    Missing(PathBuf),
    /// What is there is not the sweeper's own, or others may write it. It is left as it is.
    #[error("{} is not used as the ledger, and left as it is: {why}", .path.display())]
    Refused {
        /// The path.
        path: PathBuf,
        /// What speaks against it.
        why: String,
    },
    /// A newer version of the sweeper has made it.
    #[error(
        "the ledger {} is of version {version}, that of a newer sweeper; this one knows version {known}, and leaves it as it is",
        .path.display()
    )]
    Newer {
        /// The path.
        path: PathBuf,
        /// Its version.
        version: i32,
        /// The newest version known here.
        known: i32,
    },
    /// It is damaged.
    #[error("the ledger {} is damaged: {why}", .path.display())]
    Damaged {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another sweeper held it for too long.
    #[error("the ledger {} is held by another process", .0.display())]
    Busy(PathBuf),
    /// A file or a folder could not be read or made.
    #[error("failed to {doing} {}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It could not be read or written for another reason, such as a full disk.
    #[error("failed to use the ledger {}: {why}", .path.display())]
    Failed {
        /// The path.
        path: PathBuf,
        /// What was said.
        why: String,
    },
}

impl LedgerError {
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }

    /// An error and what is behind it, in one line.
    pub(super) fn in_full(&self) -> String {
        crate::error::in_full(self)
    }

    pub(super) fn refused(path: impl Into<PathBuf>, why: impl Into<String>) -> Self {
        Self::Refused {
            path: path.into(),
            why: why.into(),
        }
    }

    pub(super) fn another_programs(path: &Path) -> Self {
        Self::refused(path, "it is another program's database")
    }

    /// What SQLite says of the ledger at this path. A table or a column that is not there is damage: nobody else is to
    /// change them.
    pub(super) fn sqlite(path: impl Into<PathBuf>) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.into();
        move |error| {
            let why = error.to_string();
            let is_misshapen = matches!(
                error,
                rusqlite::Error::SqlInputError { .. }
                    | rusqlite::Error::InvalidColumnType(..)
                    | rusqlite::Error::FromSqlConversionFailure(..)
                    | rusqlite::Error::IntegralValueOutOfRange(..)
            );
            match error.sqlite_error_code() {
                Some(ErrorCode::Unknown) => Self::Damaged { path, why },
                _ if is_misshapen => Self::Damaged { path, why },
                Some(
                    ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::ConstraintViolation,
                ) => Self::Damaged { path, why },
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
                _ => Self::Failed { path, why },
            }
        }
    }
}
