//! Sweeps as trials. Twenty reaps of one dead host are one finding of one sweep, and no twenty findings.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::zombie::Timestamp;
use crate::zombie::threshold::binomial::interval;

/// How sure the bounds are.
const CONFIDENCE: f64 = 0.95;

/// The sweeps that reaped for silence what can be told of, and in how many of them that was contested.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trials {
    /// How many sweeps there were: each with one reap for silence at least that can be told of and whose horizon is over.
    pub sweeps: usize,
    /// How many of them had a contested one.
    pub contested: usize,
    /// The share of sweeps with a contested reap is no lower than this; `None` without a sweep.
    pub share_from: Option<f64>,
    /// It is no higher than this.
    pub share_to: Option<f64>,
    /// How sure both bounds together are (Clopper-Pearson).
    pub confidence: f64,
    /// The same in words, with what it does not say.
    pub says: String,
}

/// The reaps for silence whose horizon is not over.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pending {
    count: usize,
    /// The age of the first of them.
    oldest: Duration,
}

impl Pending {
    pub(super) fn see(&mut self, age: Duration) {
        self.count += 1;
        self.oldest = self.oldest.max(age);
    }

    /// What to do where all are pending; nothing where none is.
    fn says(self) -> Option<String> {
        let reaps = match self.count {
            0 => return None,
            1 => "1 reap".to_owned(),
            count => format!("{count} reaps"),
        };
        let shorter = [(3600, "1h"), (900, "15m"), (60, "1m")];
        let shorter = shorter
            .iter()
            .find(|(seconds, _)| self.oldest.as_secs() >= *seconds);
        let shorter = shorter.map_or_else(
            || "ask again later".to_owned(),
            |(_, horizon)| format!("try --horizon {horizon}"),
        );
        Some(format!(
            "no sweep can be told of yet: the horizon of {reaps} for silence is not over; {shorter}"
        ))
    }
}

/// Sweeps as they are found.
#[derive(Debug, Default)]
pub(super) struct Sweeps<'r> {
    /// By moment and actor: whether one of its reaps was contested.
    found: BTreeMap<(Timestamp, Option<&'r str>), bool>,
}

impl<'r> Sweeps<'r> {
    /// Takes in a reap that can be told of.
    pub(super) fn see(&mut self, at: Timestamp, actor: Option<&'r str>, is_contested: bool) {
        *self.found.entry((at, actor)).or_default() |= is_contested;
    }

    pub(super) fn trials(&self, pending: Pending) -> Trials {
        let sweeps = self.found.len();
        let contested = self.found.values().filter(|contested| **contested).count();
        let bounds = (sweeps > 0).then(|| interval(narrow(sweeps), narrow(contested), CONFIDENCE));
        Trials {
            sweeps,
            contested,
            share_from: bounds.map(|(from, _)| from),
            share_to: bounds.map(|(_, to)| to),
            confidence: CONFIDENCE,
            says: says(sweeps, contested, bounds, pending),
        }
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn says(sweeps: usize, contested: usize, bounds: Option<(f64, f64)>, pending: Pending) -> String {
    let Some((from, to)) = bounds else {
        if let Some(says) = pending.says() {
            return says;
        }
        return "no sweep reaped for silence what can be told of, and whose horizon is over".to_owned();
    };
    let of = if sweeps == 1 { "sweep" } else { "sweeps" };
    let mut says = format!("{contested} of {sweeps} {of} that reaped for silence had a contested reap: ");
    let _ = write!(
        says,
        "with {:.0} % confidence between {} and {} of such sweeps have one. That bounds contested reaps, not false ones: \
         a worker that was locked out leaves no trace",
        CONFIDENCE * 100.0,
        percent(from),
        percent(to),
    );
    says
}

/// As many decimals as it takes to tell a small share from none, or from all.
fn percent(share: f64) -> String {
    let rare = share.min(1.0 - share);
    if rare == 0.0 {
        format!("{:.0} %", share * 100.0)
    } else if rare < 0.001 {
        format!("{:.3} %", share * 100.0)
    } else {
        format!("{:.1} %", share * 100.0)
    }
}
