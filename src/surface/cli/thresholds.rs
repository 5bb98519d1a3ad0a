//! What was learned of how long runs are silent, as people read it.

use std::io::{self, Write};

use zombie_sweeper::zombie::{Labels, Learned, Threshold};

use super::text::{age, table, title};

/// How many projects and kinds are shown; the JSON has them all.
const SHOWN: usize = 20;

/// For how long silence was borne, the longest first.
pub(crate) fn thresholds(out: &mut dyn Write, learned: &Learned) -> io::Result<()> {
    let mut of: Vec<(&Labels, &Threshold)> = learned.iter().collect();
    of.sort_by_key(|(_, of)| std::cmp::Reverse(of.stale_after));
    if of.is_empty() {
        return Ok(());
    }
    title(out, "How long silence was borne, as it was learned")?;
    let none = || "-".to_owned();
    let rows = of.iter().take(SHOWN).map(|(labels, of)| {
        let found = &of.bound;
        [
            labels.project.as_deref().map_or_else(none, str::to_owned),
            labels.kind.as_deref().map_or_else(none, str::to_owned),
            age(of.stale_after.as_secs_f64()),
            of.because.word().to_owned(),
            found.n.to_string(),
            found.missing.to_string(),
        ]
    });
    writeln!(
        out,
        "{}",
        table(["project", "kind", "borne", "because", "runs", "missing"], rows)
    )?;
    match of.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "and {more} more, of which less is borne"),
    }
}
