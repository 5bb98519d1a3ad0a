use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::{OpenError, Place, Queue, look_at_place};
use zombie_sweeper::{Profile, SweepError, SweepOptions};

use super::house::House;
use super::profile::{self, Failed};
use super::told::Told;
use crate::surface::signals;

/// Which queue, and where it is remembered what was done to it.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The queue's database.
    pub(crate) db: PathBuf,
    /// How it is opened.
    pub(crate) access: Access,
    /// What names its profile, where one is named.
    pub(crate) profile: Option<PathBuf>,
    /// How long to wait where it is locked.
    pub(crate) busy_timeout: Duration,
    /// What remembers past sweeps.
    pub(crate) ledger: Option<LedgerFile>,
    /// The file that a monitor reads.
    pub(crate) metrics: Option<PathBuf>,
    /// What a monitor that asks is told.
    pub(crate) told: Option<Arc<Told>>,
}

/// How a database is opened. To open or close a file takes away all locks that the process has on it.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// For each question anew, by a process that asks one at a time.
    Anew,
    /// For each question anew, by threads that wait for each other.
    InTurn(Arc<Mutex<()>>),
    /// It is kept open.
    Kept(Arc<House>),
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
    /// The queue, to be opened anew as the site says.
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
        let ((found, taken), copied) = self.read(&opened_by, look)?;
        Ok((found, taken.into_iter().chain(copied).collect()))
    }

    /// Opens it to read it; and what is to be said of how it was read.
    pub(super) fn read<T>(
        &self,
        profile: &Profile,
        mut look: impl FnMut(&mut Connection) -> Result<T, Failed>,
    ) -> Result<(T, Vec<String>), Failed> {
        let _turn = match &self.access {
            Access::Kept(house) => {
                let found =
                    house.visit(&self.db, &self.queue(profile), |mut kept| look(kept.connection()))?;
                return Ok((found, Vec::new()));
            }
            Access::InTurn(turn) => Some(turn.lock().unwrap_or_else(PoisonError::into_inner)),
            Access::Anew => None,
        };
        self.queue(profile).read(look)
    }

    /// Opens it to sweep it.
    pub(super) fn write<T>(
        &self,
        options: &SweepOptions,
        sweep: impl FnOnce(&mut Connection, &SweepOptions) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let profile = options.profile_in_use();
        let _turn = match &self.access {
            Access::Kept(house) => {
                return house.visit(&self.db, &self.queue(profile), |mut kept| {
                    kept.sweep(options, sweep)
                });
            }
            Access::InTurn(turn) => Some(turn.lock().unwrap_or_else(PoisonError::into_inner)),
            Access::Anew => None,
        };
        self.queue(profile).write(|conn| sweep(conn, options))
    }
    /// Where it lies.
    pub(super) fn place(&self) -> Result<Option<Place>, OpenError> {
        let _turn = match &self.access {
            Access::Kept(_) => return Ok(None),
            Access::InTurn(turn) => Some(turn.lock().unwrap_or_else(PoisonError::into_inner)),
            Access::Anew => None,
        };
        look_at_place(&self.db).map(Some)
    }
}
