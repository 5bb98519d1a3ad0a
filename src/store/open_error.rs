use std::path::PathBuf;

/// A database that cannot be opened for what is wanted of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Nothing is there. It is not created.
    #[error("no database at {0}: expected an existing SQLite file, and none is created")]
    Missing(PathBuf),
    /// Something else is there.
    #[error("{0} is a directory: expected a SQLite database file")]
    Directory(PathBuf),
    /// A socket, a pipe or a device is there, or in the place of its log, index or journal.
    #[error("{0} is not a regular file: expected a file of a SQLite database")]
    NotAFile(PathBuf),
    /// A file of 0 bytes is there.
    #[error("{0} is empty (0 bytes): expected a SQLite database with the queue's tables")]
    Empty(PathBuf),
    /// The file is something else.
    #[error("{0} is not a SQLite database, or it is encrypted or of a newer format than this program reads")]
    NotADatabase(PathBuf),
    /// SQLite found it broken.
    #[error(
        "{0} is corrupt ({1}): run `PRAGMA integrity_check` and restore or recover it; nothing was written"
    )]
    Corrupt(PathBuf, String),
    /// Its path is longer than SQLite can take.
    #[error(
        "the path {0} is too long for SQLite, which takes up to 504 bytes once links are resolved: move the database, \
         or mount its folder, to where the path is shorter"
    )]
    PathTooLong(PathBuf),
    /// The file has another name, and its log may stand beside that.
    #[error(
        "{path} may be the wrong name of the database ({second}), and its log and journal stand beside the right one: \
         expected the path by which the orchestrator opens it; name that, and mount folders rather than single files"
    )]
    SecondName {
        /// The file.
        path: PathBuf,
        /// How it comes to have another name.
        second: String,
    },
    /// A crash left a log or a journal, which the next to write folds in: whoever changes nothing must not.
    #[error("a crash left a log or a journal beside {0}, which the next to write folds in")]
    LeftBehind(PathBuf),
    /// The user may not read it.
    #[error("no permission to open {path}: run as the user or group that owns the queue")]
    NotPermitted {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It cannot be written: file, directory or mount.
    #[error(
        "{0} cannot be written: its file, its directory or its mount is read-only, and a sweep must write"
    )]
    ReadOnly(PathBuf),
    /// It went away while it was opened.
    #[error("{0} was deleted, moved or replaced while it was opened; nothing was written")]
    MovedAtOnce(PathBuf),
    /// It went away while it was swept.
    #[error("{0} was deleted, moved or replaced while it was swept: what was written went with it")]
    Moved(PathBuf),
    /// Another file, or none, stands at the path of a database that is kept open, or another log beside it.
    #[error(
        "{0} was deleted, moved or replaced while it was watched, or its log was; what was under way was rolled back"
    )]
    Replaced(PathBuf),
    /// Another file stands there than the one that was planned for.
    #[error(
        "{0} is another file than the one that the plan was made of; nothing was written: make another plan"
    )]
    NotPlanned(PathBuf),
    /// Another database stands there by now, and beside it the log of the one before.
    #[error(
        "{0} is another file than before, and the log beside it is that of the one before, which would be folded into it: \
         take its `-wal` and `-shm` away"
    )]
    LogLeft(PathBuf),
    /// It never stood still for long enough to be read.
    #[error("{0} was replaced or written anew each time it was read")]
    Unsteady(PathBuf),
    /// Somebody holds it.
    #[error("{0} is locked by another process for longer than the busy timeout; nothing was written")]
    Busy(PathBuf),
    /// Others of this process look at it, one after the other, and it was not its turn in time.
    #[error("{0} is being looked at by others of this process for longer than 30 s; nothing was written")]
    InUseHere(PathBuf),
    /// It cannot be read where it is, and a copy could not be made.
    #[error("{path} cannot be read in place ({why}), and no copy of it could be made to read instead")]
    Copy {
        /// The file.
        path: PathBuf,
        /// Why not in place.
        why: String,
        /// Why not elsewhere.
        source: std::io::Error,
    },
    /// No file can be made beside it, such as its log: for want of room, or of descriptors.
    #[error("no file can be made beside {path}")]
    Beside {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused for another reason.
    #[error("failed to look at {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite refused for another reason.
    #[error("failed to open {path}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}
