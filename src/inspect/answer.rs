//! The answer in a sentence or two.

use std::time::Duration;

use chrono::SecondsFormat;

use super::on_record::{moment_of, says};
use super::source::Source;
use crate::options::SweepOptions;
use crate::zombie::{Parking, Reason, Standing, TaskInFull, Timestamp, Verdict, Zombie, span};

/// What there is to answer from.
pub(super) struct Answer<'a> {
    pub(super) task: &'a TaskInFull,
    pub(super) opts: &'a SweepOptions,
    pub(super) source: Source,
    pub(super) verdict: Option<&'a Verdict>,
    /// As it would be reaped.
    pub(super) zombie: Option<&'a Zombie>,
    pub(super) zombie_at: Option<Timestamp>,
    pub(super) now: Timestamp,
}

impl Answer<'_> {
    /// What a task is, since when or for how long, and when it was last reaped.
    pub(super) fn says(&self) -> String {
        let mut says = match self.task.standing {
            Standing::LookedAt => self.of_the_verdict(),
            Standing::NotRunning => self.at_rest(),
            Standing::OutsideCondition => {
                "No sweep looks at it: the profile's condition (tasks.where) does not let it through."
                    .to_owned()
            }
            Standing::OutsideProject => format!(
                "A sweep of project {} does not look at it: it belongs to another.",
                self.opts.project.as_deref().unwrap_or_default()
            ),
        };
        if let Some(reaped) = self.last_reaped() {
            says.push(' ');
            says.push_str(&reaped);
        }
        says
    }

    fn of_the_verdict(&self) -> String {
        let if_nothing_happens = |at: Timestamp| {
            let left = span(between(self.now, at));
            format!(
                " If nothing happens, it is a zombie in {left}, at {}.",
                moment(at)
            )
        };
        let later = || self.zombie_at.map_or_else(String::new, if_nothing_happens);
        match self.verdict {
            Some(Verdict::Healthy) => format!("It is healthy.{}", later()),
            Some(Verdict::Undecided(why)) => {
                format!("It is undecided, and is never reaped so: {why}.{}", later())
            }
            Some(Verdict::Zombie(evidence)) => {
                let since = self.zombie_at.map_or_else(String::new, |at| {
                    // The moment before was the last at which it was none.
                    let since = at.minus(Duration::from_micros(1));
                    let lasted = span(between(since, self.now));
                    format!(", for {lasted}, since {}", moment(at))
                });
                format!(
                    "It is a zombie ({}, condition {:?}){since}. {}",
                    evidence.reason,
                    evidence.condition,
                    self.what_a_sweep_does(&evidence.reason)
                )
            }
            None => String::new(),
        }
    }

    fn what_a_sweep_does(&self, reason: &Reason) -> String {
        let parked = self.zombie.filter(|zombie| zombie.is_to_be_parked);
        let done = if parked.is_some() { "parks" } else { "resets" };
        let twice = match reason {
            Reason::WorkerGone => ", where a second look finds nothing changed",
            _ => "",
        };
        let times = parked.and_then(|zombie| zombie.repeat).map(|reaps| {
            let within = span(self.opts.park_within);
            match reaps {
                1 => ": one silence is enough".to_owned(),
                _ => format!(": with this one it has fallen silent {reaps} times within {within}"),
            }
        });
        // What one task alone does not tell.
        let unless = match parked {
            Some(_) => " One that finds more than half of the running tasks due resets it all the same.",
            None => "",
        };
        format!("A sweep {done} it{twice}{}.{unless}", times.unwrap_or_default())
    }

    fn at_rest(&self) -> String {
        let is = match &self.task.suspect.status {
            Some(status) => format!("It is not running: its status is {}.", status.value),
            None => "It is not running.".to_owned(),
        };
        match &self.task.parking {
            Some(parking) => format!("{is} {}", self.parked(parking)),
            None => is,
        }
    }

    fn parked(&self, parking: &Parking) -> String {
        let since = parking.since.map(|at| format!(" since {}", moment(at)));
        let after = parking.reaps.map(|reaps| match reaps {
            1 => ", after one reap for its silence".to_owned(),
            several => format!(", after {several} reaps for its silence"),
        });
        format!(
            "It is parked{}{}; `zombie-sweeper unpark {}` opens it.",
            since.unwrap_or_default(),
            after.unwrap_or_default(),
            as_typed(&self.task.suspect.id.to_string())
        )
    }

    fn last_reaped(&self) -> Option<String> {
        if let Some(last) = self.task.reaps.first() {
            let when = moment_of(last).map_or_else(
                || "at a time that the event does not say".to_owned(),
                |at| format!("{} ago, at {}", span(between(at, self.now)), moment(at)),
            );
            return Some(format!("It was last reaped {when}: {}.", says(last)));
        }
        let nobody = match self.source {
            _ if self.task.standing != Standing::NotRunning => return None,
            Source::Events => "No event says that it was ever reaped.",
            Source::Ledger => "The ledger has no reap of it, and the queue keeps no events.",
            Source::Nowhere => {
                "Whether it was ever reaped is not on record here: the queue keeps no events, and no ledger tells."
            }
        };
        Some(nobody.to_owned())
    }
}

/// A word as a shell takes it.
fn as_typed(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn moment(at: Timestamp) -> String {
    let at = at.to_datetime();
    at.map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::from_micros(later.micros_since(earlier).max(0).unsigned_abs())
}
