use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zombie_sweeper::Profile;

use super::profile;

/// The profile that a process goes by: read once, as its file may be in the midst of an edit by the next time, or a pipe that is
/// drained by then.
#[derive(Debug, Default)]
pub(crate) struct InForce {
    /// What names it, where one is named.
    name: Option<PathBuf>,
    read: Mutex<Option<Arc<Profile>>>,
}

impl InForce {
    /// Nothing is read yet.
    pub(crate) fn named(name: Option<PathBuf>) -> Self {
        Self {
            name,
            read: Mutex::default(),
        }
    }

    /// What was asked for, as it stands, for who must not meet another one half-way.
    pub(super) fn pinned(&self) -> anyhow::Result<Self> {
        Ok(Self {
            name: self.name.clone(),
            read: Mutex::new(self.get()?),
        })
    }

    /// What names it, where one is named.
    pub(super) fn name(&self) -> Option<&Path> {
        self.name.as_deref()
    }

    /// The one that was asked for: whoever asks first has it read.
    pub(crate) fn get(&self) -> anyhow::Result<Option<Arc<Profile>>> {
        let mut read = self.read();
        if read.is_none() {
            *read = profile::asked(self.name())?.map(Arc::new);
        }
        Ok(read.clone())
    }

    /// Reads it anew, and returns whether another one may be in force now. Where it cannot be read, the one before stays.
    pub(crate) fn read_again(&self) -> anyhow::Result<bool> {
        let is_pipe = |path: &Path| {
            let there = path.metadata().map(|there| there.file_type());
            there.is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
        };
        if let Some(path) = self.name().filter(|path| is_pipe(path)) {
            let path = path.display();
            tracing::warn!(
                "the profile {path} is no file that can be read twice: the one that was read stays in force"
            );
            return Ok(false);
        }
        let Some(profile) = profile::asked(self.name())? else {
            return Ok(false);
        };
        // One that ships is part of the program.
        let is_file = !profile.is_shipped();
        if is_file {
            *self.read() = Some(Arc::new(profile));
        }
        Ok(is_file)
    }

    fn read(&self) -> MutexGuard<'_, Option<Arc<Profile>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
