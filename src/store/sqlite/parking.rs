//! Whether tasks can be parked in a queue.

use rusqlite::Connection;

use super::schema::{Events, Runs, Schema};
use crate::store::error::StoreError;

/// Fails where they cannot: where nothing counts how often a task was reaped, or nothing says that one is parked.
pub(super) fn check(schema: &Schema) -> Result<(), StoreError> {
    let why = if schema.events.is_none() {
        "how often it was reaped is counted by the events, and the queue has no table of them (events.table)"
    } else if !has(schema, |events| events.payload.is_some()) {
        "whether it was silent is said by the payload of its events, and the queue has no column for it \
         (events.columns.payload)"
    } else if !has(schema, |events| events.time.is_some()) {
        "since when its silences count is said by the times of its events, and the queue has no column for them \
         (events.columns.time)"
    } else if schema.tasks.parked.is_none() {
        "there is no status to park it in, as a condition tells what runs (tasks.running_where)"
    } else if schema
        .runs
        .as_ref()
        .is_some_and(|runs| !tells_what_is_completed(runs))
    {
        "nothing says which of its finished runs did their work: expected words of runs.words.finished in \
         runs.words.completed"
    } else if schema.runs.as_ref().is_some_and(|runs| !has_times(runs)) {
        "nothing says when a run that did its work was over, so that every silence may be from before it: expected a column \
         for runs.columns.ended"
    } else {
        return Ok(());
    };
    Err(StoreError::Parking(why))
}

/// Fails where the queue does not take the event that a task is parked beside that of its reap, which is of the same moment.
pub(super) fn check_events(conn: &Connection, schema: &Schema) -> Result<(), StoreError> {
    let Some(events) = &schema.events else {
        return Ok(());
    };
    let alike = [&events.time, &events.actor, &events.run];
    let is_alike = |name: &str| {
        let of_roles = std::iter::once(&events.task).chain(alike.into_iter().flatten());
        let mut set = events.set.keys();
        of_roles.map(|column| &column.name).any(|column| column == name)
            || set.any(|column| column.eq_ignore_ascii_case(name))
    };
    let is_taken = events.table.is_unique_within(conn, is_alike);
    if is_taken.map_err(StoreError::sqlite("look at the table of events"))? {
        return Err(StoreError::Parking(
            "its table of events takes but one of a task and a moment (UNIQUE), and a task that is parked gets two: that \
             of its reap, and that it is parked",
        ));
    }
    Ok(())
}

fn has(schema: &Schema, what: impl Fn(&Events) -> bool) -> bool {
    schema.events.as_ref().is_some_and(what)
}

fn has_times(runs: &Runs) -> bool {
    !runs.ended.is_empty() || !runs.started.is_empty() || runs.created.is_some()
}

fn tells_what_is_completed(runs: &Runs) -> bool {
    runs.status.is_some() && !runs.completed.is_empty()
}
