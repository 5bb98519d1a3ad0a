//! For how long runs may be silent, learned from how long they were.

mod binomial;
mod censored;
mod falling;
mod figures;
mod laws;
mod learned;
mod overlap;
mod probation;
mod reaps;

use std::time::Duration;

use zombie_sweeper::zombie::{Fate, Gap, PastRun, Runs, Threshold, Timestamp};

const DEFAULT: Duration = Duration::from_secs(900);
const CAP: Duration = Duration::from_secs(4 * 3600);

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A moment so many days after the first.
fn day(days: usize) -> Timestamp {
    Timestamp::EPOCH.plus(s(86_400 * days as u64))
}

/// A silence of so long, up to this moment.
fn gap(to: Timestamp, length: Duration) -> Gap {
    Gap {
        from: to.minus(length),
        to,
    }
}

/// A run that was silent for so long and then ended by itself.
fn ended(at: Timestamp, silence: Duration) -> PastRun {
    PastRun {
        ended: at,
        fate: Fate::Ended(gap(at, silence)),
    }
}

/// A run that was reaped once it had been silent for a minute longer than was borne.
fn reaped(at: Timestamp, borne: Duration) -> PastRun {
    let gap = gap(at, borne + s(60));
    PastRun {
        ended: at,
        fate: Fate::Reaped { gap, borne },
    }
}

fn mute(at: Timestamp) -> PastRun {
    PastRun {
        ended: at,
        fate: Fate::Mute,
    }
}

/// A run a day, the first on day 0; by the number of the day.
fn daily(days: usize, run: impl Fn(usize) -> PastRun) -> Runs {
    Runs {
        past: (0..days).map(run).collect(),
        living: Vec::new(),
    }
}

/// A run a day that ends by itself, each a second longer silent than the one before, the first for a second.
fn rising(days: usize) -> Runs {
    daily(days, |i| ended(day(i), s(i as u64 + 1)))
}

/// With nothing in force before.
fn threshold(runs: &Runs) -> Threshold {
    zombie_sweeper::zombie::threshold(runs, DEFAULT, CAP, None)
}

fn threshold_after(runs: &Runs, in_force: Duration) -> Threshold {
    zombie_sweeper::zombie::threshold(runs, DEFAULT, CAP, Some(in_force))
}
