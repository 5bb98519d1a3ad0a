use rusqlite::Connection;

use super::clock::clock;
use crate::error::SweepError;
use crate::options::SweepOptions;
use crate::report::UnparkReport;
use crate::store::{Opened, SqliteStore, Store};

/// Opens a task that a sweep has parked, named by its id as it is shown, with a `zombie_unparked` event, in one transaction.
/// Its silences are counted anew from then on. Of the options, *now*, the profile, the project and the actor count:
/// with a project, a task of another one is like one that is not there.
///
/// # Errors
///
/// Where no task has this id, or it is not parked, or not by a sweep; and where the database fails. Then nothing was written.
pub fn unpark_task(
    conn: &mut Connection,
    opts: &SweepOptions,
    task: &str,
) -> Result<UnparkReport, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let opened = Opened::read(conn, opts, clock())?;
    let unparked = SqliteStore::new(conn, &opened, opts)?.unpark(task)?;
    Ok(UnparkReport::new(
        opts,
        unparked.task_id,
        unparked.parked,
        unparked.status,
    ))
}
