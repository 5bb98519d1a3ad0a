use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

use crate::profile::Profile;

/// A connection stays in its thread, so `SQLite` may spare itself a mutex for each call.
pub(super) fn connect(path: impl AsRef<Path>, flags: OpenFlags) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// The settings of every connection, to read or to sweep: what the one accepts the other does.
///
/// Foreign keys are enforced only where the profile says so: an orchestrator that leaves them off must not see rows
/// cascade because of us. Damage to the schema is not ours to do. Double-quoted texts stay as SQLite has them by default:
/// the queue's own triggers may use them, and no statement of ours could be misread so.
pub(super) fn apply(conn: &Connection, profile: &Profile) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, profile.foreign_keys())?;
    Ok(())
}

/// Keeps every lock until the connection is closed, and never opens a log that others might share: a connection that
/// only reads fails with [`is_shared_log`] instead, so that it cannot make one.
pub(super) fn keep_locks(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")
}

/// Whether a connection that keeps its locks met a database in WAL mode.
pub(super) fn is_shared_log(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == ffi::SQLITE_IOERR_LOCK)
}

/// The first read is where `SQLite` meets a file that is no database, a lock, or a log that it cannot read.
pub(super) fn first_read(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))
}
