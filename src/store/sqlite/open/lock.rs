use std::time::Duration;
use std::{fs, io, thread};

use super::file::File;
use super::system;
use crate::store::open_error::OpenError;

/// Where `SQLite` locks a database file, for every version of it: whoever waits to write asks for the first, whoever is about to
/// write has the second, readers share the others.
const PENDING: (i64, i64) = (0x4000_0000, 1);
const RESERVED: (i64, i64) = (0x4000_0001, 1);
const SHARED: (i64, i64) = (0x4000_0002, 510);

/// Where it locks the index of a log: every connection holds the last for reading.
const READERS: i64 = 123;
const LAST_READER: i64 = 127;
const CONNECTED: i64 = 128;

/// How often, and after what pause, it is tried again what somebody was just a moment faster to lock, or is about to write.
pub(super) const PAUSES: usize = 40;
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// A reader's lock on the database file. Nobody can take the exclusive lock until it is dropped, and it takes that one to
/// delete a log with its index, to leave or enter WAL mode, and to write while there is no log.
pub(super) struct Shared<'f>(&'f File);

impl<'f> Shared<'f> {
    /// `None` where somebody has locked all readers out.
    pub(super) fn take(file: &'f File) -> Result<Option<Self>, OpenError> {
        let lock = |(start, bytes)| {
            system::lock(&file.handle, start, bytes).map_err(|source| file.system_error(source))
        };
        if !lock(PENDING)? {
            return Ok(None);
        }
        let taken = lock(SHARED);
        system::unlock(&file.handle, PENDING.0, PENDING.1);
        Ok(taken?.then_some(Self(file)))
    }
}

impl Drop for Shared<'_> {
    fn drop(&mut self) {
        system::unlock(&self.0.handle, SHARED.0, SHARED.1);
    }
}

/// Locks of two readers of a log: one keeps what is in the log from being folded into the database, the other the log
/// from being begun anew. Writers go on at its end. Dropping it lets go.
pub(super) struct StillLog {
    _index: fs::File,
}

impl StillLog {
    /// `None` where there is no index, or where its locks cannot be had for longer than a while.
    pub(super) fn take(file: &File) -> io::Result<Option<Self>> {
        for _ in 0..PAUSES {
            let index = match fs::File::open(file.sibling("-shm")) {
                Ok(index) => index,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            };
            if system::lock(&index, READERS, 1)? && system::lock(&index, LAST_READER, 1)? {
                return Ok(Some(Self { _index: index }));
            }
            thread::sleep(PAUSE);
        }
        Ok(None)
    }
}

/// Whether anybody has the log beside the file open.
pub(super) fn log_is_in_use(file: &File) -> bool {
    fs::File::open(file.sibling("-shm")).is_ok_and(|index| system::is_locked(&index, CONNECTED, 1))
}

/// Whether somebody is in the middle of a transaction that writes, where there is no log.
pub(super) fn is_about_to_be_written(file: &File) -> bool {
    system::is_locked(&file.handle, RESERVED.0, RESERVED.1)
}
