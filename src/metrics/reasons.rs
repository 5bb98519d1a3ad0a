//! Reaps by their reasons: never more of them than a monitor can bear, whatever words stand in the queue.

use std::collections::BTreeMap;

use super::totals::Totals;
use crate::report::SweepReport;
use crate::zombie::Reason;

/// How many reasons have a series of their own. A run may have ended by any word, and each is a reason.
const MOST: usize = 32;

/// How many characters of a reason's code are shown.
const LONGEST: usize = 80;

/// What counts those that have no series of their own. No reason's code is this.
const OTHER: &str = "other";

pub(super) fn of_the_sweep(report: &SweepReport) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for reap in &report.reaps {
        *counts.entry(reap.reason.code()).or_default() += 1;
    }
    bounded(counts.iter().map(|(code, count)| (&**code, *count)))
}

pub(super) fn of_all_sweeps(totals: &Totals) -> BTreeMap<String, u64> {
    bounded(totals.reaped.iter().map(|(code, count)| (&**code, *count)))
}

fn bounded<'c>(counts: impl Iterator<Item = (&'c str, u64)>) -> BTreeMap<String, u64> {
    // They are told of also where there are none, so that their series have no gaps.
    let always = Reason::FIXED.map(|reason| (reason.code().into_owned(), 0));
    let mut series = BTreeMap::from(always);
    for (code, count) in counts {
        let code = spelt(code.chars().take(LONGEST));
        let has_room = series.len() < MOST || series.contains_key(&code);
        let code = if has_room { code } else { OTHER.to_owned() };
        *series.entry(code).or_default() += count;
    }
    series
}

/// As a label shows it, which spells control characters out: a word that is spelt so itself is counted together with it, as no
/// series may come twice.
fn spelt(code: impl Iterator<Item = char>) -> String {
    let mut spelt = String::new();
    for c in code {
        match c {
            c if c.is_control() && c != '\n' => spelt.extend(c.escape_unicode()),
            c => spelt.push(c),
        }
    }
    spelt
}
