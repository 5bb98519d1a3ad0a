//! Over which time it was looked: what a break is, and since when there has been none.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Moment;
use crate::options::LookedSince;

/// A gap between two calls that is longer than this breaks the silence, however long silence is borne.
const GAP: Duration = Duration::from_secs(180);

/// Where silence is borne for a shorter time, it is this share of it; but no gap below five seconds is one.
const SHARE: u32 = 5;
const NO_GAP: Duration = Duration::from_secs(5);

/// By how much the wall clock may be off what it should be by the other one: what adjusts it slowly does not come near.
const STEP_US: u128 = 2_000_000;

/// How far back that is looked, so that many small steps count as one.
const STEP_WITHIN: Duration = Duration::from_secs(60);

/// At most so much of the time between two calls counts as attended: it is called each second, and who sleeps, or is stopped,
/// sees nothing.
const AT_ONCE: Duration = Duration::from_secs(5);

/// What it takes to tell time in which it was looked from time in which nobody did.
#[derive(Clone, Debug)]
pub(super) struct Attention {
    last: Moment,
    /// What the offset of the wall clock is held against, and when that was noted.
    offset_us: i128,
    noted: Duration,
    /// How long it has been attended.
    attended: Duration,
    /// When the last break ended, by the clock that only runs.
    unbroken_since: Option<Duration>,
    /// The same for leases, which may last a few seconds only: to them any gap is a break.
    gapless_since: Option<Duration>,
}

impl Attention {
    pub(super) fn new(at: Moment) -> Self {
        Self {
            last: at,
            offset_us: at.offset_us(),
            noted: at.since_boot,
            attended: Duration::ZERO,
            unbroken_since: None,
            gapless_since: None,
        }
    }

    /// How long it has been attended: the time by which looks are held apart.
    pub(super) fn attended(&self) -> Duration {
        self.attended
    }

    /// When the last break ended, and the last gap however short, by the wall clock.
    pub(super) fn looked_since(&self) -> LookedSince {
        LookedSince {
            silence: self.unbroken_since.map(|since| self.wall_at(since)),
            leases: self.gapless_since.map(|since| self.wall_at(since)),
        }
    }

    /// A moment of the other clock, as the wall clock has it now.
    fn wall_at(&self, since_boot: Duration) -> DateTime<Utc> {
        let passed = self.last.since_boot.saturating_sub(since_boot);
        let passed = TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX);
        let wall = self.last.wall.checked_sub_signed(passed);
        wall.unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// It is this moment now. Returns whether there was a break: a gap, or a step of the wall clock.
    pub(super) fn turn_to(&mut self, at: Moment, borne: Duration) -> bool {
        let passed = at.since_boot.checked_sub(self.last.since_boot);
        let offset_us = at.offset_us();
        let has_stepped = offset_us.abs_diff(self.offset_us) > STEP_US;
        if has_stepped || at.since_boot.saturating_sub(self.noted) >= STEP_WITHIN {
            (self.offset_us, self.noted) = (offset_us, at.since_boot);
        }
        self.last = at;
        self.attended += passed.unwrap_or_default().min(AT_ONCE);
        let most = GAP.min((borne / SHARE).max(NO_GAP));
        if passed.is_none_or(|passed| passed > NO_GAP) {
            self.gapless_since = Some(at.since_boot);
        }
        let is_broken = has_stepped || passed.is_none_or(|passed| passed > most);
        if is_broken {
            self.break_off();
        }
        is_broken
    }

    /// Nothing that happened before this moment counts, gaps and steps included: it begins only now.
    pub(super) fn begin_at(&mut self, at: Moment) {
        *self = Self {
            unbroken_since: self.unbroken_since,
            gapless_since: self.gapless_since,
            attended: self.attended,
            ..Self::new(at)
        };
    }

    /// A break ends now.
    pub(super) fn break_off(&mut self) {
        self.unbroken_since = Some(self.last.since_boot);
        self.gapless_since = self.unbroken_since;
    }
}
