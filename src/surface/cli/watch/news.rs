//! What of a look is worth a line: what it reaped, and what it could not reap and the look before could.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::thread;

use zombie_sweeper::SweepReport;

use super::super::args::Format;
use super::super::{output, sweep};
use crate::surface::lost::LostSummary;

/// What is known to be stuck.
#[derive(Default)]
pub(super) struct News {
    failed: BTreeSet<String>,
    held_back: BTreeSet<String>,
}

impl News {
    /// Whether a look did something, or came to something new.
    pub(super) fn is_in(&mut self, report: &SweepReport) -> bool {
        let failed = report.failed.iter().map(|failed| failed.task_id.clone());
        let due = report.held_back.iter().flat_map(|held| held.due.iter());
        let held_back = due.map(|reap| reap.task_id.to_string());
        let is_stuck_anew = is_new(&mut self.failed, failed.collect());
        is_new(&mut self.held_back, held_back.collect()) || is_stuck_anew || !report.reaps.is_empty()
    }
}

/// Whether there is one that was not there before. These are those that there are from now on.
fn is_new(before: &mut BTreeSet<String>, now: BTreeSet<String>) -> bool {
    let is_new = !now.is_subset(before);
    *before = now;
    is_new
}

/// How many summaries wait to be printed, where nobody reads them yet.
const WAITING: usize = 16;

/// Prints what came of each sweep that somebody asked for, where it came to something. Whoever asked does not wait for whoever
/// reads that.
pub(in crate::surface::cli) fn printer(format: Format) -> impl Fn(&SweepReport) + Send + Sync {
    let (asked, printed) = sync_channel::<SweepReport>(WAITING);
    thread::spawn(move || {
        for report in printed {
            if let Err(lost) = print(format, &report) {
                tracing::error!("{lost}");
            }
        }
    });
    move |report| {
        if News::default().is_in(report) && asked.try_send(report.clone()).is_err() {
            tracing::warn!("nobody reads the summaries: that of a sweep that somebody asked for is left out");
        }
    }
}

/// Prints its summary: a line of JSON each, or a paragraph.
pub(super) fn print(format: Format, report: &SweepReport) -> Result<(), LostSummary> {
    output::print_next(format, report, |out| {
        sweep::in_text(out, report)?;
        writeln!(out)
    })
    .map_err(|why| LostSummary::of(report, why))
}
