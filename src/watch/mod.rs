//! What wakes a sweep, and how long it may sleep. Pure: no clock, no input or output, no sleep.
//!
//! A **watch** looks where the database has changed since its last look, where the next task can fall silent, where silence is
//! to be confirmed, and at the latest after a minute. Looks take at most 5 % of a core: after one that took 80 ms it rests
//! for 1.5 s.
//!
//! **Silence counts over time in which it was looked.** A *break* is
//!
//! - a gap of more than three minutes between two calls (a fifth of what silence is borne for, where that is less): the
//!   machine was suspended, or the watch was stopped or starved; to a lease that ran out, a gap of more than five seconds;
//! - a step of the wall clock of more than two seconds;
//! - a failure: who cannot read or write cannot beat either; and a lock that is not to be had at once where silence is to be
//!   acted on;
//! - a time, four fifths of what silence is borne for, in which nobody at all changed the database: perhaps nobody could.
//!
//! After one, a verdict of silence whose newest sign of life is older than the end of the break is acted on only once two
//! looks, [`confirm`](SweepOptions::confirm) apart, or a minute, have found it so, and nothing has changed between them. Time
//! that the watch did not attend does not count between them. Nothing waits for that: what does not rest on silence goes on.
//! That it starts is no break.
//!
//! ```
//! use std::time::Duration;
//!
//! use zombie_sweeper::SweepOptions;
//! use zombie_sweeper::watch::{Moment, Next, Watch};
//!
//! let wall = chrono::DateTime::from_timestamp(1_775_877_480, 0).unwrap();
//! let at = Moment { wall, since_boot: Duration::from_secs(1_000) };
//! let mut watch = Watch::new(Duration::from_secs(1), at);
//! assert_eq!(watch.next(at, false), Next::Look);
//! let options = watch.options(&SweepOptions::at(wall), at);
//! // ... sweep with these options, then say what came of it: watch.looked(..) or watch.failed(..)
//! ```

mod attended;
mod attention;
mod moment;
mod rests;
mod writers;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::options::{Silent, SweepOptions, Watched};
use crate::report::SweepReport;
use crate::zombie::Id;
pub use attended::Attended;
use attention::Attention;
pub use moment::Moment;
use rests::{Growing, OUTAGE, Retry, UNREAPED};
use writers::Writers;

/// How long it rests at most without a question to the database whether it has changed.
const POLL: Duration = Duration::from_secs(1);

/// How long it rests at most between two looks, whatever it knows: a task may begin to run, or become silent, by a value that
/// the last look could not read, or that no commit of the queue made.
const MOST: Duration = Duration::from_secs(60);

/// How much longer than a look it rests after it: a twentieth of the time is spent looking.
const RESTS_PER_LOOK: u32 = 19;

/// Within which time reaps count together, where no more than so many may be reaped.
pub const LATELY: Duration = Duration::from_secs(15 * 60);

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Look, with what [`Watch::options`] returns.
    Look,
    /// Rest for so long, a second at most; then ask the database whether it has changed, and this again.
    Rest(Duration),
}

/// Somebody who stays, and looks when there may be something to see.
#[derive(Debug)]
pub struct Watch {
    interval: Duration,
    attention: Attention,
    /// How long silence is borne, as the last look had it.
    borne: Duration,
    /// What the last look found silent and in doubt.
    silent: Arc<HashMap<Id, Silent>>,
    /// When the last look began, in attended time.
    looked_at: Duration,
    /// When the next of the silent is confirmed, in attended time.
    confirmed_at: Option<Duration>,
    /// When the last look began, by the clock that only runs.
    begun: Duration,
    /// No look before this, and one at the latest then, by the same clock.
    earliest: Duration,
    latest: Duration,
    /// When the next of the living can fall silent.
    due: Option<DateTime<Utc>>,
    /// Whether a look is wanted as soon as may be.
    is_wanted: bool,
    has_looked: bool,
    writers: Writers,
    outage: Growing<()>,
    /// What was held back the last time, and when that is counted again, by the clock that only runs.
    held_back: Growing<Vec<String>>,
    counts_again_at: Duration,
    /// What was refused, and when each is tried again, by the same clock.
    refused: HashMap<Id, Retry>,
    /// How many were reaped lately, and when.
    reaped: Vec<(Duration, usize)>,
}

