//! Part of a plan: a queue may have more zombies than a model can read.

use std::collections::HashSet;
use std::num::NonZeroUsize;

use serde_json::{Map, Value};

/// The lists of a summary that may be as long as the queue, each of tasks.
const LISTS: [&str; 5] = ["task_ids", "undecided", "failed", "parked", "repeats"];

/// The evidence, which may be on some of the tasks alone: it goes by those that are listed.
const EVIDENCE: &str = "zombies";

/// Leaves of each list what stands from here on, at most so many; all are counted still. Returns where to go on, if there is
/// more of any.
pub(super) fn cut(summary: &mut Map<String, Value>, from: usize, limit: NonZeroUsize) -> Option<usize> {
    let limit = limit.get();
    let end = from.saturating_add(limit);
    let mut is_more = false;
    for list in LISTS {
        if let Some(Value::Array(list)) = summary.get_mut(list) {
            is_more |= list.len() > end;
            *list = list.drain(..).skip(from).take(limit).collect();
        }
    }
    leave_reasons(summary);
    if let Some(Value::Object(held_back)) = summary.get_mut("held_back") {
        is_more |= cut(held_back, from, NonZeroUsize::MIN.saturating_add(limit - 1)).is_some();
    }
    leave_evidence(summary);
    is_more.then_some(end)
}

/// Leaves at most so many on the lists that are not of tasks that were found.
pub(super) fn cut_others(summary: &mut Map<String, Value>, limit: NonZeroUsize) {
    for (key, value) in summary.iter_mut() {
        if let Value::Array(list) = value
            && !LISTS.contains(&key.as_str())
            && key != EVIDENCE
        {
            list.truncate(limit.get());
        }
    }
}

/// Leaves nothing on any list, nor of what else may be as long as anybody likes.
pub(super) fn empty(summary: &mut Map<String, Value>) {
    for (key, value) in summary.iter_mut() {
        match value {
            Value::Array(list) => list.clear(),
            Value::Object(held) if key == "held_back" => empty(held),
            Value::Object(reasons) if key == "reasons" => reasons.clear(),
            _ => {}
        }
    }
    summary.remove("thresholds");
}

/// Those of the tasks that are listed.
fn leave_reasons(summary: &mut Map<String, Value>) {
    let ids = listed(summary);
    if let Some(Value::Object(reasons)) = summary.get_mut("reasons") {
        reasons.retain(|id, _| ids.contains(&Some(id.clone())));
    }
}

/// That on the tasks that are listed, be it as held back.
fn leave_evidence(summary: &mut Map<String, Value>) {
    let mut ids = listed(summary);
    if let Some(Value::Object(held_back)) = summary.get("held_back") {
        ids.extend(listed(held_back));
    }
    if let Some(Value::Array(evidence)) = summary.get_mut(EVIDENCE) {
        evidence.retain(|zombie| {
            let id = zombie.get("task_id").unwrap_or(&Value::Null);
            ids.contains(&named(id))
        });
    }
}

fn listed(summary: &Map<String, Value>) -> HashSet<Option<String>> {
    let ids = summary.get("task_ids").and_then(Value::as_array);
    ids.into_iter().flatten().map(named).collect()
}

/// An id; one may be null.
fn named(id: &Value) -> Option<String> {
    id.as_str().map(str::to_owned)
}

/// Where to go on, as it is given out and taken back.
pub(super) fn cursor(from: usize) -> String {
    from.to_string()
}

/// The place that a cursor names.
pub(super) fn place(cursor: &str) -> Option<usize> {
    let is_ours = cursor.len() <= 9 && cursor.bytes().all(|byte| byte.is_ascii_digit());
    cursor.parse().ok().filter(|_| is_ours)
}
