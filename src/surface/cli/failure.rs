use std::io;

use zombie_sweeper::SweepError;
use zombie_sweeper::rusqlite::{self, ErrorCode};
use zombie_sweeper::store::{OpenError, ProjectError, SchemaError};

use super::exit::Exit;
use super::signals;

/// The exit code of a failure.
pub(crate) fn exit(error: &anyhow::Error) -> Exit {
    if let Some(exit) = signals::caught() {
        return exit;
    }
    error
        .chain()
        .find_map(|cause| cause.downcast_ref::<SweepError>().map(of_sweep))
        .unwrap_or_else(|| {
            error
                .chain()
                .find_map(|cause| cause.downcast_ref::<io::Error>().map(of_io))
                .unwrap_or(Exit::Failure)
        })
}

/// What to do about it, where the error itself cannot know.
pub(crate) fn hint(error: &anyhow::Error) -> Option<&'static str> {
    match error
        .chain()
        .find_map(|cause| cause.downcast_ref::<SweepError>())?
        .cause()
    {
        SweepError::Open(OpenError::Missing(_)) => Some("name the database with --db, or in ORCHESTRA_DB"),
        SweepError::Open(OpenError::Directory(_)) => Some("name the file in it with --db"),
        SweepError::Open(OpenError::ReadOnly(_)) => Some("--dry-run works all the same"),
        SweepError::Schema(SchemaError::Unfit(_)) => {
            Some("where the queue calls them something else, name them in a profile (--schema FILE)")
        }
        error if of_sweep(error) == Exit::Busy => Some("try again, or wait longer with --busy-timeout"),
        _ => None,
    }
}

fn of_sweep(error: &SweepError) -> Exit {
    match error.cause() {
        SweepError::Open(error) => of_open(error),
        SweepError::Profile(_) | SweepError::Schema(SchemaError::Unfit(_)) => Exit::Data,
        SweepError::Project(ProjectError::NoColumn | ProjectError::Unknown { .. }) => Exit::Usage,
        SweepError::MissingFunction { .. } => Exit::Unavailable,
        SweepError::Schema(SchemaError::Sqlite(source))
        | SweepError::Project(ProjectError::Sqlite(source))
        | SweepError::Sqlite { source, .. }
        | SweepError::Reap { source, .. } => of_sqlite(source),
        _ => Exit::Failure,
    }
}

fn of_open(error: &OpenError) -> Exit {
    match error {
        OpenError::Missing(_) | OpenError::Directory(_) | OpenError::NotAFile(_) => Exit::NoInput,
        OpenError::Empty(_) | OpenError::NotADatabase(_) | OpenError::Corrupt(..) => Exit::Data,
        OpenError::NotPermitted { .. } | OpenError::ReadOnly(_) => Exit::NoPermission,
        OpenError::Busy(_) => Exit::Busy,
        OpenError::Copy { .. } => Exit::Unavailable,
        OpenError::Io { source, .. } => of_io(source),
        OpenError::Sqlite { source, .. } => of_sqlite(source),
        _ => Exit::Failure,
    }
}

fn of_sqlite(error: &rusqlite::Error) -> Exit {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Exit::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Exit::Data,
        Some(ErrorCode::SystemIoFailure | ErrorCode::DiskFull) => Exit::Io,
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly | ErrorCode::CannotOpen) => Exit::NoPermission,
        _ => Exit::Failure,
    }
}

fn of_io(error: &io::Error) -> Exit {
    match error.kind() {
        io::ErrorKind::NotFound => Exit::NoInput,
        io::ErrorKind::PermissionDenied => Exit::NoPermission,
        _ => Exit::Io,
    }
}
