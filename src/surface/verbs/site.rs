use std::path::PathBuf;
use std::time::Duration;

use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::Queue;
use zombie_sweeper::{Profile, SweepError};

use super::profile::{self, Failed};
use crate::surface::signals;

/// Which queue, and where it is remembered what was done to it.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The queue's database.
    pub(crate) db: PathBuf,
    /// What names its profile, where one is named.
    pub(crate) profile: Option<PathBuf>,
    /// How long to wait where it is locked.
    pub(crate) busy_timeout: Duration,
    /// What remembers past sweeps.
    pub(crate) ledger: Option<LedgerFile>,
    /// The file that a monitor reads.
    pub(crate) metrics: Option<PathBuf>,
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
    /// The queue, opened as the site says.
    pub(crate) fn queue<'q>(&'q self, profile: &'q Profile) -> Queue<'q> {
        Queue::at(&self.db, profile)
            .configured(|conn| signals::obey(conn, self.busy_timeout))
            .going_on(signals::none)
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
        let ((found, taken), copied) = self.queue(&opened_by).read(look)?;
        Ok((found, taken.into_iter().chain(copied).collect()))
    }
}
