//! A database that cannot be watched for a while: said once, and once when it is well again.

use std::time::Duration;

use zombie_sweeper::watch::Moment;

use crate::surface::exit::Exit;
use crate::surface::failure;

/// The trouble there is, and since when.
#[derive(Default)]
pub(super) struct Trouble {
    /// When it began, by the clock that only runs.
    begun: Option<Duration>,
    /// What was said of it, each kind once.
    said: Vec<Exit>,
}

impl Trouble {
    /// It goes on like this. Returns whether it has only just begun.
    pub(super) fn goes_on(&mut self, error: &anyhow::Error, at: Moment) -> bool {
        let has_begun = self.begun.is_none();
        self.begun.get_or_insert(at.since_boot);
        let kind = failure::exit(error);
        if !self.said.contains(&kind) {
            self.said.push(kind);
            let what = failure::text(error);
            tracing::warn!("the queue cannot be watched, and is tried again, once a minute at least: {what}");
        }
        has_begun
    }

    /// A look went well. Returns whether it is only now that there is no trouble any more.
    pub(super) fn is_over(&mut self, at: Moment) -> bool {
        let Some(begun) = self.begun.take() else {
            return false;
        };
        self.said.clear();
        // No more than people want to know.
        let lasted = Duration::from_secs(at.since_boot.saturating_sub(begun).as_secs());
        let lasted = humantime::format_duration(lasted);
        tracing::warn!("the queue is watched again, after {lasted}");
        true
    }
}

/// Whether it may pass by itself: what a person has to mend is said at once by a watch that has never yet seen it well.
pub(super) fn may_pass(error: &anyhow::Error) -> bool {
    matches!(failure::exit(error), Exit::Busy | Exit::Io)
}
