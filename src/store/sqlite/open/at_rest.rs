use std::fs::{self, Metadata};
use std::io::{ErrorKind, Read as _};
use std::thread;
use std::time::Duration;

use super::file::File;
use super::lock::is_about_to_be_written;
use super::system::{self, Identity, Times};
use crate::store::open_error::OpenError;

/// How the files of a database lie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// In WAL mode, all of it in the database file. Who has it open has not read yet.
    AtRest,
    /// With a log and its index.
    Log,
    /// With a log that holds something, and no index.
    LogAlone,
    /// In WAL mode, with a rollback journal.
    Journal,
    /// In another mode than WAL.
    Rollback,
}

impl Lie {
    pub(super) fn of(file: &File) -> Result<Self, OpenError> {
        let (log, index) = (file.beside("-wal")?, file.beside("-shm")?);
        let log_bytes = log.as_ref().map_or(0, Metadata::len);
        Ok(match (log, index) {
            _ if log_bytes == 0 && !says_wal(file)? => Self::Rollback,
            (Some(_), Some(_)) => Self::Log,
            _ if log_bytes > 0 => Self::LogAlone,
            _ if file.beside("-journal")?.is_some_and(|found| found.len() > 0) => Self::Journal,
            _ => Self::AtRest,
        })
    }
}

/// What tells whether anything was written while it was read without locks: each file, and the header of the database
/// with its change counter.
#[derive(PartialEq, Eq)]
pub(super) struct Fingerprint {
    files: [Option<(Identity, u64, Times)>; 4],
    header: [u8; HEADER],
}

const HEADER: usize = 100;

/// How far apart two writes must be for their times to differ: the system's clock for files ticks a hundred times a second
/// or more.
const TICK: Duration = Duration::from_millis(20);

impl Fingerprint {
    pub(super) fn of(file: &File) -> Result<Self, OpenError> {
        let print = |found: Metadata| (system::identity(&found), found.len(), system::times(&found));
        let database = file.found()?;
        Ok(Self {
            files: [
                Some(print(database)),
                file.beside("-wal")?.map(print),
                file.beside("-shm")?.map(print),
                file.beside("-journal")?.map(print),
            ],
            header: header(file)?,
        })
    }

    /// Waits until the next write would show. Where the clock of the files is another, that cannot be told.
    pub(super) fn of_settled(file: &File) -> Result<Self, OpenError> {
        let age = file
            .found()?
            .modified()
            .ok()
            .and_then(|written| written.elapsed().ok());
        if age.is_some_and(|age| age < TICK) {
            thread::sleep(TICK);
        }
        Self::of(file)
    }
}

/// Whether the journal beside it is one that the next to read plays back, by what `SQLite` goes by: it begins with something,
/// as one that was done with and kept does not, and nobody is about to write.
pub(super) fn has_hot_journal(file: &File) -> Result<bool, OpenError> {
    if file.beside("-journal")?.is_none_or(|found| found.len() == 0) {
        return Ok(false);
    }
    let mut first = [0];
    let path = file.sibling("-journal");
    let begins_with_something =
        match fs::File::open(&path).and_then(|mut journal| journal.read_exact(&mut first)) {
            Ok(()) => first != [0],
            Err(error) if error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::UnexpectedEof => {
                false
            }
            Err(source) => return Err(file.system_error(source)),
        };
    Ok(begins_with_something && !is_about_to_be_written(file))
}

/// Whether the header says so, where `SQLite` looks: at the version for readers. A connection that is told that the file
/// never changes says `delete` of any.
pub(super) fn says_wal(file: &File) -> Result<bool, OpenError> {
    Ok(header(file)?.get(19) == Some(&2))
}

/// Zeroes where the file is too short for one.
fn header(file: &File) -> Result<[u8; HEADER], OpenError> {
    let mut header = [0; HEADER];
    match system::read_start(&file.handle, &mut header) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok([0; HEADER]),
        Err(source) => Err(file.system_error(source)),
        Ok(()) => Ok(header),
    }
}
