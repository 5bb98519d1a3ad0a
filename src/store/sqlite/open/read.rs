use std::path::Path;
use std::thread;

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::at_rest::{Fingerprint, Lie};
use super::company::Member;
use super::copy::Copy;
use super::copy::LOG_HEADER;
use super::file::{File, uri};
use super::find::{Found, find};
use super::keep::Kept;
use super::lock::{PAUSE, PAUSES, Shared};
use super::{names, settings, system};
use crate::profile::Profile;
use crate::store::open_error::OpenError;

/// How often a database that changes under our eyes is read anew without locks, and then how often with one.
const TRIES: usize = 3;

const URI: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_URI);

/// [`Queue::read`](crate::store::Queue::read).
pub(in crate::store) fn read<T, E: From<OpenError>>(
    path: &Path,
    profile: &Profile,
    configure: impl Fn(&mut Connection) -> rusqlite::Result<()>,
    go_on: impl Fn() -> bool,
    mut look: impl FnMut(&mut Connection) -> Result<T, E>,
) -> Result<(T, Vec<String>), E> {
    for _ in 0..TRIES {
        let alone = match find(path)? {
            Found::Alone(alone) => alone,
            Found::Kept(member) => return read_kept(member, profile, &configure, look),
        };
        let file = &alone.file;
        let prepare = |conn: &mut Connection| {
            configure(conn)?;
            settings::apply(conn, profile)
        };
        let reader = Reader {
            file,
            prepare,
            go_on: &go_on,
        };
        let seen = reader.read(&mut look);
        if !file.has_moved() {
            return seen;
        }
    }
    Err(OpenError::Unsteady(path.into()).into())
}

/// Of a database that this process keeps open.
fn read_kept<T, E: From<OpenError>>(
    member: Member,
    profile: &Profile,
    configure: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    look: impl FnMut(&mut Connection) -> Result<T, E>,
) -> Result<(T, Vec<String>), E> {
    let mut kept = Kept::open(member, profile, configure)?;
    kept.only_reads()?;
    Ok((kept.look(look)?, Vec::new()))
}

struct Reader<'f, P, G> {
    file: &'f File,
    prepare: P,
    go_on: &'f G,
}

/// An open connection, and why it reads a copy where it does.
struct Reading {
    conn: Connection,
    copied_because: Option<String>,
}

impl<'f, P: Fn(&mut Connection) -> rusqlite::Result<()>, G: Fn() -> bool> Reader<'f, P, G> {
    fn read<T, E: From<OpenError>>(
        &self,
        look: &mut impl FnMut(&mut Connection) -> Result<T, E>,
    ) -> Result<(T, Vec<String>), E> {
        let mut held = names::refuse_the_wrong(self.file)?;
        for round in 0..2 * TRIES {
            if held.is_none() && round >= TRIES {
                held = self.hold()?;
            }
            let mut lie = Lie::of(self.file)?;
            if lie == Lie::AtRest {
                match self.read_at_rest(held.is_some(), look) {
                    Some(seen) => return seen.map(|seen| (seen, Vec::new())),
                    None => continue,
                }
            }
            if held.is_none() && lie != Lie::Rollback {
                held = self.hold()?;
                // What stands there may have gone until it was locked.
                lie = Lie::of(self.file)?;
            }
            if let Some(mut reading) = self.open(lie, &mut held)? {
                if reading.copied_because.is_some() {
                    drop(held.take()); // a copy changes no more
                }
                match look(&mut reading.conn) {
                    // Whoever may not write the index of a log fails where somebody else was just about to.
                    Err(_) if lie == Lie::Log && round < TRIES && (self.go_on)() => thread::sleep(PAUSE),
                    seen => return seen.map(|seen| (seen, reading.warnings())),
                }
            }
        }
        Err(OpenError::Unsteady(self.file.path.clone()).into())
    }

    /// Reads a database as it lies there: no file is made, none is locked by it. `None` where it was written meanwhile.
    fn read_at_rest<T, E: From<OpenError>>(
        &self,
        is_held: bool,
        look: &mut impl FnMut(&mut Connection) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        let before = match Fingerprint::of_settled(self.file) {
            Ok(before) => before,
            Err(error) => return Some(Err(error.into())),
        };
        let still_rests = || {
            let rests = Lie::of(self.file).is_ok_and(|lie| lie == Lie::AtRest);
            // Under a lock that is enough: who had opened it meanwhile would have made a log, and not deleted it.
            rests && (is_held || Fingerprint::of(self.file).is_ok_and(|after| after == before))
        };
        let opened = self.connect(uri(&self.file.path, "mode=ro&immutable=1"), URI, false);
        let seen = match opened {
            Ok(mut conn) => look(&mut conn),
            Err(error) => Err(self.file.error(error).into()),
        };
        still_rests().then_some(seen)
    }

