use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::seconds::seconds_since;
use crate::zombie::{Condition, Id, PastReap, Timestamp, span};

/// The most characters of a value in a sentence.
const VALUE: usize = 60;

/// A reap as it is on record. What the record does not say, or not so that it can be read, is null.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReapOnRecord {
    /// When, RFC 3339.
    pub at: Option<String>,
    /// How long ago, in seconds.
    pub age_s: Option<f64>,
    /// The task.
    pub task_id: Id,
    /// What the task named as its active run.
    pub run_id: Option<Id>,
    /// The reason code.
    pub reason: Option<String>,
    /// Which condition held.
    pub condition: Option<Condition>,
    /// The last sign of life, RFC 3339.
    pub sign_of_life: Option<String>,
    /// How old that was, in seconds.
    pub silence_s: Option<f64>,
    /// How old it might have been, in seconds.
    pub threshold_s: Option<f64>,
    /// What the task held, column and value.
    pub held: Option<BTreeMap<String, Id>>,
    /// Whether the task was parked, and not opened.
    pub parked: bool,
    /// In whose name.
    pub actor: Option<String>,
    /// Why it was reaped, and what it held, in words.
    pub says: String,
}

impl ReapOnRecord {
    pub(super) fn new(reap: &PastReap, now: Timestamp) -> Self {
        let at = moment_of(reap);
        let held = reap.held.as_ref();
        Self {
            at: at.map(Timestamp::to_rfc3339),
            age_s: at.map(|at| seconds_since(now, at)),
            task_id: reap.task_id.clone(),
            run_id: reap.run_id.clone(),
            reason: Some(reap.reason.clone()).filter(|reason| !reason.is_empty()),
            condition: reap.condition,
            sign_of_life: reap.sign_of_life.map(Timestamp::to_rfc3339),
            silence_s: at
                .zip(reap.sign_of_life)
                .map(|(at, sign)| seconds_since(at, sign)),
            threshold_s: reap.threshold.map(|threshold| threshold.as_secs_f64()),
            held: held.map(|held| held.iter().cloned().collect()),
            parked: reap.is_parked,
            actor: reap.actor.clone(),
            says: says(reap),
        }
    }
}

/// When it was, where that is known.
pub(super) fn moment_of(reap: &PastReap) -> Option<Timestamp> {
    Some(reap.at).filter(|at| *at > Timestamp::EPOCH)
}

/// Why it was reaped, and what it held, such as `stale_heartbeat, run r01 silent for 22 min 35 s of 15 min borne; held
/// assigned_slot slot-01`.
pub(super) fn says(reap: &PastReap) -> String {
    let why = if reap.reason.is_empty() {
        "the record does not say why"
    } else {
        reap.reason.as_str()
    };
    let run = reap.run_id.as_ref().map(|run| format!("run {run}"));
    let who: Vec<_> = run.into_iter().chain(silence(reap)).collect();
    let held = reap.held.iter().flatten().filter(|(_, value)| !value.is_blank());
    let held: Vec<_> = held
        .map(|(column, value)| format!("{column} {}", short(&value.to_string())))
        .collect();
    let mut says = why.to_owned();
    for (before, what) in [(", ", who.join(" ")), ("; held ", held.join(", "))] {
        if !what.is_empty() {
            says.push_str(before);
            says.push_str(&what);
        }
    }
    if reap.is_parked {
        says.push_str("; it was parked");
    }
    says
}

fn silence(reap: &PastReap) -> Option<String> {
    let (at, sign) = (moment_of(reap)?, reap.sign_of_life?);
    let silence = Duration::from_micros(at.micros_since(sign).max(0).unsigned_abs());
    if !reap.is_of_silence() {
        return Some(format!("last heard of {} before", span(silence)));
    }
    // Where a lease settles it, no silence is borne.
    let borne = reap.threshold.filter(|threshold| !threshold.is_zero());
    let borne = borne.map_or_else(String::new, |borne| format!(" of {} borne", span(borne)));
    Some(format!("silent for {}{borne}", span(silence)))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(VALUE) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
