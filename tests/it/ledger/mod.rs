//! The sweeper's memory of past sweeps: what it holds, how long, and that it is never in the way.

mod bounded;
mod damaged;
mod followed;
mod living;
mod others;
mod page;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod program;
mod recorded;
mod seen;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod trouble;
mod version;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;
use zombie_sweeper::ledger::{Clocks, Entry, KEEP, Ledger, Outcome, Scope, record};
use zombie_sweeper::{SweepOptions, SweepReport};

use crate::world::{NOW, World};

/// A ledger in a folder of its own.
struct Book {
    folder: TempDir,
    keep: Duration,
}

impl Book {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            keep: KEEP,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    fn read(&self) -> Ledger {
        Ledger::open_to_read(&self.path()).unwrap()
    }

    fn connect(&self) -> zombie_sweeper::rusqlite::Connection {
        zombie_sweeper::rusqlite::Connection::open(self.path()).unwrap()
    }

    /// Enters what came of a sweep so long after NOW, and returns what there is to tell.
    fn enter(&self, minutes: i64, outcome: Outcome<'_>) -> Vec<String> {
        self.enter_of(&scope(), minutes, outcome)
    }

    fn enter_of(&self, scope: &Scope, minutes: i64, outcome: Outcome<'_>) -> Vec<String> {
        let at = after(minutes);
        let clocks = Clocks {
            boot_id: Some("b00t".to_owned()),
            wall: at.into(),
            since_boot: Some(Duration::from_secs(7_200)),
            awake: Some(Duration::from_secs(3_600)),
        };
        let entry = Entry {
            scope,
            is_narrowed: matches!(outcome, Outcome::Swept(report) if report.tasks.is_some()),
            at: at.into(),
            clocks: &clocks,
            outcome,
        };
        record(&self.path(), self.keep, &entry)
    }

    /// Sweeps the queue so long after NOW, and enters that.
    #[track_caller]
    fn sweep(&self, minutes: i64, world: World) -> (World, SweepReport) {
        let mut world = world.options(|_| SweepOptions::at(after(minutes)).remember(true));
        let report = world.sweep();
        assert_eq!(self.enter(minutes, Outcome::Swept(&report)), [""; 0]);
        (world, report)
    }

    /// The names in its folder.
    fn names(&self) -> Vec<String> {
        names(self.folder.path())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn after(minutes: i64) -> DateTime<Utc> {
    NOW + TimeDelta::minutes(minutes)
}

/// A database that need not be there.
fn scope() -> Scope {
    Scope::new(Path::new("/srv/orchestra.db"), None)
}
