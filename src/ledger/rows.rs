//! The rows that a sweep becomes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Transaction, named_params, params};

use super::entry::{Entry, Outcome, Scope};
use super::number::{micros, number};
use super::{followed, thresholds};
use crate::report::{RememberedReap, SweepReport};
use crate::zombie::{Ages, Id, Labels, Living, Reason, Timestamp, UndecidedTask};

/// How many projects and kinds of living tasks are kept apart in one sweep.
const MOST_GROUPS: usize = 64;

/// How many words by which runs have ended are counted apart: the first that came, so that no count ever moves to another.
const MOST_WORDS: usize = 26;

/// What counts the others. No reason's code is this.
const OTHER: &str = "other";

/// How many undecided tasks of one sweep are kept.
const MOST_UNDECIDED: usize = 10_000;

/// Enters a sweep, and counts it.
pub(super) fn insert(write: &Transaction<'_>, entry: &Entry<'_>) -> rusqlite::Result<()> {
    let scope = scope_id(write, entry.scope, entry.at)?;
    let sweep = insert_sweep(write, scope, entry)?;
    count(write, scope, entry)?;
    let Outcome::Swept(report) = entry.outcome else {
        return Ok(());
    };
    if let Some(remembered) = report.remembered() {
        insert_reaps(write, sweep, &remembered.reaps)?;
        insert_living(write, sweep, &remembered.living)?;
        followed::merge(write, scope, &remembered.followed)?;
    }
    if let Some(learned) = &report.thresholds {
        thresholds::enter(write, scope, learned, entry.at)?;
    }
    see_undecided(write, scope, entry.at, &report.undecided)?;
    // A sweep of single tasks tells nothing of the others.
    if report.error.is_none() && !entry.is_narrowed {
        write.execute(
            include_str!("sql/drop_decided.sql"),
            (scope, entry.at.as_micros()),
        )?;
    }
    Ok(())
}

fn scope_id(write: &Transaction<'_>, scope: &Scope, at: Timestamp) -> rusqlite::Result<i64> {
    let known = write
        .query_row(
            include_str!("sql/scope.sql"),
            (&scope.database, &scope.project),
            |row| row.get(0),
        )
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    write.execute(
        include_str!("sql/insert_scope.sql"),
        (&scope.database, &scope.project, at.as_micros()),
    )?;
    Ok(write.last_insert_rowid())
}

fn insert_sweep(write: &Transaction<'_>, scope: i64, entry: &Entry<'_>) -> rusqlite::Result<i64> {
    let (report, error) = match entry.outcome {
        Outcome::Swept(report) => (Some(report), report.error.as_deref()),
        Outcome::Failed(error) => (None, Some(error)),
    };
    let count = |of: fn(&SweepReport) -> usize| report.map_or(0, |report| number(of(report)));
    let clocks = entry.clocks;
    write.execute(
        include_str!("sql/insert_sweep.sql"),
        named_params! {
            ":scope": scope,
            ":at": entry.at.as_micros(),
            ":profile": report.map(|report| &report.profile),
            ":actor": report.map(|report| &report.actor),
            ":scanned": count(|report| report.scanned),
            ":healthy": count(|report| report.healthy),
            ":undecided": count(|report| report.undecided.len()),
            ":failed": count(|report| report.failed.len()),
            ":reaped": count(|report| report.reaps.len()),
            ":moved_on": count(|report| report.moved_on),
            ":held_back": count(|report| report.held_back.as_ref().map_or(0, |held| held.due.len())),
            ":narrowed": entry.is_narrowed,
            ":transactions": count(|report| report.transactions),
            ":runs_abandoned": count(|report| report.runs_abandoned),
            ":workspaces_freed": count(|report| report.workspaces_freed),
            ":stale_after_s": report.map(|report| report.stale_after_s),
            ":claim_grace_s": report.map(|report| report.claim_grace_s),
            ":duration_ms": report.map_or(0, |report| i64::try_from(report.duration_ms).unwrap_or(i64::MAX)),
            ":error": error,
            ":version": env!("CARGO_PKG_VERSION"),
            ":boot_id": clocks.boot_id,
            ":written_at": clocks.wall.as_micros(),
            ":since_boot": clocks.since_boot.map(micros),
            ":awake": clocks.awake.map(micros),
        },
    )?;
    Ok(write.last_insert_rowid())
}

