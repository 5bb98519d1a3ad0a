use std::io;

use zombie_sweeper::rusqlite::{self, ErrorCode};
use zombie_sweeper::store::{OpenError, ProjectError, SchemaError, StoreError};
use zombie_sweeper::{SweepError, in_full};

use super::exit::Exit;
use super::lost::LostSummary;
use super::signals;
use super::verbs::{Misfit, OutOfScope, PlannedByAnother};

/// The exit code of a failure.
pub(crate) fn exit(error: &anyhow::Error) -> Exit {
    if let Some(exit) = signals::caught() {
        return exit;
    }
    if error.is::<LostSummary>() {
        return Exit::Io;
    }
    if error.is::<OutOfScope>() || error.is::<PlannedByAnother>() {
        return Exit::Usage;
    }
    if let Some(misfit) = error.downcast_ref::<Misfit>() {
        return match misfit {
            Misfit::Guess => Exit::Usage,
            Misfit::Unnamed { .. } | Misfit::Several(_) | Misfit::All { .. } => Exit::Data,
        };
    }
    if let Some(error) = of_the_store(error) {
        return of_store(error);
    }
    let mut causes = error.chain();
    if causes.any(|cause| matches!(cause.downcast_ref(), Some(SweepError::Profile(_)))) {
        return Exit::Data;
    }
    let mut causes = error.chain();
    causes
        .find_map(|cause| cause.downcast_ref::<io::Error>().map(of_io))
        .unwrap_or(Exit::Failure)
}

/// What the store said, where it was the store that failed.
pub(crate) fn of_the_store(error: &anyhow::Error) -> Option<&StoreError> {
    error.chain().find_map(|cause| {
        let of_a_sweep = cause
            .downcast_ref::<SweepError>()
            .and_then(SweepError::of_the_store);
        of_a_sweep.or_else(|| cause.downcast_ref())
    })
}

/// Whether what was asked for is understood, and the queue does not stand so that it can be done.
pub(crate) fn is_conflict(error: &anyhow::Error) -> bool {
    let is_by_another_profile = error.is::<PlannedByAnother>();
    is_by_another_profile
        || matches!(
            of_the_store(error),
            Some(
                StoreError::NotParked { .. }
                    | StoreError::Parking(_)
                    | StoreError::Open(OpenError::NotPlanned(_))
            )
        )
}

/// What happened, and what to do about it.
pub(crate) fn text(error: &anyhow::Error) -> String {
    let failed = error.chain().find_map(|cause| cause.downcast_ref::<SweepError>());
    match (signals::name(), failed, hint(error)) {
        // A wait that is cut short fails like one that was too short; that is not what happened.
        (Some(signal), Some(SweepError::Partial { .. }), _) => {
            format!("stopped by {signal}; what was under way was rolled back")
        }
        (Some(signal), Some(_), _) => format!("stopped by {signal}; nothing was written"),
        (_, _, Some(hint)) => format!("{}; {hint}", in_full(error.as_ref())),
        (_, _, None) => in_full(error.as_ref()),
    }
}

/// Where the error itself cannot know.
fn hint(error: &anyhow::Error) -> Option<&'static str> {
    if signals::file_size_limit_was_reached() && exit(error) == Exit::Io {
        return Some("a file has reached the size that the limit allows (`ulimit -f`)");
    }
    match of_the_store(error)? {
        StoreError::Open(OpenError::Missing(_)) => Some("name the database with --db, or in ORCHESTRA_DB"),
        StoreError::Open(OpenError::Directory(_)) => Some("name the file in it with --db"),
        StoreError::Open(OpenError::ReadOnly(_)) => {
            Some("what only reads, such as a sweep with --dry-run, works all the same")
        }
        StoreError::Sqlite { source, .. }
        | StoreError::Reap { source, .. }
        | StoreError::Unpark { source, .. }
            if source.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) =>
        {
            Some("run `PRAGMA integrity_check`, and restore or recover it")
        }
        StoreError::Sqlite { source, .. }
        | StoreError::Reap { source, .. }
        | StoreError::Unpark { source, .. }
            if source.sqlite_error_code() == Some(ErrorCode::CannotOpen) =>
        {
            Some("no file could be made beside it: has the disk room left, for more files (inodes) too?")
        }
        error @ (StoreError::Sqlite { .. } | StoreError::Reap { .. } | StoreError::Unpark { .. })
            if of_store(error) == Exit::NoPermission =>
        {
            Some(
                "its file, its directory or its mount is read-only; what only reads, such as a sweep with --dry-run, works all the same",
            )
        }
        error if of_store(error) == Exit::Busy => Some("try again, or wait longer with --busy-timeout"),
        _ => None,
    }
}