impl Watch {
    /// One that begins now, and looks no more often than once in such an interval.
    #[must_use]
    pub fn new(interval: Duration, at: Moment) -> Self {
        Self {
            interval,
            attention: Attention::new(at),
            borne: Duration::MAX,
            silent: Arc::default(),
            looked_at: Duration::ZERO,
            confirmed_at: None,
            begun: at.since_boot,
            earliest: at.since_boot,
            latest: at.since_boot,
            due: None,
            is_wanted: true,
            has_looked: false,
            writers: Writers::new(at.since_boot),
            outage: Growing::new(OUTAGE),
            held_back: Growing::new(UNREAPED),
            counts_again_at: Duration::ZERO,
            refused: HashMap::new(),
            reaped: Vec::new(),
        }
    }

    /// The options of the look that is to be made now: its *now*, and what silence is proven. The options given are those of
    /// any sweep; where they say for how long the machine has been [suspended](SweepOptions::suspended), that is to be
    /// said anew each time.
    #[must_use]
    pub fn options(&mut self, opts: &SweepOptions, at: Moment) -> SweepOptions {
        self.borne = opts.policy.stale_after.min(opts.policy.claim_grace());
        self.turn_to(at);
        self.looked_at = self.attention.attended();
        self.begun = at.since_boot;
        self.is_wanted = false;
        self.has_looked = true;
        self.reaped
            .retain(|(when, _)| at.since_boot.saturating_sub(*when) < LATELY);
        let spared = self.refused.iter().filter(|(_, retry)| retry.at > self.begun);
        let refused = spared.map(|(key, retry)| (key.clone(), retry.refused.clone()));
        let opts = opts.clone().moved_to(at.wall);
        opts.looked_since(self.attention.looked_since()).watched(Watched {
            silent: Arc::clone(&self.silent),
            attended: self.looked_at,
            refused: Arc::new(refused.collect()),
            reaped_lately: self.reaped.iter().map(|(_, tasks)| tasks).sum(),
            is_write_in_doubt: self.writers.is_in_doubt(),
        })
    }

    /// Over which time it has looked until now: for sweeps beside it.
    #[must_use]
    pub fn attended(&self) -> Attended {
        Attended::of(self.attention.clone(), self.borne)
    }

    /// A look came to an end: what it found, and how long it took. The time in which it reaped is taken off: of that there
    /// is as much as there is to be done.
    pub fn looked(&mut self, at: Moment, took: Duration, report: &SweepReport) {
        self.turn_to(at);
        self.outage.is_over();
        self.reaped(at, report);
        let has_written = report.could_write || report.transactions > 0;
        self.writers.see_look(at.since_boot, has_written);
        if report.met_a_lock {
            self.break_off();
            self.writers.doubt();
        }
        self.remember_silent(report);
        let looking = report.looking.map_or(took, |looking| looking.min(took));
        let interval = self.begun.saturating_add(self.interval);
        let rested = at
            .since_boot
            .saturating_add(looking.saturating_mul(RESTS_PER_LOOK));
        self.earliest = interval.max(rested);
        self.due = report.next_due();
        let rest = self.see_unreaped(report, at.since_boot).unwrap_or(MOST);
        self.latest = at.since_boot.saturating_add(rest.min(MOST));
    }

    /// So much was reaped, be it by a look that failed then: [`at_most`](SweepOptions::at_most) counts what the last 15 minutes
    /// saw. [`looked`](Self::looked) notes that by itself.
    pub fn reaped(&mut self, at: Moment, report: &SweepReport) {
        if !report.reaps.is_empty() {
            self.reaped.push((at.since_boot, report.reaps.len()));
        }
    }

