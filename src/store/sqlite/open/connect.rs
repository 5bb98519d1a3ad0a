use std::io::ErrorKind;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::file::sqlite_error;
use super::settings;
use crate::profile::Profile;
use crate::store::open_error::OpenError;

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
