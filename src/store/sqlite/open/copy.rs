use std::env;
use std::fs;
use std::io::{self, ErrorKind, Read as _, Seek as _};
use std::path::PathBuf;

use tempfile::TempDir;

use super::file::{File, sibling};
use super::lock::StillLog;
use super::system;

/// How often a database that changes while it is copied is copied anew.
const TRIES: usize = 3;

/// How much is copied before it is asked again whether to go on.
const PIECE: u64 = 1 << 20;

/// The header of a log: another one means that the log was begun anew.
pub(super) const LOG_HEADER: u64 = 32;

const PARTS: [&str; 3] = ["", "-wal", "-journal"];

/// A database with its log and its journal, all of one moment, in files that have no name where the system has such:
/// nothing is left of them, however the program ends.
pub(super) struct Copy {
    parts: Vec<(&'static str, fs::File)>,
    /// Where the files are that had to have one.
    folder: Option<TempDir>,
}

impl Copy {
    /// Copies a database; `is_held` says that the caller holds a reader's lock on it. `go_on` is asked before each
    /// piece.
    pub(super) fn make(file: &File, is_held: bool, go_on: &impl Fn() -> bool) -> io::Result<Self> {
        for _ in 0..TRIES {
            // An index that cannot be locked leaves it to the comparison.
            let still = StillLog::take(file).unwrap_or_default();
            let copy = Self::once(file, go_on)?;
            let nobody_wrote = is_held
                && match still {
                    Some(_) => copy.has_the_log_of(file)?,
                    // Whoever had opened the log meanwhile would have made an index, and could not have deleted it.
                    None => !file.sibling("-shm").try_exists()?,
                };
            if nobody_wrote || copy.equals(file, go_on)? {
                return Ok(copy);
            }
        }
        Err(io::Error::new(
            ErrorKind::ResourceBusy,
            "it kept changing while it was copied",
        ))
    }

    fn once(file: &File, go_on: &impl Fn() -> bool) -> io::Result<Self> {
        let mut copy = Self {
            parts: Vec::new(),
            folder: None,
        };
        for suffix in PARTS {
            let Some(original) = original(file, suffix)? else {
                continue;
            };
            let mut part = copy.create(suffix)?;
            loop {
                ask(go_on)?;
                if io::copy(&mut (&original).take(PIECE), &mut part)? == 0 {
                    break;
                }
            }
            copy.parts.push((suffix, part));
        }
        Ok(copy)
    }

    fn create(&mut self, suffix: &str) -> io::Result<fs::File> {
        match system::create_nameless(&env::temp_dir()) {
            Ok(part) => Ok(part),
            Err(_) => system::create(&self.place(suffix)?),
        }
    }

    fn place(&mut self, suffix: &str) -> io::Result<PathBuf> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => tempfile::Builder::new().prefix("zombie-sweeper-").tempdir()?,
        };
        let folder = self.folder.insert(folder);
        Ok(sibling(&folder.path().join("copy.db"), suffix))
    }

    /// Whether a log that only grew is what was copied.
    fn has_the_log_of(&self, file: &File) -> io::Result<bool> {
        let start = |log: &fs::File| {
            let mut start = Vec::new();
            let mut log = log;
            log.rewind()?;
            log.take(LOG_HEADER).read_to_end(&mut start)?;
            Ok::<_, io::Error>(start)
        };
        let now = original(file, "-wal")?.map(|log| start(&log)).transpose()?;
        Ok(self.part("-wal").map(start).transpose()? == now)
    }

    /// Whether the files are now what was copied: then they were so all the while in between.
    fn equals(&self, file: &File, go_on: &impl Fn() -> bool) -> io::Result<bool> {
        for suffix in PARTS {
            let same = match (self.part(suffix), original(file, suffix)?) {
                (Some(copied), Some(original)) => same_bytes(copied, &original, go_on)?,
                (copied, original) => copied.is_none() && original.is_none(),
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn part(&self, suffix: &str) -> Option<&fs::File> {
        self.parts
            .iter()
            .find_map(|(part, copied)| (*part == suffix).then_some(copied))
    }

    /// Gives the copy a name, for as long as the folder is kept.
    pub(super) fn into_folder(mut self) -> io::Result<(TempDir, PathBuf)> {
        for (suffix, mut part) in std::mem::take(&mut self.parts) {
            let place = self.place(suffix)?;
            if !place.exists() && system::name(&part, &place).is_err() {
                part.rewind()?;
                io::copy(&mut part, &mut system::create(&place)?)?;
            }
        }
        let path = self.place("")?;
        let folder = self.folder.ok_or(ErrorKind::NotFound)?;
        Ok((folder, path))
    }
}

/// The file of this name, from its beginning.
fn original(file: &File, suffix: &str) -> io::Result<Option<fs::File>> {
    if suffix.is_empty() {
        // The same open file: to close another would take away the locks on it.
        let mut handle = file.handle.try_clone()?;
        handle.rewind()?;
        return Ok(Some(handle));
    }
    match fs::File::open(file.sibling(suffix)) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn same_bytes(mut one: &fs::File, other: &fs::File, go_on: &impl Fn() -> bool) -> io::Result<bool> {
    one.rewind()?;
    loop {
        ask(go_on)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        one.take(PIECE).read_to_end(&mut ours)?;
        other.take(PIECE).read_to_end(&mut theirs)?;
        if ours != theirs || ours.is_empty() {
            return Ok(ours == theirs);
        }
    }
}

fn ask(go_on: &impl Fn() -> bool) -> io::Result<()> {
    if go_on() {
        Ok(())
    } else {
        Err(ErrorKind::Interrupted.into())
    }
}
