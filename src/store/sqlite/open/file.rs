use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::system::{self, Identity};
use crate::store::open_error::OpenError;

/// How long a path `SQLite` takes: 512 bytes, of which it keeps eight for the `-journal` behind it.
const LONGEST_PATH: usize = 504;

/// An existing database file, links resolved: a log stands beside the file itself.
pub(super) struct File {
    pub(super) path: PathBuf,
    /// The path that was asked for, where links may come to lead elsewhere.
    pub(super) asked: PathBuf,
    /// Held open until all is done: to close it would take away the locks that `SQLite` has on it in this process.
    pub(super) handle: fs::File,
    pub(super) identity: Identity,
}

impl File {
    /// Opens what was found at a path.
    pub(super) fn open(asked: &Path, path: PathBuf) -> Result<Self, OpenError> {
        let failed = |source| system_error(&path, source);
        let handle = fs::File::open(&path).map_err(failed)?;
        let found = handle.metadata().map_err(failed)?;
        let file = Self {
            asked: asked.into(),
            handle,
            identity: system::identity(&found),
            path,
        };
        // To open a pipe in their place would wait for ever.
        for suffix in ["-wal", "-shm", "-journal"] {
            if file.beside(suffix)?.is_some_and(|found| !found.is_file()) {
                return Err(OpenError::NotAFile(file.sibling(suffix)));
            }
        }
        Ok(file)
    }

    /// The file that was opened, wherever it is by now.
    pub(super) fn found(&self) -> Result<Metadata, OpenError> {
        self.handle.metadata().map_err(|source| self.system_error(source))
    }

    /// What cannot be looked at may be there: to take it for absent would be to read without it.
    pub(super) fn beside(&self, suffix: &str) -> Result<Option<Metadata>, OpenError> {
        beside(&self.path, suffix)
    }

    pub(super) fn log_bytes(&self) -> Result<u64, OpenError> {
        Ok(self.beside("-wal")?.map_or(0, |found| found.len()))
    }

    pub(super) fn sibling(&self, suffix: &str) -> PathBuf {
        sibling(&self.path, suffix)
    }

    /// Whether something else stands at its path by now, or nothing. `SQLite` notices that in part only.
    pub(super) fn has_moved(&self) -> bool {
        [&self.asked, &self.path]
            .iter()
            .any(|path| match fs::metadata(path) {
                Ok(found) => system::identity(&found) != self.identity,
                Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
            })
    }

    pub(super) fn system_error(&self, source: io::Error) -> OpenError {
        system_error(&self.path, source)
    }

    pub(super) fn error(&self, error: rusqlite::Error) -> OpenError {
        sqlite_error(&self.path, error)
    }
}

/// What stands at a path, links resolved, where it may be a database.
pub(super) fn look_at(path: &Path) -> Result<(PathBuf, Identity), OpenError> {
    let failed = |source: io::Error| match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => OpenError::Missing(path.into()),
        _ => system_error(path, source),
    };
    let found = fs::metadata(path).map_err(failed)?;
    if found.is_dir() {
        return Err(OpenError::Directory(path.into()));
    }
    if !found.is_file() {
        return Err(OpenError::NotAFile(path.into()));
    }
    if found.len() == 0 {
        return Err(OpenError::Empty(path.into()));
    }
    let resolved = fs::canonicalize(path).map_err(failed)?;
    if resolved.as_os_str().len() > LONGEST_PATH {
        return Err(OpenError::PathTooLong(resolved));
    }
    Ok((resolved, system::identity(&found)))
}

/// What `SQLite` said of the database at this path.
pub(super) fn sqlite_error(path: &Path, error: rusqlite::Error) -> OpenError {
    let path = path.into();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase(path),
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt(path, error.to_string()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Busy(path),
        _ if error.to_string().contains("unsupported file format") => OpenError::NotADatabase(path),
        _ => OpenError::Sqlite { path, source: error },
    }
}

pub(super) fn system_error(path: &Path, source: io::Error) -> OpenError {
    let path = path.into();
    match source.kind() {
        ErrorKind::PermissionDenied => OpenError::NotPermitted { path, source },
        _ => OpenError::Io { path, source },
    }
}

pub(super) fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// What stands beside the database at this path.
pub(super) fn beside(path: &Path, suffix: &str) -> Result<Option<Metadata>, OpenError> {
    match fs::metadata(sibling(path, suffix)) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(system_error(path, source)),
    }
}

/// The path as a URI for `SQLite`, with these parameters.
pub(super) fn uri(path: &Path, parameters: &str) -> String {
    use std::fmt::Write as _;

    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(*byte));
            }
            byte => {
                let _ = write!(uri, "%{byte:02X}"); // writing to a String cannot fail
            }
        }
    }
    uri + "?" + parameters
}
