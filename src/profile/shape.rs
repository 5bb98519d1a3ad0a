//! Which shape a profile says that its queue has: what contradicts itself is refused before any database is read.

use std::collections::BTreeSet;

use super::ProfileError;
use super::names::Names;

/// `said` are the keys that a file gives a value to, other than that there is none.
pub(super) fn check(names: &Names, said: &BTreeSet<String>) -> Result<(), ProfileError> {
    let tasks_where = ["tasks.columns.status", "tasks.words.running", "tasks.words.open"];
    let runs_where = ["runs.words.running", "runs.words.finished"];
    let workers = ["tasks.columns.worker", "runs.columns.worker", "workers."];
    let events = ["events."];
    let runs = ["runs.", "tasks.columns.active_run", "workspaces.columns.run"];
    let rules = [
        (
            names.tasks.running_where.is_some(),
            "tasks.running_where",
            &tasks_where[..],
            "the condition tells what runs, and no word of a status does; a reap resets by clear and set",
        ),
        (
            names.runs.running_where.is_some(),
            "runs.running_where",
            &runs_where[..],
            "the condition tells which runs are unfinished, and no word of a status does",
        ),
        (
            names.runs.table.is_empty(),
            "runs.table = \"\"",
            &runs[..],
            "there is no table of runs, so that each task is its own run",
        ),
        (
            names.workers.table.is_empty(),
            "workers.table = \"\"",
            &workers[..],
            "there is no table of workers that could be named; give its name, or leave the other out",
        ),
        (
            names.events.table.is_empty(),
            "events.table = \"\"",
            &events[..],
            "there is no table of events",
        ),
    ];
    for (holds, other, keys, why) in rules {
        let is_against = |key: &&String| !is_table(key) && keys.iter().any(|start| is_of(key, start));
        if let Some(key) = said.iter().find(is_against).filter(|_| holds) {
            return Err(ProfileError::TwoShapes {
                key: key.clone(),
                other,
                why,
            });
        }
    }
    Ok(())
}

fn is_table(key: &str) -> bool {
    key.split_once('.').is_some_and(|(_, key)| key == "table")
}

/// Whether a key is this one, stands in it, or begins so where it ends with a dot.
fn is_of(key: &str, start: &str) -> bool {
    key.strip_prefix(start)
        .is_some_and(|rest| start.ends_with('.') || rest.is_empty() || rest.starts_with('.'))
}
