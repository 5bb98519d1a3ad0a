//! Opens a ledger, and tells our own from anything else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::LedgerError;
use super::header::{APPLICATION_ID, VERSION};
use super::{header, place, turns};

/// How long to wait for another sweeper that enters its own.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a file is that may be a ledger.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing yet.
    Empty,
    /// A ledger of this version.
    Ledger(i32),
}

/// Opens what stands at a path that was prepared for a ledger, to write.
pub(super) fn to_write(path: &Path) -> Result<Connection, LedgerError> {
    header::check(path)?;
    connect(path).map_err(LedgerError::sqlite(path))
}

/// The same where it is safely ours, and nobody else may write what it says.
pub(super) fn own_to_read(asked: &Path) -> Result<(Connection, PathBuf, i32), LedgerError> {
    if let (path, Some(found)) = place::find(asked)? {
        place::refuse_others(&path, &found)?;
    }
    to_read(asked)
}

/// Opens the ledger at this path to read, and says of which version it is.
pub(super) fn to_read(asked: &Path) -> Result<(Connection, PathBuf, i32), LedgerError> {
    let (path, found) = place::find(asked)?;
    let Some(found) = found else {
        return Err(LedgerError::Missing(asked.to_owned()));
    };
    if let Some(why) = place::objection(&found) {
        return Err(LedgerError::refused(path, why));
    }
    header::check(&path)?;
    // Where whoever may write it was killed while it did, what is half done has to be undone before it can be read.
    let conn = connect(&path).map_err(LedgerError::sqlite(&path))?;
    conn.pragma_update(None, "query_only", true)
        .map_err(LedgerError::sqlite(&path))?;
    let _turn = turns::to_use();
    match at_one_moment(&conn, &path)? {
        Found::Ledger(version) => Ok((conn, path, version)),
        Found::Empty => Err(LedgerError::Missing(asked.to_owned())),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NOFOLLOW | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(PATIENCE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    Ok(conn)
}

/// What the file is, also where another sweeper is making it just now.
pub(super) fn at_one_moment(conn: &Connection, path: &Path) -> Result<Found, LedgerError> {
    let look = conn.unchecked_transaction().map_err(LedgerError::sqlite(path))?;
    identify(&look, path)
}

/// What the file is, as a transaction sees it; an error where it is neither nothing nor a ledger that is understood.
pub(super) fn identify(conn: &Connection, path: &Path) -> Result<Found, LedgerError> {
    let pragma = |name| conn.pragma_query_value(None, name, |row| row.get(0));
    let failed = || LedgerError::sqlite(path);
    let id: i32 = pragma("application_id").map_err(failed())?;
    let version: i32 = pragma("user_version").map_err(failed())?;
    if (id, version) == (0, 0) {
        let tables = "SELECT count(*) FROM main.sqlite_schema";
        let tables: i64 = conn.query_row(tables, [], |row| row.get(0)).map_err(failed())?;
        if tables == 0 {
            return Ok(Found::Empty);
        }
    }
    if id != APPLICATION_ID {
        return Err(LedgerError::refused(path, "it is another program's database"));
    }
    match version {
        1..=VERSION => Ok(Found::Ledger(version)),
        newer if newer > VERSION => Err(LedgerError::Newer {
            path: path.to_owned(),
            version,
            known: VERSION,
        }),
        _ => Err(LedgerError::Damaged {
            path: path.to_owned(),
            why: format!("it says that it is of version {version}"),
        }),
    }
}
