use std::num::NonZeroUsize;
use std::time::Duration;

use zombie_sweeper::{Policy, SweepOptions};

use super::{Holds, Queue};
use crate::{Choices, now};

/// What to ask of a sweep. Takes six decisions always.
pub(super) fn options(schema: &mut Choices<'_>) -> SweepOptions {
    let seconds = [900, 0, 60, u64::MAX, 86_400];
    let project = schema.pick(&[
        None,
        None,
        None,
        Some("p"),
        Some("SciDEX"),
        Some("nobody's"),
        Some(""),
        Some("'\0\"{"),
    ]);
    let actor = schema.pick(&["zombie-sweeper", "", "'\0\"{t.key}", "é\n"]);
    let policy = Policy {
        stale_after: Duration::from_secs(schema.pick(&seconds)),
        claim_grace: schema
            .pick(&[None, Some(0), Some(60), Some(u64::MAX)])
            .map(Duration::from_secs),
        settle: Duration::from_secs(schema.pick(&[0, 0, 900, u64::MAX])),
    };
    let batch_size = schema.pick(&[
        SweepOptions::BATCH_SIZE.get(),
        SweepOptions::BATCH_SIZE.get(),
        1,
        2,
    ]);
    let options = SweepOptions::at(now())
        .actor(actor)
        .policy(policy)
        .batch_size(NonZeroUsize::new(batch_size).unwrap());
    match project {
        Some(project) => options.project(project),
        None => options,
    }
}

/// Whether to look twice, and at what.
pub(super) fn more_options(options: SweepOptions, odd: &mut Choices<'_>) -> SweepOptions {
    let confirm = odd.pick(&[0, 0, 60, 3_600]);
    let suspended = odd.pick(&[0, 0, 600, 86_400]);
    options
        .confirm(Duration::from_secs(confirm))
        .suspended(Duration::from_secs(suspended))
        .evidence(odd.one_in(2))
        .waiting(|time| Some(now() + time))
}

/// What somebody else does between the first look and the write lock.
pub(super) fn rival(queue: &mut Queue, schema: &mut Choices<'_>) {
    let (tasks, runs) = (&queue.tasks, &queue.runs);
    let (t, r) = (tasks.qualified_name(), runs.qualified_name());
    let [task, status, active] =
        [Holds::TaskId, Holds::TaskStatus, Holds::ActiveRun].map(|holds| tasks.quoted(holds));
    let [run, of, run_status, heartbeat] =
        [Holds::RunId, Holds::TaskId, Holds::RunStatus, Holds::Time].map(|holds| runs.quoted(holds));
    let fresh = "'2026-04-11T03:17:59Z'";
    let is_open = format!("{run_status} NOT IN ('completed', 'failed', 'aborted', 'abandoned')");
    let deeds = [
        "SELECT 1".to_owned(),
        format!("UPDATE {t} SET {status} = 'open' WHERE {task} = 't1'"),
        format!("UPDATE {t} SET {status} = 'running'"),
        format!("UPDATE {t} SET {active} = 'r1' WHERE {task} = 't0'"),
        format!("UPDATE {t} SET {active} = '' WHERE {task} <> 't1'"),
        format!("DELETE FROM {t} WHERE {task} = 't0'"),
        format!("UPDATE {r} SET {heartbeat} = {fresh} WHERE {of} = 't1'"),
        format!("UPDATE {r} SET {heartbeat} = 'never' WHERE {of} = 't0'"),
        format!("UPDATE {r} SET {run_status} = 'completed' WHERE {run} = 'r0'"),
        // A run that has ended stays so: that one goes on again is seen where an index leads to a task's runs.
        format!("UPDATE {r} SET {run_status} = 'running', {heartbeat} = {fresh} WHERE {is_open}"),
        format!("UPDATE {r} SET {run_status} = 'paused' WHERE {is_open}"),
        format!("DELETE FROM {r} WHERE {run} = 'r1'"),
        format!(
            "INSERT INTO {r} ({run}, {of}, {run_status}, {heartbeat}) VALUES ('rx', 't0', 'running', {fresh})"
        ),
        // Away from its task, not to another: that a run changes hands is seen where an index leads to a task's runs.
        format!("UPDATE {r} SET {of} = 't9' WHERE {run} = 'r0'"),
        format!("UPDATE {t} SET {task} = 't9' WHERE {task} = 't0'"),
        "UPDATE workspaces SET task_id = 't1'".to_owned(),
        "DELETE FROM workspaces".to_owned(),
        format!("ALTER TABLE {t} ADD COLUMN added"),
        format!("DROP TABLE {r}"),
        format!("ALTER TABLE {t} RENAME COLUMN {status} TO renamed"),
        "DROP TABLE workspaces".to_owned(),
    ];
    for decision in [schema.byte(), schema.byte()] {
        if decision >= 128 {
            // In one batch: behind it, what the rival made a zombie would be found as well.
            queue.options = queue.options.clone().batch_size(SweepOptions::BATCH_SIZE);
            queue
                .rival
                .push(deeds[usize::from(decision) % deeds.len()].clone());
        }
    }
}
