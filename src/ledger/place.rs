//! Where a ledger may lie.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::entry::{absolute, folder_of};
use super::error::LedgerError;
use super::system;

/// What SQLite makes beside a database.
pub(super) const JOURNAL: &str = "-journal";
pub(super) const LOG: &str = "-wal";
pub(super) const LOG_INDEX: &str = "-shm";
pub(super) const BESIDE: [&str; 3] = [JOURNAL, LOG, LOG_INDEX];

/// Why a path cannot be that of a ledger, whatever lies there.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misplaced {
    /// It is the queue's.
    #[error(
        "{} is the queue's own: {what}. Expected a file that the sweeper has to itself, such as \
         /var/lib/zombie-sweeper/ledger.db",
        .path.display()
    )]
    Queue {
        /// The path.
        path: PathBuf,
        /// What of the queue it is.
        what: &'static str,
    },
    /// What SQLite makes beside it would be the queue.
    #[error(
        "{}, where SQLite keeps what belongs to such a ledger, is the queue's database. Expected a file that the sweeper has \
         to itself, such as /var/lib/zombie-sweeper/ledger.db",
        .0.display()
    )]
    BesideIt(PathBuf),
    /// It is a folder.
    #[error("{} is a folder. Expected a file, such as {}", .0.display(), .0.join("ledger.db").display())]
    Folder(PathBuf),
}

/// Refuses the path of a ledger that is a folder, or a file of the queue at `database`, or the one that SQLite would take the
/// queue for the journal or the log of.
///
/// # Errors
///
/// [`Misplaced`], which says what it is.
pub fn refuse_misplaced(ledger: &Path, database: &Path) -> Result<(), Misplaced> {
    if fs::metadata(ledger).is_ok_and(|found| found.is_dir()) {
        return Err(Misplaced::Folder(ledger.to_owned()));
    }
    let [asked, queue] = [ledger, database].map(absolute);
    let own = [
        ("", "its database"),
        (LOG, "its log"),
        (LOG_INDEX, "the index of its log"),
        (JOURNAL, "its journal"),
    ];
    for (suffix, what) in own {
        // By whichever of its names the database is called, its log stands beside one of them.
        let files = [&queue, database].map(|path| sibling(path, suffix));
        if files.iter().any(|file| is_same(&asked, file)) {
            return Err(Misplaced::Queue {
                path: ledger.to_owned(),
                what,
            });
        }
    }
    let mut beside = BESIDE
        .iter()
        .flat_map(|suffix| [&asked, ledger].map(|path| sibling(path, suffix)));
    match beside.find(|file| is_same(&absolute(file), &queue)) {
        Some(file) => Err(Misplaced::BesideIt(file)),
        None => Ok(()),
    }
}

fn is_same(asked: &Path, file: &Path) -> bool {
    if *asked == absolute(file) {
        return true;
    }
    let found = [asked, file].map(fs::metadata);
    // Where the system tells no file from another, their paths have to.
    cfg!(unix) && matches!(&found, [Ok(asked), Ok(file)] if system::identity(asked) == system::identity(file))
}

pub(super) fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// The path with its folder resolved, so that no link is left on the way but the last name, and what stands there.
pub(super) fn find(path: &Path) -> Result<(PathBuf, Option<Metadata>), LedgerError> {
    let folder = folder_of(path);
    let folder = match fs::canonicalize(folder) {
        Ok(folder) => folder,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((path.to_owned(), None)),
        Err(error) => return Err(LedgerError::io("enter the folder", folder)(error)),
    };
    let path = folder.join(path.file_name().unwrap_or_default());
    match fs::symlink_metadata(&path) {
        Ok(found) => Ok((path, Some(found))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((path, None)),
        Err(error) => Err(LedgerError::io("look at", path)(error)),
    }
}

/// What keeps a file from being a ledger at all, whoever reads it.
pub(super) fn objection(found: &Metadata) -> Option<&'static str> {
    if found.is_symlink() {
        Some("it is a symbolic link: name the file itself")
    } else if found.is_file() {
        None
    } else {
        Some("it is no file")
    }
}

/// Fails where what lies at this path, or beside it, or its folder, is not safely ours.
pub(super) fn refuse_others(path: &Path, found: &Metadata) -> Result<(), LedgerError> {
    let folder = folder_of(path);
    let its_folder = fs::metadata(folder).map_err(LedgerError::io("look at", folder))?;
    if let Some(why) = system::objection_to_folder(&its_folder) {
        return Err(LedgerError::refused(path, why));
    }
    refuse_what_is_not_ours(path, found)?;
    for suffix in BESIDE {
        let beside = sibling(path, suffix);
        if let Ok(found) = fs::symlink_metadata(&beside) {
            refuse_what_is_not_ours(&beside, &found)?;
        }
    }
    Ok(())
}

/// Makes the place ready to be written, the last folder and an empty file included, and returns the file's path, and what
/// stands there.
pub(super) fn prepare(asked: &Path) -> Result<(PathBuf, Metadata), LedgerError> {
    let folder = folder_of(asked);
    match system::create_folder(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists && !folder.is_dir() => {
            return Err(LedgerError::io("make the folder", folder)(error));
        }
        _ => {}
    }
    let (path, found) = find(asked)?;
    let folder = folder_of(&path);
    let its_folder = fs::metadata(folder).map_err(LedgerError::io("look at", folder))?;
    if let Some(why) = system::objection_to_folder(&its_folder) {
        return Err(LedgerError::refused(path, why));
    }
    if found.is_none() {
        match system::create(&path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(LedgerError::io("make the ledger", path)(error));
            }
            _ => {}
        }
    }
    let found = fs::symlink_metadata(&path).map_err(LedgerError::io("look at", &path))?;
    refuse_others(&path, &found)?;
    Ok((path, found))
}

fn refuse_what_is_not_ours(path: &Path, found: &Metadata) -> Result<(), LedgerError> {
    let objection = objection(found).map(str::to_owned);
    match objection.or_else(|| system::objection_to_file(found)) {
        Some(why) => Err(LedgerError::refused(path, why)),
        None => Ok(()),
    }
}