    /// What could not be reaped is tried again after a rest that grows, each for itself, and not before. Returns how long
    /// it is to the next.
    fn see_unreaped(&mut self, report: &SweepReport, now: Duration) -> Option<Duration> {
        let refused = report.refused.iter().map(|(key, refused)| {
            let before = self.refused.get(key);
            let same = before.filter(|retry| retry.refused.print == refused.print);
            let retry = match same {
                Some(spared) if spared.at > self.begun => spared.clone(),
                again => Retry::after(again, refused, now),
            };
            (key.clone(), retry)
        });
        self.refused = refused.collect();
        let next_retry = self.refused.values().map(|retry| retry.at).min();
        let counts_again = self.see_held_back(report, now);
        let next = next_retry.into_iter().chain(counts_again).min()?;
        Some(next.saturating_sub(now))
    }

    /// When what was held back is counted again.
    fn see_held_back(&mut self, report: &SweepReport, now: Duration) -> Option<Duration> {
        let Some(held) = &report.held_back else {
            self.held_back.is_over();
            return None;
        };
        let due: Vec<_> = held.due.iter().map(|reap| reap.task_id.to_string()).collect();
        if self.begun >= self.counts_again_at || !self.held_back.is(&due) {
            self.counts_again_at = now.saturating_add(self.held_back.rest(due));
        }
        Some(self.counts_again_at)
    }

    /// A look or a reap failed, or the database was another file or out of reach. The rests after it grow by themselves, up
    /// to a minute, whatever else there is to do.
    pub fn failed(&mut self, at: Moment) {
        self.turn_to(at);
        self.break_off();
        self.writers.doubt();
        self.earliest = at.since_boot.saturating_add(self.outage.rest(()));
    }

    /// Something else than the database is another, such as what it is looked at by: a look is wanted.
    pub fn wake(&mut self) {
        self.is_wanted = true;
    }

    /// What is to be done now, given whether the database has changed since the last look.
    #[must_use]
    pub fn next(&mut self, at: Moment, has_changed: bool) -> Next {
        self.turn_to(at);
        let now = at.since_boot;
        if has_changed {
            self.writers.see_change(now);
        }
        let wanted = (has_changed || self.is_wanted).then_some(now);
        let due = self.due.map(|due| {
            let ahead = (due - at.wall).to_std().unwrap_or_default();
            now.saturating_add(ahead)
        });
        let confirmed = self.confirmed_at.map(|confirmed_at| {
            let ahead = confirmed_at.saturating_sub(self.attention.attended());
            now.saturating_add(ahead)
        });
        let reasons = [wanted, due, confirmed].into_iter().flatten();
        let when = reasons.fold(self.latest, Duration::min).max(self.earliest);
        match when.saturating_sub(now) {
            Duration::ZERO => Next::Look,
            rest => Next::Rest(rest.min(POLL)),
        }
    }

    /// It is this moment now.
    fn turn_to(&mut self, at: Moment) {
        if !self.has_looked {
            self.writers.begin_at(at.since_boot);
            return self.attention.begin_at(at);
        }
        if self.attention.turn_to(at, self.borne) {
            self.break_off();
        }
        if self.writers.is_quiet(at.since_boot, self.borne) {
            // What was found silent is so still. It is not known whether anybody could break it, and so that is tried.
            self.attention.break_off();
            self.writers.doubt();
        }
    }

    /// A break ends now: nothing is known of the silent any more, and it is time to look.
    fn break_off(&mut self) {
        self.attention.break_off();
        self.silent = Arc::default();
        self.confirmed_at = None;
        self.is_wanted = true;
    }

    /// Those that this look found silent: since when they have been found just so.
    fn remember_silent(&mut self, report: &SweepReport) {
        let now = self.attention.attended();
        let found = report.doubted.iter().map(|(key, doubted)| {
            let before = self.silent.get(key);
            let same = before.filter(|before| before.doubted.print == doubted.print);
            let since = same.map_or(now, |before| before.since);
            let doubted = doubted.clone();
            (key.clone(), Silent { doubted, since })
        });
        let silent: HashMap<_, _> = found.collect();
        let confirmed_at = silent.values().map(Silent::confirmed_at);
        self.confirmed_at = confirmed_at.filter(|at| *at > self.looked_at).min();
        self.silent = Arc::new(silent);
    }
}
