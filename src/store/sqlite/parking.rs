//! Whether tasks can be parked in a queue.

use super::schema::{Runs, Schema};
use crate::store::error::StoreError;

/// Fails where they cannot: where nothing counts how often a task was reaped, or nothing says that one is parked.
pub(super) fn check(schema: &Schema) -> Result<(), StoreError> {
    let why = if schema.events.is_none() {
        "how often it was reaped is counted by the events, and the queue has no table of them (events.table)"
    } else if schema.tasks.parked.is_none() {
        "there is no status to park it in, as a condition tells what runs (tasks.running_where)"
    } else if schema
        .runs
        .as_ref()
        .is_some_and(|runs| !tells_what_is_completed(runs))
    {
        "nothing says which of its finished runs did their work: expected words of runs.words.finished in \
         runs.words.completed"
    } else {
        return Ok(());
    };
    Err(StoreError::Parking(why))
}

fn tells_what_is_completed(runs: &Runs) -> bool {
    runs.status.is_some() && !runs.completed.is_empty()
}
