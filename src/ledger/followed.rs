//! Runs as sweeps saw them at work, each sweep merged into what was known.

use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use super::number::number;
use crate::zombie::{Followed, FollowedRun, Gap, Id, Labels, Timestamp};

/// How many runs are kept, of all scopes together: beyond so many those go that were not seen for longest.
const MOST: usize = 20_000;

/// How many of them go with one sweep at most, beside as many as a sweep brings.
const AT_ONCE: usize = 1_000;

const DAY_US: i64 = 86_400_000_000;

/// Merges what a sweep saw into what is known. Rows that say the same as before are left alone.
pub(super) fn merge(write: &Transaction<'_>, scope: i64, seen: &Followed) -> rusqlite::Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    let mut find = write.prepare(include_str!("sql/find_followed.sql"))?;
    let mut record = write.prepare(include_str!("sql/record_followed.sql"))?;
    for (id, now) in seen.iter() {
        let has_parts = matches!(id, Id::Several(_));
        let known = find
            .query_row((scope, id, has_parts), |row| run(row, now.labels.clone(), 0))
            .optional()?;
        let merged = match known.clone() {
            Some(mut run) => {
                run.merge(now.clone());
                run
            }
            None => now.clone(),
        };
        if known.as_ref() == Some(&merged) {
            continue;
        }
        record.execute(named_params! {
            ":scope": scope,
            ":run": id,
            ":run_parts": has_parts,
            ":project": merged.labels.project.as_deref(),
            ":kind": merged.labels.kind.as_deref(),
            ":began": merged.began.as_micros(),
            ":first": merged.first.as_micros(),
            ":last": merged.last.as_micros(),
            ":gap_from": merged.gap.map(|gap| gap.from.as_micros()),
            ":gap_to": merged.gap.map(|gap| gap.to.as_micros()),
            ":seen": merged.seen.as_micros(),
            ":day": day(merged.seen),
        })?;
    }
    Ok(())
}

/// Takes away the runs that were not seen since then, and those that are too many.
pub(super) fn drop(write: &Transaction<'_>, horizon: Timestamp) -> rusqlite::Result<()> {
    write.execute(
        include_str!("sql/old_followed.sql"),
        (horizon.as_micros(), day(horizon), number(AT_ONCE)),
    )?;
    write.execute(
        include_str!("sql/surplus_followed.sql"),
        (number(MOST), number(AT_ONCE)),
    )?;
    Ok(())
}

/// What a row says of a run, from its beginning on at this place.
pub(super) fn run(row: &Row<'_>, labels: Labels, first: usize) -> rusqlite::Result<FollowedRun> {
    let at = |place: usize| row.get(first + place).map(Timestamp::from_micros);
    let of_gap = |place: usize| row.get::<_, Option<i64>>(first + place);
    let gap = of_gap(3)?.zip(of_gap(4)?).map(|(from, to)| Gap {
        from: Timestamp::from_micros(from),
        to: Timestamp::from_micros(to),
    });
    Ok(FollowedRun {
        labels,
        began: at(0)?,
        first: at(1)?,
        last: at(2)?,
        gap,
        seen: at(5)?,
    })
}

fn day(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(DAY_US)
}
