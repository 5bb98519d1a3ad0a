//! Enters a sweep: one transaction, which takes away what has become too old.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, named_params, params};

use super::aside::set_aside;
use super::entry::{Entry, Outcome, Scope};
use super::error::LedgerError;
use super::open::{self, APPLICATION_ID, Found, VERSION, identify};
use super::system;
use crate::report::{Remembered, RememberedReap, SweepReport};
use crate::zombie::{Ages, Id, Labels, Living, Timestamp, UndecidedTask};

/// For how long each sweep is kept, unless another time is asked for.
pub const KEEP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How many sweeps and reaps that have become too old are taken away at most, beside as many as were entered: where a clock
/// was off, or a night saw many, it takes several sweeps.
const OLD_SWEEPS: usize = 100;
const OLD_REAPS: usize = 1_000;

/// How many projects and kinds of living tasks are kept apart in one sweep.
const MOST_GROUPS: usize = 64;

/// How many undecided tasks of one sweep are kept.
const MOST_UNDECIDED: usize = 10_000;

/// Enters a sweep into the ledger at this path, which is made where there is none, and takes away what was entered longer
/// ago than `keep`. Returns what there is to tell the operator; the sweep itself is not concerned.
///
/// The last folder of the path is made too, for us alone. A damaged ledger is set aside, and a new one begun. Where another
/// process holds the ledger for longer than a second, the sweep is not entered.
pub fn record(path: &Path, keep: Duration, entry: &Entry<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut is_new = false;
    loop {
        let why = match enter(path, keep, entry) {
            Ok(()) => return warnings,
            Err((LedgerError::Damaged { path, why }, Some(file))) if !is_new => {
                match set_aside(&path, file, entry.clocks.wall) {
                    Ok(aside) => {
                        is_new = true;
                        warnings.push(format!(
                            "the ledger {} was damaged ({why}): it is set aside as {}, and a new one begun",
                            path.display(),
                            aside.display()
                        ));
                        continue;
                    }
                    Err(error) => error,
                }
            }
            Err((why, _)) => why,
        };
        warnings.push(format!("this sweep is not in the ledger: {}", why.in_full()));
        return warnings;
    }
}

/// An error, and which file it was about.
type Failed = (LedgerError, Option<system::Identity>);

fn enter(path: &Path, keep: Duration, entry: &Entry<'_>) -> Result<(), Failed> {
    let (mut conn, path, found) = open::to_write(path).map_err(|error| (error, None))?;
    let file = system::identity(&found);
    enter_into(&mut conn, &path, keep, entry).map_err(|error| (error, Some(file)))
}

fn enter_into(
    conn: &mut Connection,
    path: &Path,
    keep: Duration,
    entry: &Entry<'_>,
) -> Result<(), LedgerError> {
    let failed = || LedgerError::sqlite(path);
    // What is not ours is not even locked.
    identify(conn, path)?;
    let write = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed())?;
    if identify(&write, path)? == Found::Empty {
        begin(&write).map_err(failed())?;
    }
    insert(&write, entry).map_err(failed())?;
    drop_old(&write, keep, entry).map_err(failed())?;
    write.commit().map_err(failed())
}

/// Begins a new ledger.
fn begin(write: &Transaction<'_>) -> rusqlite::Result<()> {
    write.execute_batch(include_str!("sql/schema.sql"))?;
    write.pragma_update(None, "application_id", APPLICATION_ID)?;
    write.pragma_update(None, "user_version", VERSION)
}

fn insert(write: &Transaction<'_>, entry: &Entry<'_>) -> rusqlite::Result<()> {
    let scope = scope_id(write, entry.scope, entry.at)?;
    let sweep = insert_sweep(write, scope, entry)?;
    count(write, scope, entry)?;
    let Outcome::Swept(report) = entry.outcome else {
        return Ok(());
    };
    if let Some(Remembered { reaps, living }) = report.remembered() {
        insert_reaps(write, sweep, reaps)?;
        insert_living(write, sweep, living)?;
    }
    see_undecided(write, scope, entry.at, &report.undecided)?;
    if report.error.is_none() {
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
    let Outcome::Swept(report) = entry.outcome else {
        add("failures", "", 1)?;
        return Ok(());
    };
    let is_failure = report.error.is_some() || !report.failed.is_empty();
    add("failures", "", is_failure.into())?;
    add("failed", "", report.failed.len())?;
    add("moved_on", "", report.moved_on)?;
    add("transactions", "", report.transactions)?;
    add("runs_abandoned", "", report.runs_abandoned)?;
    add("workspaces_freed", "", report.workspaces_freed)?;
    let mut by_reason = std::collections::BTreeMap::<_, usize>::new();
    for reap in &report.reaps {
        *by_reason.entry(reap.reason.code()).or_default() += 1;
    }
    for (reason, count) in by_reason {
        add("reaped", &reason, count)?;
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
    groups.sort_by_key(|(_, ages)| std::cmp::Reverse(ages.count() + ages.without()));
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

/// Takes away the oldest sweeps, with all that hangs on them.
fn drop_old(write: &Transaction<'_>, keep: Duration, entry: &Entry<'_>) -> rusqlite::Result<()> {
    let horizon = entry.at.minus(keep).as_micros();
    let entered = match entry.outcome {
        Outcome::Swept(report) => report.reaps.len(),
        Outcome::Failed(_) => 0,
    };
    let most = OLD_REAPS.saturating_add(entered.saturating_mul(2));
    let mut old = write.prepare(include_str!("sql/old_sweeps.sql"))?;
    let old = old.query_map((horizon, number(OLD_SWEEPS)), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    let mut dropped = 0;
    for sweep in old.collect::<rusqlite::Result<Vec<_>>>()? {
        let (sweep, reaps) = sweep;
        if dropped > most {
            break;
        }
        dropped = dropped.saturating_add(usize::try_from(reaps).unwrap_or(0));
        write.execute("DELETE FROM reaps WHERE sweep = ?1", [sweep])?;
        write.execute("DELETE FROM living WHERE sweep = ?1", [sweep])?;
        write.execute("DELETE FROM sweeps WHERE id = ?1", [sweep])?;
    }
    write.execute(include_str!("sql/drop_old_undecided.sql"), [horizon])?;
    Ok(())
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
