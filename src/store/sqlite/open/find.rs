use std::path::Path;

use super::company::{self, ByFiles, Member, Way};
use super::file::{File, look_at};
use crate::store::open_error::OpenError;

/// How often a database is found anew where another file comes to stand there just then.
const TRIES: usize = 5;

/// How an existing database is found.
pub(super) enum Found {
    /// By its files.
    Alone(Alone),
    /// Kept open by this process already, so that its files are not to be opened besides.
    Kept(Member),
}

/// Its file, which nobody keeps open here as long as this is there.
pub(super) struct Alone {
    pub(super) file: File,
    by_files: ByFiles,
}

impl Alone {
    /// Closes it.
    pub(super) fn close(self) -> ByFiles {
        drop(self.file);
        self.by_files
    }
}

pub(super) fn find(path: &Path) -> Result<Found, OpenError> {
    for _ in 0..TRIES {
        let (resolved, identity) = look_at(path)?;
        let by_files = match company::enter(&resolved, identity)? {
            Way::InCompany(member) => return Ok(Found::Kept(member)),
            Way::ByFiles(by_files) => by_files,
        };
        let file = File::open(path, resolved)?;
        if file.identity == identity {
            return Ok(Found::Alone(Alone { file, by_files }));
        }
    }
    Err(OpenError::Unsteady(path.into()))
}
