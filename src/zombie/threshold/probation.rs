use std::time::Duration;

use super::runs::{Fate, PastRun};

/// So many of the latest runs are asked; with fewer there is no probation.
const ASKED: usize = 20;

/// Twice the highest threshold by which over half of the latest runs were reaped for silence, where there is such.
pub(super) fn probation(latest_first: &[PastRun]) -> Option<Duration> {
    let latest = latest_first.get(..ASKED)?;
    let mut borne: Vec<Duration> = latest
        .iter()
        .filter_map(|run| match run.fate {
            Fate::Reaped { borne, .. } => Some(borne),
            Fate::Ended(_) | Fate::Mute => None,
        })
        .collect();
    borne.sort_unstable_by(|a, b| b.cmp(a));
    borne.get(ASKED / 2).map(|borne| borne.saturating_mul(2))
}
