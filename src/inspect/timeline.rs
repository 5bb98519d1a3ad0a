//! What happened to a task, in the order of time: what its columns say, and its events.

use super::explanation::Happened;
use super::on_record::{moment_of, says};
use super::seconds::seconds_since;
use super::source::Source;
use crate::zombie::{Part, Reading, TaskInFull, Timestamp, WrittenSign};

/// Everything that has a moment.
pub(super) fn timeline(
    task: &TaskInFull,
    source: Source,
    zombie_at: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Happened> {
    let mut found: Vec<_> = task.signs.iter().filter_map(of_sign).collect();
    // They come the latest first; those of the same moment are told in the order in which they were written.
    let events = task.events.iter().rev().filter_map(|event| {
        let by = event
            .actor
            .as_ref()
            .map_or_else(String::new, |actor| format!(" by {actor}"));
        Some((event.at?, format!("event {}{by}", event.kind), None))
    });
    found.extend(events);
    if source == Source::Ledger {
        let reaps = task.reaps.iter().rev();
        found.extend(
            reaps.filter_map(|reap| Some((moment_of(reap)?, format!("reaped: {}", says(reap)), None))),
        );
    }
    found.extend(zombie_at.filter(|at| *at > now).map(|at| {
        let what = "would be a zombie, if nothing happens".to_owned();
        (at, what, None)
    }));
    found.sort_by_key(|(at, ..)| *at);
    let happened = found.into_iter().map(|(at, what, column)| Happened {
        at: at.to_rfc3339(),
        age_s: seconds_since(now, at),
        what,
        column,
    });
    happened.collect()
}

fn of_sign(sign: &WrittenSign) -> Option<(Timestamp, String, Option<String>)> {
    let Reading::At(moment) = sign.reading else {
        return None;
    };
    let what = match sign.part {
        Part::Heartbeat => "was heard of",
        Part::Start => "started",
        Part::Creation => "was made",
        Part::Update => "was last changed",
        Part::End => "ended",
        Part::Lease => "lease ends",
        Part::Life => "began its life",
    };
    let what = format!("{} {what}", sign.whose);
    Some((moment.at, what, Some(sign.column.to_string())))
}
