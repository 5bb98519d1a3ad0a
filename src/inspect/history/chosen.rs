//! Which reaps are listed, how many there are of each day, and which were followed by another of the same task.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};

use super::report::DayOfReaps;
use crate::inspect::on_record::moment_of;
use crate::store::SeenReap;
use crate::zombie::{Id, Timestamp};

/// Up to how many days are told one by one, those without a reap too.
const DAYS: usize = 366;

/// How many of the others are kept.
const OTHERS: usize = 1_000;

pub(super) struct Chosen {
    /// The newest, the newest first, each with the time of the next reap of its task.
    pub(super) listed: Vec<(SeenReap, Option<Timestamp>)>,
    pub(super) total: usize,
    pub(super) days: Vec<DayOfReaps>,
    /// Those that no time can be read of, where times are asked for.
    pub(super) undated: usize,
    /// Some of the others of the same time, that only their project or reason keeps apart.
    pub(super) others: Vec<SeenReap>,
}

impl Chosen {
    pub(super) fn of(mut seen: Vec<SeenReap>, since: Option<Timestamp>, limit: usize) -> Self {
        // By time, whatever the order of the keys; those of the same moment as they were read.
        seen.sort_by_key(|seen| std::cmp::Reverse(seen.reap.at));
        let mut chosen = Self {
            listed: Vec::new(),
            total: 0,
            days: Vec::new(),
            undated: 0,
            others: Vec::new(),
        };
        let mut days: BTreeMap<NaiveDate, usize> = BTreeMap::new();
        let mut later: HashMap<Id, Timestamp> = HashMap::new();
        for seen in seen {
            let at = moment_of(&seen.reap);
            let again = at.and_then(|at| later.insert(seen.reap.task_id.clone(), at));
            if !seen.is_wanted {
                let is_in_time = since.is_none_or(|since| at.is_some_and(|at| at >= since));
                if is_in_time && chosen.others.len() < OTHERS {
                    chosen.others.push(seen);
                }
                continue;
            }
            match (since, at) {
                (Some(since), Some(at)) if at < since => continue,
                (Some(_), None) => {
                    chosen.undated += 1;
                    continue;
                }
                _ => {}
            }
            chosen.total += 1;
            if let Some(day) = at.and_then(Timestamp::to_datetime) {
                *days.entry(day.date_naive()).or_default() += 1;
            }
            if chosen.listed.len() < limit {
                chosen.listed.push((seen, again));
            }
        }
        chosen.days = told(&days);
        chosen
    }
}

/// The days from the first to the last.
fn told(days: &BTreeMap<NaiveDate, usize>) -> Vec<DayOfReaps> {
    let of = |(day, reaps): (NaiveDate, usize)| DayOfReaps {
        day: day.to_string(),
        reaps,
    };
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
