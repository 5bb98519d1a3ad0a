//! Where a database lies: its files, whose they are, and what they lie on.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::at_rest::says_wal;
use super::company::Company;
use super::file::{beside, system_error};
use super::find::{Found, find};
use super::site::{Mount, Owner, Room};
use super::{names, system};
use crate::store::open_error::OpenError;

/// Where a database lies. What the system does not tell is left out.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Place {
    /// The database file, links resolved.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// Its write-ahead log.
    pub log_bytes: Option<u64>,
    /// The index of its log.
    pub index_bytes: Option<u64>,
    /// Its rollback journal.
    pub journal_bytes: Option<u64>,
    /// Whether it keeps a write-ahead log, and no rollback journal.
    pub is_wal: bool,
    /// How many names it has on its file system.
    pub names: u64,
    /// Why this may be the wrong one of its names, so that it is neither read nor swept by it.
    pub wrong_name: Option<String>,
    /// When it was last written.
    pub modified: Option<DateTime<Utc>>,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// Whose its folder is.
    pub folder: Option<Owner>,
    /// Whose its log is.
    pub log_owner: Option<Owner>,
    /// Whose the index of the log is.
    pub index_owner: Option<Owner>,
    /// As whom this program runs.
    pub me: Option<u32>,
    /// Whether this program may write the file.
    pub may_write: bool,
    /// Whether it may make files beside it.
    pub may_write_folder: bool,
    /// What it lies on.
    pub mount: Option<Mount>,
    /// What room is left there.
    pub room: Option<Room>,
}

/// Looks at the files of a database, and reads no more of them than what it takes to tell how they lie. Where this process
/// keeps it open, none is opened.
///
/// Not for a process that has connections to the database other than [kept](super::Kept) ones: a POSIX system takes their
/// locks away when the file is closed here.
///
/// # Errors
///
/// [`OpenError`] where there is no such file, or it cannot be opened to be read.
pub fn look_at_place(path: &Path) -> Result<Place, OpenError> {
    let alone = match find(path)? {
        Found::Alone(alone) => alone,
        Found::Kept(member) => return place_of_kept(&member.company),
    };
    let file = &alone.file;
    let wrong_name = match names::refuse_the_wrong(file) {
        Ok(_) => None,
        Err(refused @ OpenError::SecondName { .. }) => Some(refused.to_string()),
        Err(error) => return Err(error),
    };
    let place = place(&file.path, &file.found()?)?;
    Ok(Place {
        is_wal: says_wal(file)?,
        wrong_name,
        ..place
    })
}

/// Of one that is kept open, and so by its right name.
pub(super) fn place_of_kept(company: &Company) -> Result<Place, OpenError> {
    let (path, checked) = {
        let standing = company.standing();
        (standing.path.clone(), standing.check())
    };
    checked?;
    let found = fs::metadata(&path).map_err(|source| system_error(&path, source))?;
    let place = place(&path, &found)?;
    Ok(Place {
        // Whoever has it open has made its log.
        is_wal: place.log_bytes.is_some(),
        ..place
    })
}

/// What can be told of it without opening it.
fn place(path: &Path, found: &Metadata) -> Result<Place, OpenError> {
    let (log, index, journal) = (
        beside(path, "-wal")?,
        beside(path, "-shm")?,
        beside(path, "-journal")?,
    );
    let folder = path.parent().unwrap_or(Path::new("/"));
    let owner = |found: &Option<Metadata>| found.as_ref().and_then(system::owner);
    Ok(Place {
        path: path.to_owned(),
        bytes: found.len(),
        log_bytes: log.as_ref().map(Metadata::len),
        index_bytes: index.as_ref().map(Metadata::len),
        journal_bytes: journal.as_ref().map(Metadata::len),
        is_wal: false,
        names: system::names(found),
        wrong_name: None,
        modified: found.modified().ok().map(DateTime::from),
        owner: system::owner(found),
        folder: owner(&fs::metadata(folder).ok()),
        log_owner: owner(&log),
        index_owner: owner(&index),
        me: system::me(),
        may_write: system::may_write(path),
        may_write_folder: system::may_write(folder),
        mount: system::mount(path),
        room: system::room(folder),
    })
}
