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
    read: Mutex<Read>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
struct Read {
    profile: Option<Arc<Profile>>,
    /// Whether somebody has asked for it to be read anew, and that has not come off yet.
    is_stale: bool,
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
            read: Mutex::new(Read {
                profile: self.get()?,
                is_stale: false,
            }),
        })
    }

    /// What names it, where one is named.
    pub(super) fn name(&self) -> Option<&Path> {
        self.name.as_deref()
    }

    /// The one that was asked for: whoever asks first has it read. Who asked for another does not want the one before: where that
    /// cannot be read, this fails until it can.
    pub(crate) fn get(&self) -> anyhow::Result<Option<Arc<Profile>>> {
        let mut read = self.read();
        if read.profile.is_none() || read.is_stale {
            self.fill(&mut read)?;
        }
        Ok(read.profile.clone())
    }

    /// Whether this is the very one, and nobody has asked for another since.
    pub(super) fn is(&self, pinned: Option<&Arc<Profile>>) -> bool {
        let read = self.read();
        !read.is_stale && read.profile.as_ref().map(Arc::as_ptr) == pinned.map(Arc::as_ptr)
    }

    /// Reads it anew, and returns whether another one is in force now.
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
        let mut read = self.read();
        // One that ships is part of the program.
        if self.name().is_none() || read.profile.as_ref().is_some_and(|profile| profile.is_shipped()) {
            return Ok(false);
        }
        read.is_stale = true;
        self.fill(&mut read)?;
        Ok(true)
    }

    fn fill(&self, read: &mut Read) -> anyhow::Result<()> {
        read.profile = profile::asked(self.name())?.map(Arc::new);
        read.is_stale = false;
        Ok(())
    }

    fn read(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
