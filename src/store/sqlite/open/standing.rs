//! Whether a database that is kept open is still the one that its path leads to.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file::{File, look_at, sibling, system_error};
use super::lock::log_is_in_use;
use super::system::{self, Identity};
use crate::options::FileMark;
use crate::store::open_error::OpenError;

/// Which file it is, and where the system tells when it was made: the number of one that is gone may be given to another.
type Birth = (Identity, Option<SystemTime>);

fn birth(found: &Metadata) -> Birth {
    (system::identity(found), found.created().ok())
}

fn mark((identity, born): Birth) -> FileMark {
    FileMark::new(format!("{identity:?} {born:?}"))
}

/// [`Queue::which_file`](crate::store::Queue::which_file).
pub(in crate::store) fn which_file(path: &Path) -> Result<FileMark, OpenError> {
    look_at(path)?;
    let found = fs::metadata(path).map_err(|source| system_error(path, source))?;
    Ok(mark(birth(&found)))
}

/// A database and its log, as they stood when they were opened. It is looked at without opening either.
///
/// `SQLite` notices neither that another file was renamed over the database, so that it reads the old one with the new one's
/// log, nor that its log was taken away, so that it never again sees what others write.
#[derive(Clone)]
pub(super) struct Standing {
    /// Links resolved.
    pub(super) path: PathBuf,
    /// The path that was asked for, where links may come to lead elsewhere.
    asked: PathBuf,
    database: Birth,
    /// `None` where none stood there.
    pub(super) log: Option<Birth>,
}

impl Standing {
    /// Before `SQLite` opens it.
    pub(super) fn of(file: &File) -> Result<Self, OpenError> {
        Ok(Self {
            path: file.path.clone(),
            asked: file.asked.clone(),
            database: birth(&file.found()?),
            log: file.beside("-wal")?.as_ref().map(birth),
        })
    }

    /// Which file it is.
    pub(super) fn mark(&self) -> FileMark {
        mark(self.database)
    }

    /// Fails where the log is that of the database which stood there before: `SQLite` would take it for this one's, and fold
    /// the pages of the one into the other. Not where somebody has taken it so already, and goes on with it.
    pub(super) fn refuse_the_log_of(&self, before: &Self, file: &File) -> Result<(), OpenError> {
        let is_left = self.database != before.database && self.log.is_some() && self.log == before.log;
        if is_left && file.log_bytes()? > 0 && !log_is_in_use(file) {
            return Err(OpenError::LogLeft(self.path.clone()));
        }
        Ok(())
    }

    /// Notes the log that `SQLite` has begun since, where there was none: a database may come to keep one.
    pub(super) fn see_log(&mut self) -> Result<(), OpenError> {
        if self.log.is_none() {
            self.log = self.look_at(&sibling(&self.path, "-wal"))?;
        }
        Ok(())
    }

    /// Fails where another file stands in the place of either by now, or nothing, and where that cannot be told.
    pub(super) fn check(&self) -> Result<(), OpenError> {
        let is_there = |path: &Path, known: Birth| Ok(self.look_at(path)? == Some(known));
        let log = |log| is_there(&sibling(&self.path, "-wal"), log);
        let stands = is_there(&self.asked, self.database)?
            && is_there(&self.path, self.database)?
            && self.log.map_or(Ok(true), log)?;
        if stands {
            Ok(())
        } else {
            Err(OpenError::Replaced(self.path.clone()))
        }
    }

    fn look_at(&self, path: &Path) -> Result<Option<Birth>, OpenError> {
        match fs::metadata(path) {
            Ok(found) => Ok(Some(birth(&found))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(source) => Err(system_error(&self.path, source)),
        }
    }
}
