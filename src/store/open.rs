use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempDir;

use super::{OpenError, Profile};

/// How often a database that changes under our eyes is read anew before it is read under its locks.
const TRIES: usize = 3;

/// Opens an existing database to sweep it, hands over the connection, and leaves the files around it as they were
/// where nothing was written.
///
/// Never creates a file. Foreign keys are enforced only where the profile says so: an orchestrator that leaves
/// them off must not see rows cascade because of us. Checkpoints are left to the orchestrator while it is
/// connected: `SQLite` before 3.51.3 can corrupt a database when two connections checkpoint and write at once.
/// `configure` comes before the first read: the place for a busy timeout.
///
/// # Errors
///
/// [`OpenError`] where it cannot be opened and written; else what `sweep` returns.
pub fn sweep_database<T, E: From<OpenError>>(
    path: &Path,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    sweep: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let file = File::find(path)?;
    let wal_was_left = file.wal_bytes()? > 0;
    let mut conn = file.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let prepare = |conn: &mut Connection| {
        configure(conn)?;
        harden(conn)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, profile.foreign_keys())?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wal_was_left)?;
        conn.pragma_update(None, "wal_autocheckpoint", 0)
    };
    prepare(&mut conn).map_err(|error| file.error(error))?;
    if conn.is_readonly("main").map_err(|error| file.error(error))? {
        return Err(OpenError::ReadOnly(file.path).into());
    }
    first_read(&conn).map_err(|error| file.error(error))?;
    let swept = sweep(&mut conn);
    let has_written = conn.total_changes() > 0;
    if (has_written || swept.is_err()) && file.has_moved() {
        return Err(OpenError::Moved(file.path).into());
    }
    if has_written {
        // The last one out folds the log in. A failure leaves it to the next one: nothing is lost.
        let _ = conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    }
    swept
}

/// Opens an existing database to read it, hands over the connection, and returns what `look` found along with
/// warnings of what could not be read as it should be.
///
/// Writes nothing beside the database and works on a read-only file system. Never silently stale: a log beside the
/// database is read, in place or in a copy, or the reading fails. `look` may be called again, where the database
/// changed under its eyes.
///
/// Not for a process that has connections of its own to the database: a POSIX system takes their locks away when the
/// file is closed here. It sweeps through one of them, with `dry_run`.
///
/// # Errors
///
/// [`OpenError`] where it cannot be opened; else what `look` returns.
pub fn read_database<T, E: From<OpenError>>(
    path: &Path,
    configure: impl Fn(&mut Connection) -> rusqlite::Result<()>,
    mut look: impl FnMut(&mut Connection) -> Result<T, E>,
) -> Result<(T, Vec<String>), E> {
    let file = File::find(path)?;
    for _ in 0..TRIES {
        let before = file.fingerprint();
        let seen = match file.open_at_rest(&configure) {
            Ok(None) => break,
            Ok(Some(mut conn)) => look(&mut conn),
            Err(error) => Err(error.into()),
        };
        if file.fingerprint() == before {
            return seen.map(|seen| (seen, Vec::new()));
        }
    }
    let mut reading = file.open_in_place_or_copied(&configure)?;
    let seen = look(&mut reading.conn)?;
    Ok((seen, reading.warnings))
}

/// An existing database file, links resolved: a log stands beside the file itself.
struct File {
    path: PathBuf,
    identity: Identity,
}

/// What tells a file from another at the same path.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