/// Counts what no old sweep takes with it when it goes.
fn count(write: &Transaction<'_>, scope: i64, entry: &Entry<'_>) -> rusqlite::Result<()> {
    let mut add = write.prepare(include_str!("sql/add_total.sql"))?;
    let mut add = |name: &str, label: &str, count: usize| match count {
        0 => Ok(0),
        _ => add.execute((scope, name, label, number(count))),
    };
    add("sweeps", "", 1)?;
    add("failures", "", entry.outcome.is_failure().into())?;
    let Outcome::Swept(report) = entry.outcome else {
        return Ok(());
    };
    add("failed", "", report.failed.len())?;
    add("moved_on", "", report.moved_on)?;
    add("transactions", "", report.transactions)?;
    add("runs_abandoned", "", report.runs_abandoned)?;
    add("workspaces_freed", "", report.workspaces_freed)?;
    let mut by_reason = BTreeMap::<_, (&Reason, usize)>::new();
    for reap in &report.reaps {
        by_reason.entry(reap.reason.code()).or_insert((&reap.reason, 0)).1 += 1;
    }
    let mut has_room = write.prepare(include_str!("sql/word_has_room.sql"))?;
    for (code, (reason, count)) in by_reason {
        let has_room = match reason {
            Reason::RunFinished(_) => {
                has_room.query_row((scope, &code, number(MOST_WORDS)), |row| row.get(0))?
            }
            _ => true,
        };
        add("reaped", if has_room { &code } else { OTHER }, count)?;
    }
    Ok(())
}

fn insert_reaps(write: &Transaction<'_>, sweep: i64, reaps: &[RememberedReap]) -> rusqlite::Result<()> {
    if reaps.is_empty() {
        return Ok(());
    }
    let mut insert = write.prepare(include_str!("sql/insert_reap.sql"))?;
    for (place, remembered) in reaps.iter().enumerate() {
        let reap = &remembered.reap;
        let age = reap.sign_of_life.map(|sign| reap.at.micros_since(sign));
        insert.execute(named_params! {
            ":sweep": sweep,
            ":place": number(place),
            ":at": reap.at.as_micros(),
            ":task": reap.task_id,
            ":task_parts": matches!(reap.task_id, Id::Several(_)),
            ":run": reap.run_id,
            ":run_parts": matches!(reap.run_id, Some(Id::Several(_))),
            ":reason": reap.reason,
            ":condition": format!("{:?}", remembered.condition),
            ":sign_of_life": reap.sign_of_life.map(Timestamp::as_micros),
            ":age": age,
            ":threshold": micros(remembered.threshold),
            ":project": remembered.labels.project.as_deref(),
            ":kind": remembered.labels.kind.as_deref(),
            ":actor": reap.actor,
            ":parked": reap.is_parked,
        })?;
    }
    Ok(())
}

fn insert_living(write: &Transaction<'_>, sweep: i64, living: &Living) -> rusqlite::Result<()> {
    let mut groups: Vec<_> = living.iter().collect();
    groups.sort_by_key(|(_, ages)| Reverse(ages.count() + ages.without()));
    let kept = if groups.len() > MOST_GROUPS {
        MOST_GROUPS - 1
    } else {
        groups.len()
    };
    let (kept, others) = groups.split_at(kept);
    let mut rest = Ages::default();
    for (_, ages) in others {
        rest.merge(ages);
    }
    let nobodys = Labels::default();
    let rest = (!others.is_empty()).then_some((&nobodys, &rest, number(others.len())));
    let kept = kept.iter().map(|(labels, ages)| (*labels, *ages, 0));
    let mut insert = write.prepare(include_str!("sql/insert_living.sql"))?;
    for (place, (labels, ages, others)) in kept.chain(rest).enumerate() {
        insert.execute(params![
            sweep,
            number(place),
            labels.project.as_deref(),
            labels.kind.as_deref(),
            others,
            i64::try_from(ages.count()).unwrap_or(i64::MAX),
            micros(ages.largest()),
            serde_json::to_string(ages.counts()).unwrap_or_default(),
            i64::try_from(ages.without()).unwrap_or(i64::MAX),
        ])?;
    }
    Ok(())
}

fn see_undecided(
    write: &Transaction<'_>,
    scope: i64,
    at: Timestamp,
    undecided: &[UndecidedTask],
) -> rusqlite::Result<()> {
    let mut see = write.prepare(include_str!("sql/see_undecided.sql"))?;
    for task in undecided.iter().take(MOST_UNDECIDED) {
        see.execute((scope, &task.task_id, &task.why, at.as_micros()))?;
    }
    Ok(())
}
