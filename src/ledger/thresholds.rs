//! The thresholds that a sweep bore by, for the next.

use rusqlite::Transaction;

use super::number::micros;
use crate::zombie::{Learned, Timestamp};

/// How many projects and kinds are kept of one scope: those of which most is borne.
const MOST: usize = 10_000;

/// Enters what was in force. Where the evidence could not be read, or there was nothing to decide, nothing is: what is known
/// already holds for the next sweep too.
pub(super) fn enter(
    write: &Transaction<'_>,
    scope: i64,
    learned: &Learned,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let is_unread = learned.why_lost().is_some() && learned.iter().next().is_none();
    if is_unread {
        return Ok(());
    }
    write.execute(
        include_str!("sql/begin_learning.sql"),
        (scope, at.as_micros(), learned.why_lost()),
    )?;
    let mut enter = write.prepare(include_str!("sql/enter_threshold.sql"))?;
    let mut of_each: Vec<_> = learned.iter().collect();
    of_each.sort_by_key(|(_, of)| std::cmp::Reverse(of.stale_after));
    for (labels, of) in of_each.into_iter().take(MOST) {
        enter.execute((
            scope,
            labels.project.as_deref().unwrap_or_default(),
            labels.kind.as_deref().unwrap_or_default(),
            micros(of.stale_after),
            of.because.word(),
            at.as_micros(),
        ))?;
    }
    Ok(())
}