#[cfg(unix)]
fn identity(found: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;

    (found.dev(), found.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}

/// An open connection, and what it reads where that is a copy.
struct Reading {
    conn: Connection,
    warnings: Vec<String>,
    _copy: Option<TempDir>,
}

/// What tells whether a file was changed: length and time of the database, its log and its journal.
type Fingerprint = [Option<(u64, Option<SystemTime>)>; 3];

impl File {
    fn find(path: &Path) -> Result<Self, OpenError> {
        let failed = |source: std::io::Error| match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => OpenError::Missing(path.into()),
            ErrorKind::PermissionDenied => OpenError::NotPermitted {
                path: path.into(),
                source,
            },
            _ => OpenError::Io {
                path: path.into(),
                source,
            },
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
        Ok(Self {
            path: fs::canonicalize(path).map_err(failed)?,
            identity: identity(&found),
        })
    }

    fn open(&self, flags: OpenFlags) -> Result<Connection, OpenError> {
        self.open_at(&self.path, flags)
    }

    /// A connection stays in its thread, so `SQLite` may spare itself a mutex for each call.
    fn open_at(&self, path: impl AsRef<Path>, flags: OpenFlags) -> Result<Connection, OpenError> {
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| self.open_error(error))
    }

    /// Opens a database in WAL mode that nobody has open, as it lies there: no lock, no file left behind. `None` where
    /// somebody may have it open, or where it is not in WAL mode: then its locks keep us right.
    fn open_at_rest(
        &self,
        configure: &impl Fn(&mut Connection) -> rusqlite::Result<()>,
    ) -> Result<Option<Connection>, OpenError> {
        let in_use =
            self.wal_bytes()? > 0 || self.beside("-shm")?.is_some() || self.beside("-journal")?.is_some();
        if in_use || !self.says_wal()? {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let mut conn = self.open_at(immutable_uri(&self.path), flags)?;
        configure(&mut conn)
            .and_then(|()| harden(&conn))
            .and_then(|()| first_read(&conn))
            .map_err(|error| self.error(error))?;
        Ok(Some(conn))
    }

    fn open_in_place_or_copied(
        &self,
        configure: &impl Fn(&mut Connection) -> rusqlite::Result<()>,
    ) -> Result<Reading, OpenError> {
        // Without its index a log can be read in place only by writing a new index beside it.
        let why = if self.wal_bytes()? > 0 && self.beside("-shm")?.is_none() {
            "its write-ahead log has no index beside it".to_owned()
        } else {
            let mut conn = self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            match configure(&mut conn)
                .and_then(|()| harden(&conn))
                .and_then(|()| first_read(&conn))
            {
                Ok(()) => {
                    return Ok(Reading {
                        conn,
                        warnings: Vec::new(),
                        _copy: None,
                    });
                }
                Err(error) if needs_to_write(&error) => error.to_string(),
                Err(error) => return Err(self.error(error)),
            }
        };
        let (folder, copy) = self.copy().map_err(|source| OpenError::Copy {
            path: self.path.clone(),
            why: why.clone(),
            source,
        })?;
        let mut conn = self.open_at(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        configure(&mut conn)
            .and_then(|()| harden(&conn))
            .and_then(|()| first_read(&conn))
            .map_err(|error| self.error(error))?;
        let warning =
            format!("the database could not be read in place ({why}); a copy of it, with its log, was read");
        Ok(Reading {
            conn,
            warnings: vec![warning],
            _copy: Some(folder),
        })
    }

    /// Copies the database with its log and its journal, all of one moment.
    fn copy(&self) -> std::io::Result<(TempDir, PathBuf)> {
        for _ in 0..TRIES {
            let before = self.fingerprint();
            let folder = tempfile::Builder::new().prefix("zombie-sweeper-").tempdir()?;
            let copy = folder.path().join("copy.db");
            fs::copy(&self.path, &copy)?;
            for suffix in ["-wal", "-journal"] {
                match fs::copy(sibling(&self.path, suffix), sibling(&copy, suffix)) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            if self.fingerprint() == before {
                return Ok((folder, copy));
            }
        }
        Err(std::io::Error::new(
            ErrorKind::ResourceBusy,
            "it kept changing while it was copied",
        ))
    }

    fn fingerprint(&self) -> Fingerprint {
        let print = |found: Metadata| (found.len(), found.modified().ok());
        [
            fs::metadata(&self.path).ok().map(print),
            fs::metadata(sibling(&self.path, "-wal")).ok().map(print),
            fs::metadata(sibling(&self.path, "-journal")).ok().map(print),
        ]
    }

    /// Whether the header says so, where `SQLite` looks: at the version for readers. A connection that is told that the
    /// file never changes says `delete` of any.
    fn says_wal(&self) -> Result<bool, OpenError> {
        let mut header = [0; 20];
        match fs::File::open(&self.path).and_then(|mut file| file.read_exact(&mut header)) {
            Ok(()) => Ok(header.ends_with(&[2])),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(source) => Err(self.system_error(source)),
        }
    }

    fn system_error(&self, source: std::io::Error) -> OpenError {
        let path = self.path.clone();
        match source.kind() {
            ErrorKind::PermissionDenied => OpenError::NotPermitted { path, source },
            _ => OpenError::Io { path, source },
        }
    }

    /// Whether something else stands at the path by now, or nothing. SQLite notices that in part only.
    fn has_moved(&self) -> bool {
        match fs::metadata(&self.path) {
            Ok(found) => identity(&found) != self.identity,
            Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        }
    }

    /// Why no file can be made beside the database, other than for want of permission: a full disk, no descriptors left.
    /// SQLite does not say.
    fn obstacle(&self) -> Option<std::io::Error> {
        let made = tempfile::tempfile_in(self.path.parent()?);
        made.err().filter(|error| {
            !matches!(
                error.kind(),
                ErrorKind::PermissionDenied
                    | ErrorKind::ReadOnlyFilesystem
                    | ErrorKind::NotFound
                    | ErrorKind::NotADirectory
            )
        })
    }

    fn wal_bytes(&self) -> Result<u64, OpenError> {
        Ok(self.beside("-wal")?.map_or(0, |found| found.len()))
    }

    /// What cannot be looked at may be there: to take it for absent would be to read without it.
    fn beside(&self, suffix: &str) -> Result<Option<Metadata>, OpenError> {
        match fs::metadata(sibling(&self.path, suffix)) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.system_error(source)),
        }
    }

    /// Why SQLite could not open the file: the system knows better than it.
    fn open_error(&self, error: rusqlite::Error) -> OpenError {
        match fs::File::open(&self.path) {
            Err(source) => self.system_error(source),
            Ok(_) => self.error(error),
        }
    }

    fn error(&self, error: rusqlite::Error) -> OpenError {
        let path = self.path.clone();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotADatabase(path),
            Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt(path, error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Busy(path),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => match self.obstacle() {
                Some(source) => OpenError::Beside { path, source },
                None => OpenError::ReadOnly(path),
            },
            _ if error.to_string().contains("unsupported file format") => OpenError::NotADatabase(path),
            _ => OpenError::Sqlite { path, source: error },
        }
    }
}

/// Damage to the schema is not ours to do. Double-quoted texts stay as SQLite has them by default: the queue's own
/// triggers may use them, and no statement of ours could be misread so.
fn harden(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)
        .map(drop)
}

/// The first read is where SQLite meets a file that is no database, a lock, or a log that it cannot read.
fn first_read(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))
}

/// Whether a database can be read only by one who may write beside it: a log without its index, or a journal to be
/// rolled back.
fn needs_to_write(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen)
    )
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn immutable_uri(path: &Path) -> String {
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
    uri + "?mode=ro&immutable=1"
}
