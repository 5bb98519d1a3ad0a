//! Which reaps are listed, how many there are of each day, and which were followed by another of the same task. Each is seen
//! once, and no more of them are kept than it takes to list the newest.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};

use crate::store::{Records, SeenReap, StoreError};
use crate::zombie::{Id, PastReap, Timestamp};

/// Up to how many days are told one by one, those without a reap too.
const DAYS: usize = 366;

/// How many of the others are kept.
const OTHERS: usize = 1_000;

/// How many are kept before those are let go that are not listed.
const KEPT: usize = 4_096;

const DAY_US: i64 = 86_400_000_000;

pub(super) struct Chosen {
    /// None earlier than this.
    since: Option<Timestamp>,
    /// None later.
    now: Timestamp,
    limit: usize,
    pub(super) total: usize,
    /// By the number of the day since the epoch.
    days: HashMap<i64, usize>,
    /// Those that no time can be read of, where times are asked for.
    pub(super) undated: usize,
    /// Those of a time that had not come.
    pub(super) later: usize,
    /// The newest, as they were read.
    kept: Vec<SeenReap>,
    /// When there are so many, those that are not listed are let go.
    most: usize,
    /// None that is listed is as old.
    floor: Option<Timestamp>,
}

/// Reaps, the newest first, each with the time of the next reap of its task.
pub(in crate::inspect) type Listed = Vec<(PastReap, Option<Timestamp>)>;

impl Chosen {
    pub(super) fn new(now: Timestamp, since: Option<Timestamp>, limit: usize) -> Self {
        Self {
            since,
            now,
            limit,
            total: 0,
            days: HashMap::new(),
            undated: 0,
            later: 0,
            kept: Vec::new(),
            most: KEPT,
            floor: None,
        }
    }

    pub(super) fn see(&mut self, seen: SeenReap) {
        if seen.at.is_some_and(|at| at > self.now) {
            self.later += usize::from(seen.is_wanted);
            return;
        }
        match (self.since, seen.at) {
            (Some(since), Some(at)) if at < since => return,
            (Some(_), None) => {
                self.undated += usize::from(seen.is_wanted);
                return;
            }
            _ => {}
        }
        if seen.is_wanted {
            self.total += 1;
            if let Some(at) = seen.at {
                *self.days.entry(at.as_micros().div_euclid(DAY_US)).or_default() += 1;
            }
        }
        if self
            .floor
            .is_some_and(|floor| seen.at.is_none_or(|at| at <= floor))
        {
            return;
        }
        self.kept.push(seen);
        if self.kept.len() >= self.most {
            self.let_go();
            self.most = self.kept.len().saturating_mul(2).max(KEPT);
        }
    }

    /// Keeps those that are listed, and what else is as new.
    fn let_go(&mut self) {
        // By time, whatever the order of the keys; those of the same moment as they were read.
        self.kept.sort_by_key(|seen| std::cmp::Reverse(seen.at));
        let wanted = self.kept.iter().enumerate().filter(|(_, seen)| seen.is_wanted);
        let Some((last, _)) = wanted.take(self.limit).nth(self.limit.saturating_sub(1)) else {
            return;
        };
        self.kept.truncate(last.saturating_add(1));
        self.floor = self.kept.last().and_then(|last| last.at);
    }

    /// Those listed, read whole.
    pub(super) fn listed(&mut self, records: &mut impl Records) -> Result<Listed, StoreError> {
        self.let_go();
        let mut listed = Vec::new();
        if self.total == 0 {
            return Ok(listed);
        }
        let mut later: HashMap<Id, Timestamp> = HashMap::new();
        for seen in self.kept.drain(..) {
            if listed.len() == self.limit {
                break;
            }
            let at = seen.at;
            let mut followed = |task: Id| at.and_then(|at| later.insert(task, at));
            if let (Some(task), false) = (&seen.task, seen.is_wanted) {
                followed(task.clone());
                continue;
            }
            let is_wanted = seen.is_wanted;
            let reap = records.whole(seen)?;
            let again = followed(reap.task_id.clone());
            if is_wanted {
                listed.push((reap, again));
            }
        }
        Ok(listed)
    }

    /// Some of the others of the same time, that only their project or reason keeps apart, where none was found.
    pub(super) fn others(&mut self) -> Vec<SeenReap> {
        self.kept.drain(..).take(OTHERS).collect()
    }

    /// How many there are of each day, from the first to the last.
    pub(super) fn days(&self) -> Vec<(String, usize)> {
        let date = |(day, reaps): (&i64, &usize)| {
            let at = Timestamp::from_micros(day.saturating_mul(DAY_US)).to_datetime();
            at.map(|at| (at.date_naive(), *reaps))
        };
        told(&self.days.iter().filter_map(date).collect())
    }
}

fn told(days: &BTreeMap<NaiveDate, usize>) -> Vec<(String, usize)> {
    let of = |(day, reaps): (NaiveDate, usize)| (day.to_string(), reaps);
    let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value()) else {
        return Vec::new();
    };
    let span = last.signed_duration_since(*first).num_days();
    if usize::try_from(span).is_ok_and(|span| span < DAYS) {
        let all = (0..=span.unsigned_abs()).filter_map(|count| first.checked_add_days(Days::new(count)));
        return all
            .map(|day| of((day, days.get(&day).copied().unwrap_or_default())))
            .collect();
    }
    days.iter().map(|(day, reaps)| of((*day, *reaps))).collect()
}
