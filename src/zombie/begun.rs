//! Which run is the active one where tasks name none: the unfinished one begun last, else the one begun last of all.

use std::cmp::Ordering;

use super::signs::newest;
use super::{Moment, Run, Task};

/// Of two runs of a task, which was begun last: by start, then by the order of the rows. One that has not begun counts as
/// last, and so does one whose start cannot be read.
#[must_use]
pub fn by_begin(a: &Run, b: &Run) -> Ordering {
    let start = |run: &Run| match run.start() {
        signs if signs.unreadable.is_some() => None,
        signs => signs.newest.map(|moment| moment.at),
    };
    let by_start = match (start(a), start(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
    };
    by_start.then(a.place.cmp(&b.place))
}

/// Whether a running task whose runs have all ended, this one begun last, shows that it was claimed since: then it is a
/// claim, and waits for a run.
#[must_use]
pub fn is_claimed_since(task: &Task, last: &Run) -> bool {
    let signs = [&task.heartbeat, &task.started, &task.updated];
    let end = last
        .ended
        .newest
        .or_else(|| newest([last.heartbeat.newest, last.start().newest]));
    let is_since = |moment: Moment| end.is_none_or(|end| moment.is_after(end));
    signs
        .iter()
        .any(|signs| signs.unreadable.is_some() || signs.newest.is_some_and(is_since))
}
