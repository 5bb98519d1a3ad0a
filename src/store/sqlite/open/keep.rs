use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::company::{Company, Member};
use super::connect::{connect, sweep_error};
use super::find::{Alone, Found, find};
use super::names;
use super::place::{Place, place_of_kept};
use super::standing::Standing;
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
    let member = match find(path)? {
        Found::Kept(member) => member,
        Found::Alone(alone) => begin(alone, before)?,
    };
    Kept::open(member, profile, configure)
}

/// [`Queue::keep_to_read`](crate::store::Queue::keep_to_read).
pub(in crate::store) fn keep_to_read(
    path: &Path,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
) -> Result<Kept, OpenError> {
    let kept = keep(path, profile, configure, None)?;
    kept.only_reads()?;
    Ok(kept)
}

/// Of a database that nobody keeps open here yet.
fn begin(alone: Alone, before: Option<&Left>) -> Result<Member, OpenError> {
    let file = &alone.file;
    let has_two_names = names::refuse_the_wrong(file)?.is_some();
    let mut standing = Standing::of(file)?;
    if let Some(Left(before)) = before {
        standing.refuse_the_log_of(before, file)?;
    }
    let log_was_left = file.log_bytes()? > 0;
    if !has_two_names {
        // An empty log that nobody has open may be deleted and made anew; which one `SQLite` joins is seen behind that.
        standing.log = None;
    }
    // Closed before `SQLite` opens it.
    alone.close().keep(standing, log_was_left)
}

/// A database that is kept open, to be watched and swept; see [`Queue::keep`](crate::store::Queue::keep).
pub struct Kept {
    conn: Connection,
    /// What the version of its data was before the last look began.
    seen: Option<i64>,
    /// Left once the connection is closed.
    member: Member,
}

/// What stood there while a database was kept open.
#[derive(Clone)]
pub struct Left(Standing);

impl Kept {
    /// Opens it with nothing but `SQLite`'s descriptors.
    pub(super) fn open(
        member: Member,
        profile: &Profile,
        configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    ) -> Result<Self, OpenError> {
        let path = member.company.standing().path.clone();
        let conn = connect(&path, member.company.log_was_left(), profile, configure)?;
        member.company.standing().see_log()?;
        let kept = Self {
            conn,
            seen: None,
            member,
        };
        // Else `SQLite` may have opened another file than the one that was looked at.
        match kept.check() {
            Err(OpenError::Replaced(path)) => Err(OpenError::MovedAtOnce(path)),
            checked => checked.map(|()| kept),
        }
    }

    /// Has `SQLite` refuse every write from now on.
    pub(super) fn only_reads(&self) -> Result<(), OpenError> {
        let only_reads = self.conn.pragma_update(None, "query_only", true);
        only_reads.map_err(|error| self.error(error))
    }

    fn company(&self) -> &Company {
        &self.member.company
    }

    fn error(&self, error: rusqlite::Error) -> OpenError {
        sweep_error(&self.company().standing().path, error)
    }

    /// What stood there, for [`Queue::keep_after`](crate::store::Queue::keep_after).
    #[must_use]
    pub fn left(&self) -> Left {
        Left(self.company().standing().clone())
    }

    /// Whether its path still leads to it, and the log beside it is its own. Opens neither.
    ///
    /// # Errors
    ///
    /// [`OpenError::Replaced`] where it is not so, and what the system says where it cannot be told. What is to be done is to
    /// drop this and to open it anew.
    pub fn check(&self) -> Result<(), OpenError> {
        self.company().standing().check()
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
    /// Those of [`check`](Self::check) and [`has_changed`](Self::has_changed), and [`OpenError::NotPlanned`] where the options are of a
    /// plan of another file; else what `sweep` returns.
    pub fn sweep<T, E: From<OpenError>>(
        &mut self,
        opts: &SweepOptions,
        sweep: impl FnOnce(&mut Connection, &SweepOptions) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check()?;
        self.see_that_it_is_planned(opts)?;
        self.company().standing().see_log()?;
        // Before the look, so that no commit can come between the two and be taken for seen; and not again after it.
        let version = self.data_version()?;
        let company = Arc::clone(&self.member.company);
        let is_to_be = Arc::new(move || company.standing().check().is_ok());
        let opts = SweepOptions {
            before_commit: Some(BeforeCommit(is_to_be)),
            ..opts.clone()
        };
        let swept = sweep(&mut self.conn, &opts);
        self.see_writes();
        self.seen = swept.is_ok().then_some(version);
        swept
    }

    /// Hands over the connection to read: fails where the file is not the one that was opened, before it or after it.
    ///
    /// # Errors
    ///
    /// Those of [`check`](Self::check); else what `look` returns.
    pub fn look<T, E: From<OpenError>>(
        &mut self,
        look: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check()?;
        self.company().standing().see_log()?;
        let seen = look(&mut self.conn);
        self.see_writes();
        self.check()?;
        seen
    }

    /// [`Queue::write`](crate::store::Queue::write), of one that is kept open besides.
    pub(super) fn write<T, E: From<OpenError>>(
        &mut self,
        write: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let written = write(&mut self.conn);
        self.see_writes();
        let has_written = self.conn.total_changes() > 0;
        match self.check() {
            Err(OpenError::Replaced(path)) if has_written || written.is_err() => {
                Err(OpenError::Moved(path).into())
            }
            _ => written,
        }
    }

    /// Where it lies. Opens none of its files.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where that cannot be told.
    pub fn place(&self) -> Result<Place, OpenError> {
        place_of_kept(self.company())
    }

    fn see_that_it_is_planned(&self, opts: &SweepOptions) -> Result<(), OpenError> {
        let standing = self.company().standing();
        let planned = opts.planned.as_ref();
        if planned.is_none_or(|planned| planned.is_of(&standing.mark())) {
            return Ok(());
        }
        Err(OpenError::NotPlanned(standing.path.clone()))
    }

    fn see_writes(&self) {
        if self.conn.total_changes() > 0 {
            self.company().wrote();
        }
    }

    fn data_version(&self) -> Result<i64, OpenError> {
        data_version(&self.conn).map_err(|error| self.error(error))
    }
}

impl Drop for Kept {
    /// The last one out folds the log in, where any of those of this process has written anything, or there was none before. A
    /// failure leaves it to the next one: nothing is lost.
    fn drop(&mut self) {
        self.see_writes();
        let leaves_log = self.check().is_err() || !self.company().folds_log();
        let no_checkpoint = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        let _ = self.conn.set_db_config(no_checkpoint, leaves_log);
    }
}
