//! Nothing on record looks like innocence: what was asked for may not be there to be asked for.

use std::collections::BTreeSet;

use crate::store::{Records, SeenReap, StoreError};
use crate::zombie::{NextRuns, Notes, Reason, TaskNow};

/// How many reasons are named.
const NAMED: usize = 20;

/// Of a task asked for without a reap: whether there is one.
pub(super) fn of_task(
    records: &mut impl Records,
    task: &str,
    notes: &mut Notes,
) -> Result<Option<String>, StoreError> {
    let found = records.aftermaths(&[task.to_owned()], &mut NextRuns::default(), notes)?;
    let is_gone = found.get(task).is_none_or(|found| found.task == TaskNow::Gone);
    Ok(is_gone.then(|| format!("no task {task:?} in the database, and no reap of it among those asked for")))
}

/// Of a reason asked for without a reap: which there are, of these reaps of the same time.
pub(super) fn of_reason(
    records: &mut impl Records,
    reason: &str,
    others: Vec<SeenReap>,
) -> Result<Option<String>, StoreError> {
    let mut named = BTreeSet::new();
    for other in others {
        named.insert(records.whole(other)?.reason);
    }
    named.remove(reason); // of another project
    named.remove("");
    if !named.is_empty() {
        let more = named.len().saturating_sub(NAMED);
        let named: Vec<_> = named.into_iter().take(NAMED).collect();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        return Ok(Some(format!(
            "no reap for the reason {reason:?} among those asked for: the reasons on record in that time are {}{more}",
            named.join(", ")
        )));
    }
    let fixed = Reason::FIXED.map(|reason| reason.code().into_owned());
    if reason.starts_with("run_") || fixed.iter().any(|fixed| fixed == reason) {
        return Ok(None);
    }
    Ok(Some(format!(
        "{reason:?} is no reason of a reap: expected {}, or run_ and the status of a run that has ended",
        fixed.join(", ")
    )))
}
