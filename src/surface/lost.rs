//! What is said where the summary cannot be printed.

use std::io;

use zombie_sweeper::SweepReport;

use super::cli::text;

/// How many ids are listed; the events name them all.
const LISTED: usize = 20;

/// The summary could not be printed. The sweep stands all the same, so this says what was committed.
#[derive(Debug, thiserror::Error)]
#[error("failed to print the summary: {why}; {committed}")]
pub(crate) struct LostSummary {
    why: io::Error,
    committed: String,
}

impl LostSummary {
    pub(crate) fn of(report: &SweepReport, why: io::Error) -> Self {
        let failed = report.failed.len();
        let said = [
            Some(committed(report)),
            (failed > 0).then(|| format!("{} could not be reaped", text::counted(failed, "task"))),
            report
                .error
                .as_ref()
                .map(|error| format!("the sweep stopped early: {error}")),
        ];
        let committed = said.into_iter().flatten().collect::<Vec<_>>().join("; ");
        Self { why, committed }
    }
}

fn committed(report: &SweepReport) -> String {
    if report.transactions == 0 {
        return "nothing was written".to_owned();
    }
    let ids: Vec<_> = report.reaps.iter().map(|reap| reap.task_id.to_string()).collect();
    format!(
        "{} reaped, committed in {}: {}",
        text::counted(ids.len(), "task"),
        text::counted(report.transactions, "transaction"),
        text::some(&ids, LISTED),
    )
}
