//! What has become too old goes, a little at a time.

use std::time::Duration;

use rusqlite::Transaction;

use super::entry::{Entry, Outcome};
use super::followed;
use super::number::number;

/// How many sweeps and reaps that have become too old are taken away at most, beside as many as were entered: where a clock
/// was off, or a night saw many, it takes several sweeps.
const OLD_SWEEPS: usize = 100;
const OLD_REAPS: usize = 1_000;

/// Takes away the oldest sweeps, with all that hangs on them.
pub(super) fn drop(write: &Transaction<'_>, keep: Duration, entry: &Entry<'_>) -> rusqlite::Result<()> {
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
    write.execute(include_str!("sql/drop_old_thresholds.sql"), [horizon])?;
    followed::drop(write, entry.at.minus(keep))
}
