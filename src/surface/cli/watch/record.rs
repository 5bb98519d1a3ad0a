//! When the ledger and the monitor are told: of what was done at once, of what is well now and then.

use std::time::Duration;

use zombie_sweeper::watch::Moment;
use zombie_sweeper::zombie::Followed;
use zombie_sweeper::{SweepError, SweepReport};

use crate::surface::exit::Exit;
use crate::surface::verbs::{Site, Sweeps, ledger, monitor};

/// How often a look that did nothing is entered into the ledger: each would be 86 400 a day.
pub(super) const ENTERED: Duration = Duration::from_secs(15 * 60);

/// How often the monitor is told that all is well, or still is not.
const TOLD: Duration = Duration::from_secs(60);

/// What was told last, by the clock that only runs.
#[derive(Default)]
pub(super) struct Record {
    entered: Option<Duration>,
    /// What looks have seen of the runs at work since then.
    followed: Followed,
    told: Option<Duration>,
    /// Whether that was that none could be made: what is well again is told at once.
    has_failed: bool,
}

impl Record {
    /// A look came to an end. What there is to say of the ledger goes into its warnings.
    pub(super) fn enter(
        &mut self,
        site: &Site,
        sweeps: Sweeps<'_>,
        report: &mut SweepReport,
        at: Moment,
        is_news: bool,
    ) {
        if let Some(remembered) = report.remembered() {
            self.followed.see(&remembered.beats, at.wall.into());
        }
        if is_news || self.has_failed || is_due(self.entered, ENTERED, at) {
            self.entered = Some(at.since_boot);
            report.remember_followed(std::mem::take(&mut self.followed));
            ledger::remember(site, sweeps, report, at.wall);
        }
    }

    /// And ended so.
    pub(super) fn tell(
        &mut self,
        site: &Site,
        sweeps: Sweeps<'_>,
        report: &SweepReport,
        ended: Result<Exit, &anyhow::Error>,
        at: Moment,
        is_news: bool,
    ) {
        if is_news || self.has_failed || is_due(self.told, TOLD, at) {
            self.told = Some(at.since_boot);
            monitor::tell(site, sweeps, at.wall, ended, Some(report));
        }
        self.has_failed = false;
    }

    /// None could be made.
    pub(super) fn failed(
        &mut self,
        site: &Site,
        sweeps: Sweeps<'_>,
        error: &anyhow::Error,
        at: Moment,
        has_begun: bool,
    ) {
        // What was committed before it failed is entered as such.
        if has_begun && !matches!(error.downcast_ref(), Some(SweepError::Partial { .. })) {
            ledger::remember_failure(site, sweeps, error, at.wall);
        }
        if has_begun || is_due(self.told, TOLD, at) {
            self.told = Some(at.since_boot);
            monitor::tell(site, sweeps, at.wall, Err(error), None);
        }
        self.has_failed = true;
    }
}

fn is_due(last: Option<Duration>, every: Duration, at: Moment) -> bool {
    last.is_none_or(|last| at.since_boot.saturating_sub(last) >= every)
}