/// Whether the database does not know the project.
pub(crate) fn is_unknown_project(error: &anyhow::Error) -> bool {
    matches!(
        of_the_store(error),
        Some(StoreError::Project(ProjectError::Unknown { .. }))
    )
}

/// Whether it shows a place in a file, which takes several lines.
pub(crate) fn shows_lines(error: &anyhow::Error) -> bool {
    let cause = error.chain().find_map(|cause| cause.downcast_ref::<SweepError>());
    matches!(cause, Some(SweepError::Profile(_)))
}

fn of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::Open(error) => of_open(error),
        StoreError::Schema(SchemaError::Unfit(_) | SchemaError::Condition { .. } | SchemaError::NoTable) => {
            Exit::Data
        }
        StoreError::Project(ProjectError::NoColumn | ProjectError::Unknown { .. })
        | StoreError::UnknownTask { .. }
        | StoreError::UnknownTaskOfProject { .. }
        | StoreError::Parking(_) => Exit::Usage,
        StoreError::MissingFunction { .. } => Exit::Unavailable,
        StoreError::Schema(SchemaError::Sqlite(source))
        | StoreError::Project(ProjectError::Sqlite(source))
        | StoreError::Sqlite { source, .. }
        | StoreError::Reap { source, .. }
        | StoreError::Unpark { source, .. } => of_sqlite(source),
        _ => Exit::Failure,
    }
}

fn of_open(error: &OpenError) -> Exit {
    match error {
        OpenError::Missing(_)
        | OpenError::Directory(_)
        | OpenError::NotAFile(_)
        | OpenError::PathTooLong(_) => Exit::NoInput,
        OpenError::Empty(_)
        | OpenError::NotADatabase(_)
        | OpenError::Corrupt(..)
        | OpenError::SecondName { .. }
        | OpenError::LogLeft(_) => Exit::Data,
        OpenError::NotPermitted { .. } | OpenError::ReadOnly(_) => Exit::NoPermission,
        OpenError::Moved(_)
        | OpenError::MovedAtOnce(_)
        | OpenError::Replaced(_)
        | OpenError::NotPlanned(_) => Exit::Io,
        OpenError::Busy(_) | OpenError::InUseHere(_) | OpenError::Unsteady(_) => Exit::Busy,
        OpenError::Copy { source, .. } => of_copy(source),
        OpenError::Beside { source, .. } | OpenError::Io { source, .. } => of_io(source),
        OpenError::Sqlite { source, .. } => of_sqlite(source),
        _ => Exit::Failure,
    }
}

fn of_sqlite(error: &rusqlite::Error) -> Exit {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            Exit::Busy
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Exit::Data,
        // Where it is for want of permission that a file cannot be made, SQLite says that the database is read-only.
        Some(ErrorCode::SystemIoFailure | ErrorCode::DiskFull | ErrorCode::CannotOpen) => Exit::Io,
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => Exit::NoPermission,
        _ => Exit::Failure,
    }
}

/// What is missing here is a place for a copy, not the database.
fn of_copy(error: &io::Error) -> Exit {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Exit::NoPermission,
        io::ErrorKind::ResourceBusy => Exit::Busy,
        _ => Exit::Io,
    }
}

fn of_io(error: &io::Error) -> Exit {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::IsADirectory => Exit::NoInput,
        io::ErrorKind::InvalidData => Exit::Data,
        io::ErrorKind::PermissionDenied => Exit::NoPermission,
        _ => Exit::Io,
    }
}
