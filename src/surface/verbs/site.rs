use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::Queue;
use zombie_sweeper::{FileMark, Profile, SweepError, SweepOptions};

use super::in_force::InForce;
use super::profile::{self, Failed};
use super::told::Told;
use super::watching::Watching;
use crate::surface::signals;

/// Which queue, and where it is remembered what was done to it.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The queue's database.
    pub(crate) db: PathBuf,
    /// Whether this process stays, and several ask at once: what is swept is kept open for all of them meanwhile.
    pub(crate) is_shared: bool,
    /// What it goes by.
    pub(crate) profile: Arc<InForce>,
    /// How long to wait where it is locked.
    pub(crate) busy_timeout: Duration,
    /// What remembers past sweeps.
    pub(crate) ledger: Option<LedgerFile>,
    /// The file that a monitor reads.
    pub(crate) metrics: Option<PathBuf>,
    /// What a monitor that asks is told.
    pub(crate) told: Option<Arc<Told>>,
    /// Over which time the watch of this process has looked, where it is one that also sweeps when it is asked.
    pub(crate) watching: Option<Arc<Watching>>,
}

/// The ledger that is kept.
#[derive(Clone, Debug)]
pub(crate) struct LedgerFile {
    pub(crate) path: PathBuf,
    /// For how long each sweep is kept there.
    pub(crate) keep: Duration,
    /// What tells this boot of the machine from others, where the system hides it.
    pub(crate) boot_id: Option<String>,
}

/// Which sweeps an entry is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sweeps<'s> {
    /// The project; `None`: all.
    pub(crate) project: Option<&'s str>,
    /// Whether they are of single tasks.
    pub(crate) is_narrowed: bool,
    /// Whether they write nothing.
    pub(crate) is_dry: bool,
}

impl Site {
    /// The same, by the profile that is in force now, whatever is read meanwhile.
    pub(super) fn pinned(&self) -> anyhow::Result<Self> {
        Ok(Self {
            profile: Arc::new(self.profile.pinned()?),
            ..self.clone()
        })
    }

    /// The queue, to be opened anew as the site says.
    pub(crate) fn queue<'q>(&'q self, profile: &'q Profile) -> Queue<'q> {
        Queue::at(&self.db, profile)
            .configured(|conn| signals::obey(conn, self.busy_timeout))
            .going_on(signals::none)
    }

    /// Which file stands there.
    pub(super) fn which_file(&self) -> Result<FileMark, SweepError> {
        Ok(self.queue(&Profile::default()).which_file()?)
    }

    /// What a look at it finds, by the profile that was asked for, else by one that ships and fits; and what is to be said of
    /// how it was read.
    pub(super) fn look<T>(
        &self,
        asked: Option<&Profile>,
        mut look: impl FnMut(&mut Connection, &Profile) -> Result<T, SweepError>,
    ) -> Result<(T, Vec<String>), Failed> {
        let opened_by = asked.cloned().unwrap_or_default();
        let look = |conn: &mut _| profile::look(conn, asked, &mut look);
        let ((found, taken), copied) = self.read(&opened_by, look)?;
        Ok((found, taken.into_iter().chain(copied).collect()))
    }

    /// Opens it to read it; and what is to be said of how it was read.
    pub(super) fn read<T>(
        &self,
        profile: &Profile,
        look: impl FnMut(&mut Connection) -> Result<T, Failed>,
    ) -> Result<(T, Vec<String>), Failed> {
        self.queue(profile).read(look)
    }

    /// Opens it to sweep it.
    pub(super) fn write<T>(
        &self,
        options: &SweepOptions,
        sweep: impl FnOnce(&mut Connection, &SweepOptions) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let profile = options.profile_in_use();
        let queue = self.queue(profile);
        if self.is_shared {
            return queue.keep()?.sweep(options, sweep);
        }
        queue.write(|conn| sweep(conn, options))
    }
}
