use std::path::Path;

use rusqlite::Connection;

use super::open_error::OpenError;
use super::sqlite::{self, Kept, Left};
use crate::options::FileMark;
use crate::profile::Profile;

type Configure<'q> = dyn Fn(&mut Connection) -> rusqlite::Result<()> + 'q;

/// A queue by the path of its database, which is opened anew for each look and for each sweep.
///
/// ```no_run
/// use zombie_sweeper::store::Queue;
/// use zombie_sweeper::{Profile, SweepError, SweepOptions, sweep_zombie_tasks};
/// # let now = chrono::DateTime::from_timestamp(1_775_877_480, 0).unwrap();
/// let profile = Profile::default();
/// let queue = Queue::at("/srv/orchestra.db".as_ref(), &profile);
/// let report = queue.write(|conn| sweep_zombie_tasks(conn, &SweepOptions::at(now)))?;
/// # Ok::<(), SweepError>(())
/// ```
pub struct Queue<'q> {
    path: &'q Path,
    profile: &'q Profile,
    configure: Box<Configure<'q>>,
    go_on: Box<dyn Fn() -> bool + 'q>,
}

impl<'q> Queue<'q> {
    /// The queue in this `SQLite` database. Nothing is opened yet.
    #[must_use]
    pub fn at(path: &'q Path, profile: &'q Profile) -> Self {
        Self {
            path,
            profile,
            configure: Box::new(|_| Ok(())),
            go_on: Box::new(|| true),
        }
    }

    /// What is done to each connection before its first read: the place for a busy timeout.
    #[must_use]
    pub fn configured(self, configure: impl Fn(&mut Connection) -> rusqlite::Result<()> + 'q) -> Self {
        let configure = Box::new(configure);
        Self { configure, ..self }
    }

    /// What is asked while a copy of the database is made, which takes as long as it is large; where it says no, the
    /// reading fails with [`OpenError::Copy`].
    #[must_use]
    pub fn going_on(self, go_on: impl Fn() -> bool + 'q) -> Self {
        let go_on = Box::new(go_on);
        Self { go_on, ..self }
    }

    /// Which file stands there, for a [plan](crate::Planned::of_file) that is to be of no other. Opens none.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where none stands there that may be a database.
    pub fn which_file(&self) -> Result<FileMark, OpenError> {
        sqlite::which_file(self.path)
    }

    /// Opens the database to read it, hands over the connection, and returns what `look` found along with warnings of
    /// what could not be read as it should be.
    ///
    /// Makes no file beside the database and changes none, whoever opens or closes it meanwhile, and works on a read-only
    /// file system. Never silently stale: a log beside the database is read, in place or in a copy, or the reading fails.
    /// `look` may be called again, where the database changed under its eyes, or where it failed.
    ///
    /// Where this process [keeps](Self::keep) the database open, it is read through one connection more, which refuses to write.
    /// Not for a process that has other connections of its own to it, or opens one meanwhile: a POSIX system takes their
    /// locks away when the file is closed here, and `SQLite` makes them share what may not be written. It sweeps through one
    /// of them, with `dry_run`.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where it cannot be opened; else what `look` returns.
    pub fn read<T, E: From<OpenError>>(
        &self,
        look: impl FnMut(&mut Connection) -> Result<T, E>,
    ) -> Result<(T, Vec<String>), E> {
        sqlite::read(self.path, self.profile, &self.configure, &self.go_on, look)
    }

    /// Opens the database to sweep it, hands over the connection, and leaves the files around it as they were where
    /// nothing was written.
    ///
    /// Never creates a file. Foreign keys are enforced only where the profile says so. Checkpoints are left to the
    /// orchestrator while it is connected: `SQLite` before 3.51.3 can corrupt a database when two connections checkpoint
    /// and write at once.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where it cannot be opened and written; else what `sweep` returns.
    pub fn write<T, E: From<OpenError>>(
        &self,
        sweep: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        sqlite::sweep(self.path, self.profile, &self.configure, sweep)
    }

    /// Opens the database to watch and sweep it, and keeps it open.
    ///
    /// Never creates a database, nor copies it. It may be kept several times, each for a thread of its own, whatever the others are
    /// doing. As to close any descriptor of its file takes all locks of the process away, a queue opens none but `SQLite`'s own
    /// meanwhile, for whatever it is asked; whoever opens one otherwise does just that. Where another file comes to stand there,
    /// it is not opened before each of them is dropped: [`OpenError::Replaced`]. What holds for
    /// [`write`](Self::write) of checkpoints, and of what is left around the file, holds here for when it is dropped.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where it cannot be opened and written.
    pub fn keep(&self) -> Result<Kept, OpenError> {
        sqlite::keep(self.path, self.profile, &self.configure, None)
    }

    /// The same again, after what was kept open was dropped: another file may stand there by now.
    ///
    /// # Errors
    ///
    /// Those of [`keep`](Self::keep), and [`OpenError::LogLeft`] where the log of the file before it stands beside it.
    pub fn keep_after(&self, before: &Left) -> Result<Kept, OpenError> {
        sqlite::keep(self.path, self.profile, &self.configure, Some(before))
    }

    /// The same, to read: `SQLite` refuses every write. For one that this process keeps open besides to sweep it, and for who may
    /// write it.
    ///
    /// # Errors
    ///
    /// Those of [`keep`](Self::keep).
    pub fn keep_to_read(&self) -> Result<Kept, OpenError> {
        sqlite::keep_to_read(self.path, self.profile, &self.configure)
    }

    /// Opens the database to write to it what is undone again, hands over the connection, and leaves all files as they
    /// were. What a crash left behind it does not touch: [`OpenError::LeftBehind`].
    ///
    /// # Errors
    ///
    /// [`OpenError`] where it cannot be opened and written; else what `trial` returns.
    pub fn trial<T, E: From<OpenError>>(
        &self,
        trial: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        sqlite::trial(self.path, self.profile, &self.configure, trial)
    }
}