    /// `None` where it lies otherwise by now.
    fn open(&self, lie: Lie, held: &mut Option<Shared<'f>>) -> Result<Option<Reading>, OpenError> {
        let reading = match lie {
            Lie::AtRest => return Ok(None),
            Lie::Log if held.is_none() => return Ok(None),
            Lie::Log => self.open_log()?,
            Lie::LogAlone => {
                let why = "its write-ahead log has no index beside it";
                self.open_copy(why.to_owned(), held.is_some())?
            }
            Lie::Journal => self.open_copy("a rollback journal lies beside it".to_owned(), held.is_some())?,
            Lie::Rollback => return self.open_rollback(held),
        };
        Ok(Some(reading))
    }

    /// Reads a log in place. It was locked before it was found to be there, so that it stays: `SQLite` would make it anew.
    fn open_log(&self) -> Result<Reading, OpenError> {
        let database = self.file.found()?;
        for suffix in ["-wal", "-shm"] {
            let beside = self.file.beside(suffix)?;
            if beside.is_none_or(|beside| system::would_be_changed(&database, &beside)) {
                let why = "to open its log would give the log another owner or mode";
                return self.open_copy(why.to_owned(), true);
            }
        }
        // A crash may leave no more of a log. SQLite compares its salts with those of a log that it has not read, for ten
        // seconds, and gives up.
        if self.file.log_bytes()? == LOG_HEADER {
            return self.open_copy("its write-ahead log is a header alone".to_owned(), true);
        }
        let uri = uri(&self.file.path, "mode=ro&readonly_shm=1");
        let mut opened = self.connect(&uri, URI, false);
        for _ in 0..PAUSES {
            if !opened.as_ref().is_err_and(is_in_the_making) {
                break;
            }
            thread::sleep(PAUSE);
            opened = self.connect(&uri, URI, false);
        }
        match opened {
            Ok(conn) => Ok(Reading::in_place(conn)),
            Err(error) if needs_to_write(&error) => self.open_copy(error.to_string(), true),
            Err(error) => Err(self.file.error(error)),
        }
    }

    /// Reads a database without a log in place, and locks it until the connection is closed: it may not come to have one
    /// meanwhile, which `SQLite` would then make.
    fn open_rollback(&self, held: &mut Option<Shared<'f>>) -> Result<Option<Reading>, OpenError> {
        match self.connect(&self.file.path, OpenFlags::SQLITE_OPEN_READ_ONLY, true) {
            Ok(conn) => Ok(Some(Reading::in_place(conn))),
            // It came to have one until it was locked.
            Err(error) if settings::is_shared_log(&error) && held.is_none() => Ok(None),
            Err(error) if needs_to_write(&error) => {
                if held.is_none() {
                    *held = self.hold()?;
                }
                self.open_copy(error.to_string(), held.is_some()).map(Some)
            }
            Err(error) => Err(self.file.error(error)),
        }
    }

    fn open_copy(&self, why: String, is_held: bool) -> Result<Reading, OpenError> {
        let failed = |why: &str, source| OpenError::Copy {
            path: self.file.path.clone(),
            why: why.to_owned(),
            source,
        };
        let (folder, path) = Copy::make(self.file, is_held, self.go_on)
            .and_then(Copy::into_folder)
            .map_err(|source| failed(&why, source))?;
        let conn = self
            .connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE, true)
            .map_err(|error| self.file.error(error))?;
        // All that it needs is open by now, and with its locks kept it opens nothing more.
        drop(folder);
        Ok(Reading {
            conn,
            copied_because: Some(why),
        })
    }

    fn connect(
        &self,
        path: impl AsRef<Path>,
        flags: OpenFlags,
        keeps_locks: bool,
    ) -> rusqlite::Result<Connection> {
        let mut conn = settings::connect(path, flags)?;
        (self.prepare)(&mut conn)?;
        if keeps_locks {
            settings::keep_locks(&conn)?;
        }
        settings::first_read(&conn)?;
        Ok(conn)
    }

    /// Takes a reader's lock, and waits for it as the connection was told to. `None` where the one who locks all others
    /// out shares its log with nobody, and so for long.
    fn hold(&self) -> Result<Option<Shared<'f>>, OpenError> {
        for _ in 0..PAUSES {
            let held = Shared::take(self.file)?;
            if held.is_some() || Lie::of(self.file)? == Lie::LogAlone {
                return Ok(held);
            }
            match self.connect(&self.file.path, OpenFlags::SQLITE_OPEN_READ_ONLY, true) {
                Err(error) if is_busy(&error) => break,
                // It was free for a moment.
                _ => thread::sleep(PAUSE),
            }
        }
        Err(OpenError::Busy(self.file.path.clone()))
    }
}

impl Reading {
    fn in_place(conn: Connection) -> Self {
        Self {
            conn,
            copied_because: None,
        }
    }

    fn warnings(&self) -> Vec<String> {
        let why = self.copied_because.iter();
        why.map(|why| {
            format!("the database could not be read in place ({why}); a copy of it, with its log, was read")
        })
        .collect()
    }
}

/// Whether a database can be read only by one who may write beside it: a log without its index, or a journal to be
/// rolled back.
fn needs_to_write(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen)
    )
}

/// Whether the index of a log is about to be written by whoever opens it just now.
fn is_in_the_making(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == ffi::SQLITE_READONLY_RECOVERY)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}
