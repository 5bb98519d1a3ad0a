use std::io::ErrorKind;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::at_rest::{Lie, has_hot_journal};
use super::file::{File, sqlite_error};
use super::{names, settings};
use crate::profile::Profile;
use crate::store::open_error::OpenError;

/// [`Queue::write`](crate::store::Queue::write).
pub(in crate::store) fn sweep<T, E: From<OpenError>>(
    path: &Path,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    sweep: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let file = File::find(path)?;
    let mut conn = open(&file, profile, configure)?;
    let swept = sweep(&mut conn);
    let has_written = conn.total_changes() > 0;
    if (has_written || swept.is_err()) && file.has_moved() {
        return Err(OpenError::Moved(file.path).into());
    }
    if has_written {
        // The last one out folds the log in. A failure leaves it to the next one: nothing is lost.
        let _ = conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    }
    swept
}

/// [`Queue::trial`](crate::store::Queue::trial).
pub(in crate::store) fn trial<T, E: From<OpenError>>(
    path: &Path,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    trial: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let file = File::find(path)?;
    if has_hot_journal(&file)? || Lie::of(&file)? == Lie::LogAlone {
        return Err(OpenError::LeftBehind(file.path).into());
    }
    let mut conn = open(&file, profile, configure)?;
    trial(&mut conn)
}

fn open(
    file: &File,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
) -> Result<Connection, OpenError> {
    // Held until the log is joined by which this was known for the right name.
    let _stays = names::refuse_the_wrong(file)?;
    let conn = connect(&file.path, file.log_bytes()? > 0, profile, configure)?;
    // Else `SQLite` may have opened another file than the one that was looked at, and that is watched until the end.
    if file.has_moved() {
        return Err(OpenError::MovedAtOnce(file.path.clone()));
    }
    Ok(conn)
}

/// Opens what stands at this path to write it, and reads for the first time. A log that was left there stays there when the
/// connection is closed, and another does not.
pub(super) fn connect(
    path: &Path,
    log_was_left: bool,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
) -> Result<Connection, OpenError> {
    let failed = |error| sweep_error(path, error);
    let mut conn = settings::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    let prepare = |conn: &mut Connection| {
        configure(conn)?;
        settings::apply(conn, profile)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, log_was_left)?;
        conn.pragma_update(None, "wal_autocheckpoint", 0)
    };
    prepare(&mut conn).map_err(failed)?;
    if conn.is_readonly("main").map_err(failed)? {
        return Err(OpenError::ReadOnly(path.into()));
    }
    settings::first_read(&conn).map_err(failed)?;
    Ok(conn)
}

/// A sweep needs to write, to the file and beside it.
pub(super) fn sweep_error(path: &Path, error: rusqlite::Error) -> OpenError {
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => match obstacle(path) {
            Some(source) => OpenError::Beside {
                path: path.into(),
                source,
            },
            None => OpenError::ReadOnly(path.into()),
        },
        _ => sqlite_error(path, error),
    }
}

/// Why no file can be made beside the database, other than for want of permission: a full disk, no descriptors left.
/// `SQLite` does not say.
fn obstacle(path: &Path) -> Option<std::io::Error> {
    let made = tempfile::tempfile_in(path.parent()?);
    made.err().filter(|error| {
        !matches!(
            error.kind(),
            ErrorKind::PermissionDenied
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::NotFound
                | ErrorKind::NotADirectory
        )
    })
}
