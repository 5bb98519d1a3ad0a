use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::at_rest::{Lie, has_hot_journal};
use super::connect::connect;
use super::file::File;
use super::find::{Found, find};
use super::keep::Kept;
use super::names;
use crate::profile::Profile;
use crate::store::open_error::OpenError;

/// [`Queue::write`](crate::store::Queue::write).
pub(in crate::store) fn sweep<T, E: From<OpenError>>(
    path: &Path,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    sweep: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let alone = match find(path)? {
        Found::Alone(alone) => alone,
        Found::Kept(member) => return Kept::open(member, profile, configure)?.write(sweep),
    };
    let file = &alone.file;
    let mut conn = open(file, profile, configure)?;
    let swept = sweep(&mut conn);
    let has_written = conn.total_changes() > 0;
    if (has_written || swept.is_err()) && file.has_moved() {
        return Err(OpenError::Moved(file.path.clone()).into());
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
    let alone = match find(path)? {
        Found::Alone(alone) => alone,
        Found::Kept(member) => return Kept::open(member, profile, configure)?.look(trial),
    };
    let file = &alone.file;
    if has_hot_journal(file)? || Lie::of(file)? == Lie::LogAlone {
        return Err(OpenError::LeftBehind(file.path.clone()).into());
    }
    let mut conn = open(file, profile, configure)?;
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
