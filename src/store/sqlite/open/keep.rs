use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::file::File;
use super::names;
use super::standing::Standing;
use super::sweep::{connect, sweep_error};
use crate::options::{BeforeCommit, SweepOptions};
use crate::profile::Profile;
use crate::store::open_error::OpenError;
use crate::store::sqlite::store::data_version;

/// [`Queue::keep`](crate::store::Queue::keep).
pub(in crate::store) fn keep(
    path: &Path,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    before: Option<&Left>,
) -> Result<Kept, OpenError> {
    let (mut standing, log_was_left, has_two_names) = {
        let file = File::find(path)?;
        let has_two_names = names::refuse_the_wrong(&file)?.is_some();
        let standing = Standing::of(&file)?;
        if let Some(Left(before)) = before {
            standing.refuse_the_log_of(before, &file)?;
        }
        (standing, file.log_bytes()? > 0, has_two_names)
    }; // closed before `SQLite` opens it
    if !has_two_names {
        // An empty log that nobody has open may be deleted and made anew; which one `SQLite` joins is seen behind that.
        standing.log = None;
    }
    let conn = connect(&standing.path, log_was_left, profile, configure)?;
    standing.see_log()?;
    // Else `SQLite` may have opened another file than the one that was looked at.
    match standing.check() {
        Err(OpenError::Replaced(path)) => return Err(OpenError::MovedAtOnce(path)),
        checked => checked?,
    }
    Ok(Kept {
        conn,
        standing,
        seen: None,
    })
}

/// [`Queue::beside`](crate::store::Queue::beside).
pub(in crate::store) fn beside(
    open: &Kept,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
) -> Result<Kept, OpenError> {
    open.check()?;
    let standing = open.standing.clone();
    let conn = connect(&standing.path, true, profile, configure)?;
    standing.check()?;
    Ok(Kept {
        conn,
        standing,
        seen: None,
    })
}

/// A database that is kept open, to be watched and swept; see [`Queue::keep`](crate::store::Queue::keep).
pub struct Kept {
    conn: Connection,
    standing: Standing,
    /// What the version of its data was before the last look began.
    seen: Option<i64>,
}

/// What stood there while a database was kept open.
#[derive(Clone)]
pub struct Left(Standing);

impl Kept {
    /// What stood there, for [`Queue::keep_after`](crate::store::Queue::keep_after).
    #[must_use]
    pub fn left(&self) -> Left {
        Left(self.standing.clone())
    }

    /// Whether its path still leads to it, and the log beside it is its own. Opens neither.
    ///
    /// # Errors
    ///
    /// [`OpenError::Replaced`] where it is not so, and what the system says where it cannot be told. What is to be done is to
    /// drop this and to open it anew.
    pub fn check(&self) -> Result<(), OpenError> {
        self.standing.check()
    }

    /// Whether anybody else has committed since the last sweep began to look, or none has looked yet. Takes some
    /// microseconds, and no transaction.
    ///
    /// What we commit ourselves is no change; what others commit while we sweep is one.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where the database is locked, or fails.
    pub fn has_changed(&self) -> Result<bool, OpenError> {
        let Some(seen) = self.seen else {
            return Ok(true);
        };
        Ok(self.data_version()? != seen)
    }

    /// Hands over the connection, and the options for a sweep of it: each of its commits is refused where the file is not
    /// the one that was opened any more.
    ///
    /// # Errors
    ///
    /// Those of [`check`](Self::check) and [`has_changed`](Self::has_changed); else what `sweep` returns.
    pub fn sweep<T, E: From<OpenError>>(
        &mut self,
        opts: &SweepOptions,
        sweep: impl FnOnce(&mut Connection, &SweepOptions) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check()?;
        self.standing.see_log()?;
        // Before the look, so that no commit can come between the two and be taken for seen; and not again after it.
        let version = self.data_version()?;
        let standing = self.standing.clone();
        let is_to_be = Arc::new(move || standing.check().is_ok());
        let opts = SweepOptions {
            before_commit: Some(BeforeCommit(is_to_be)),
            ..opts.clone()
        };
        let swept = sweep(&mut self.conn, &opts);
        self.seen = swept.is_ok().then_some(version);
        swept
    }

    /// The connection, to ask it something.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.conn
    }

    fn data_version(&self) -> Result<i64, OpenError> {
        data_version(&self.conn).map_err(|error| sweep_error(&self.standing.path, error))
    }
}

impl Drop for Kept {
    /// The last one out folds the log in, where anything was written. A failure leaves it to the next one: nothing is lost.
    fn drop(&mut self) {
        let leaves_log = self.check().is_err();
        if leaves_log || self.conn.total_changes() > 0 {
            let no_checkpoint = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            let _ = self.conn.set_db_config(no_checkpoint, leaves_log);
        }
    }
}
