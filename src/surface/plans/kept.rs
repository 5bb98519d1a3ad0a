//! The plans that are kept, one beside the other, and which of them go.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq;
use zombie_sweeper::SweepReport;
use zombie_sweeper::watch::Moment;

use super::session::Session;
use crate::surface::verbs::{Planned, Scope};

/// How many are kept at most, for the holders of one token.
pub(super) const KEPT: usize = 32;

/// What those take in memory at most, in bytes, about.
pub(super) const MOST: usize = 8 << 20;

/// How long one is good for.
pub(super) const GOOD_FOR: TimeDelta = TimeDelta::seconds(300);

/// A dry run that may become a sweep.
#[derive(Clone, Debug)]
pub(crate) struct KeptPlan {
    /// 128 bits by chance, in hexadecimal.
    pub(crate) id: String,
    pub(crate) scope: Scope,
    pub(crate) report: SweepReport,
    pub(crate) planned: Planned,
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(super) session: Session,
}

impl KeptPlan {
    /// Not before it was made either: a clock that was set back makes none last longer.
    fn is_good(&self, now: DateTime<Utc>) -> bool {
        (self.made_at..self.expires_at).contains(&now)
    }
}

/// A plan, and what is known of it besides.
pub(super) struct Kept {
    pub(super) plan: Arc<KeptPlan>,
    pub(super) weight: usize,
    /// When it was made, by the clock that only runs.
    pub(super) made: Duration,
    /// What the answer of a person has to name, where one was asked: it is to this question, and the last one.
    pub(super) question: Option<String>,
    /// Whether whoever made it could ask a person about it.
    pub(super) can_be_asked: bool,
}

impl Kept {
    /// By either clock: the one on the wall may be set.
    fn is_good(&self, now: Moment) -> bool {
        let age = now.since_boot.saturating_sub(self.made);
        self.plan.is_good(now.wall) && age.as_secs() < GOOD_FOR.num_seconds().unsigned_abs()
    }
}

/// Those that are good still; the others are gone.
pub(super) fn good(kept: &Mutex<Vec<Kept>>, now: Moment) -> MutexGuard<'_, Vec<Kept>> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|kept| kept.is_good(now));
    kept
}

/// Compares with each, in a time that tells nothing of any.
pub(super) fn place(kept: &[Kept], id: &str, session: &Session) -> Option<usize> {
    let mut found = None;
    for (at, Kept { plan, .. }) in kept.iter().enumerate() {
        let is_it = plan.id.as_bytes().ct_eq(id.as_bytes()) & plan.session.ct_eq(session);
        if is_it.into() {
            found = Some(at);
        }
    }
    found
}

/// Where the holders of the token by which the last one was made have too many, or too large ones, the oldest goes of the session
/// that has most: none pushes out those of others by making many, and none at all those of another token. The last one stays.
pub(super) fn make_room(kept: &mut Vec<Kept>) {
    let Some(holder) = kept.last().map(|last| last.plan.session.holder) else {
        return;
    };
    loop {
        let mine = || kept.iter().filter(|kept| kept.plan.session.holder == holder);
        let is_heavy = mine().map(|kept| kept.weight).sum::<usize>() > MOST;
        if mine().count() <= KEPT && !is_heavy {
            return;
        }
        let mut shares = HashMap::new();
        for Kept { plan, weight, .. } in mine() {
            let share = if is_heavy { *weight } else { 1 };
            *shares.entry(plan.session.clone()).or_insert(0_usize) += share;
        }
        let share = |kept: &Kept| shares.get(&kept.plan.session).copied();
        let others = kept.split_last().map_or(&[][..], |(_, others)| others);
        let most = others.iter().filter_map(share).max();
        let oldest = others
            .iter()
            .position(|kept| share(kept).is_some() && share(kept) == most);
        let Some(at) = oldest else {
            return;
        };
        kept.remove(at);
    }
}
