//! The answer in a sentence or two.

use std::time::Duration;

use chrono::SecondsFormat;

use super::on_record::moment_of;
use crate::zombie::{Reason, Standing, TaskInFull, Timestamp, Verdict, span};

/// What a task is, and since when or for how long.
pub(super) fn answer(
    task: &TaskInFull,
    project: Option<&str>,
    verdict: Option<&Verdict>,
    zombie_at: Option<Timestamp>,
    now: Timestamp,
) -> String {
    let moment = |at: Timestamp| {
        let at = at.to_datetime();
        at.map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    let says = match (task.standing, verdict) {
        (Standing::NotRunning, _) => match &task.suspect.status {
            Some(status) => format!("It is not running: its status is {}.", status.value),
            None => "It is not running.".to_owned(),
        },
        (Standing::OutsideCondition, _) => {
            "No sweep looks at it: the profile's condition (tasks.where) does not let it through.".to_owned()
        }
        (Standing::OutsideProject, _) => format!(
            "A sweep of project {} does not look at it: it belongs to another.",
            project.unwrap_or_default()
        ),
        (Standing::LookedAt, Some(Verdict::Healthy)) => match zombie_at {
            Some(at) => format!(
                "It is healthy. If nothing happens, it is a zombie in {}, at {}.",
                span(between(now, at)),
                moment(at)
            ),
            None => "It is healthy.".to_owned(),
        },
        (Standing::LookedAt, Some(Verdict::Undecided(why))) => {
            let later = zombie_at.map_or_else(String::new, |at| {
                let left = span(between(now, at));
                format!(
                    " If nothing happens, it is a zombie in {left}, at {}.",
                    moment(at)
                )
            });
            format!("It is undecided, and is never reaped so: {why}.{later}")
        }
        (Standing::LookedAt, Some(Verdict::Zombie(evidence))) => {
            let since = zombie_at.map_or_else(String::new, |at| {
                // The moment before was the last at which it was none.
                let since = at.minus(Duration::from_micros(1));
                format!(", for {}, since {}", span(between(since, now)), moment(at))
            });
            let sweep = match evidence.reason {
                Reason::WorkerGone => "A sweep resets it, where a second look finds nothing changed.",
                _ => "A sweep resets it.",
            };
            format!(
                "It is a zombie ({}, condition {:?}){since}. {sweep}",
                evidence.reason, evidence.condition
            )
        }
        (Standing::LookedAt, None) => String::new(),
    };
    match task.reaps.first() {
        Some(last) => {
            let when = moment_of(last).map_or_else(
                || "at a time that the event does not say".to_owned(),
                |at| format!("{} ago, at {}", span(between(at, now)), moment(at)),
            );
            let why = Some(last.reason.as_str()).filter(|reason| !reason.is_empty());
            let why = why.unwrap_or("the event does not say why");
            format!("{says} It was last reaped {when}: {why}.")
        }
        None if task.standing == Standing::NotRunning => {
            format!("{says} No event says that it was ever reaped.")
        }
        None => says,
    }
}

fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::from_micros(later.micros_since(earlier).max(0).unsigned_abs())
}
