//! What the queue itself cannot tell: its files, the clocks, who starts sweeps, and what is remembered of earlier ones.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::store::Place;

/// What is known around a queue. What is not is left out, and nothing is said of it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Surroundings {
    /// Where its database lies; see [`look_at_place`](crate::store::look_at_place).
    pub place: Option<Place>,
    /// What the clocks say now.
    pub clock: Option<ClockReading>,
    /// What starts sweeps on this machine.
    pub schedule: Option<Schedule>,
    /// What is remembered of earlier sweeps.
    pub memory: Option<Memory>,
    /// Why what is remembered could not be read, where it was asked for.
    pub unread_memory: Option<String>,
    /// Warnings of whoever opened the database, such as that a copy was read.
    pub reading: Vec<String>,
    /// The name of the profile that was taken because none was named, and fits.
    pub guessed_profile: Option<String>,
}

/// What two clocks say at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// Which boot of the machine it is.
    pub boot_id: String,
    /// The clock on the wall.
    pub wall: DateTime<Utc>,
    /// The clock that counts from the boot on, suspends included, and that nobody sets.
    pub since_boot: Duration,
}

/// What is remembered of earlier sweeps.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Memory {
    /// Since when tasks have been undecided, by their ids as a report shows them.
    pub undecided_since: HashMap<String, DateTime<Utc>>,
    /// When the last sweep was.
    pub last_sweep: Option<DateTime<Utc>>,
    /// When the last one was that succeeded.
    pub last_success: Option<DateTime<Utc>>,
    /// Why the last sweep failed, where it did.
    pub last_error: Option<String>,
    /// That the sweeps hold zombies back.
    pub held_back: Option<HoldingBack>,
    /// When the last task was reaped.
    pub last_reap: Option<DateTime<Utc>>,
    /// What the clocks said at earlier sweeps.
    pub clocks: Vec<ClockReading>,
}

/// That sweep after sweep leaves its zombies alone, as more are due than it may reap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldingBack {
    /// How many the last of them held back.
    pub count: u64,
    /// When the first of them was.
    pub since: DateTime<Utc>,
    /// When the last was.
    pub last: DateTime<Utc>,
}

/// What starts sweeps on this machine.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Schedule {
    /// systemd's timers for this queue.
    pub timers: Vec<Timer>,
    /// systemd's services that stay, and watch this queue now.
    pub watches: Vec<String>,
    /// The names of those that may be this queue's or another's, as nothing tells.
    pub unclear: Vec<String>,
    /// systemd's units for this queue that have run.
    pub units: Vec<Unit>,
    /// The files of cron that name it.
    pub cron: Vec<String>,
}

/// A timer of systemd's.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Timer {
    /// Its name.
    pub name: String,
    /// When it starts the next sweep; `None`: it does not.
    pub next: Option<DateTime<Utc>>,
}

/// A service of systemd's.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Unit {
    /// Its name.
    pub name: String,
    /// How its last run ended: `success`, or what it failed of.
    pub result: String,
    /// The exit code of that.
    pub exit: i32,
    /// When that was.
    pub ended: Option<DateTime<Utc>>,
}

impl Unit {
    /// A service of this name whose last run ended so.
    #[must_use]
    pub fn ended(name: impl Into<String>, result: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            result: result.into(),
            ..Self::default()
        }
    }
}

impl Timer {
    /// A timer of this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            next: None,
        }
    }
}
