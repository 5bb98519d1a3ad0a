//! What a surface asks of the desk, where that takes more than a word, and what it hears where it may not have it.

use std::num::NonZeroUsize;
use std::time::Duration;

use chrono::{DateTime, Utc};
use zombie_sweeper::SweepReport;
use zombie_sweeper::inspect::{HistoryOptions, OutcomesOptions};

/// Why nothing, or not everything, was reaped.
#[derive(Debug)]
pub(crate) enum SweepRefused {
    /// Another one is at work.
    Busy,
    /// The operator allows none.
    ReadOnly,
    Failed(anyhow::Error),
    /// What the report says was committed.
    Partial {
        report: Box<SweepReport>,
        error: anyhow::Error,
    },
}

/// Which reaps a history is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct HistoryAsked {
    pub(crate) since: Option<Duration>,
    pub(crate) task: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) limit: Option<NonZeroUsize>,
}

/// Which reaps outcomes are of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct OutcomesAsked {
    pub(crate) since: Option<Duration>,
    pub(crate) horizon: Option<Duration>,
    pub(crate) project: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) suggest: bool,
}

impl HistoryAsked {
    /// The same as the library takes it, of this project.
    pub(super) fn options(&self, now: DateTime<Utc>, project: Option<String>) -> HistoryOptions {
        let mut options = HistoryOptions::at(now);
        if let Some(since) = self.since {
            options = options.since(since);
        }
        if let Some(task) = &self.task {
            options = options.task(task);
        }
        if let Some(project) = project {
            options = options.project(project);
        }
        if let Some(reason) = &self.reason {
            options = options.reason(reason);
        }
        if let Some(limit) = self.limit {
            options = options.limit(limit);
        }
        options
    }
}

impl OutcomesAsked {
    /// The same as the library takes it, of this project, where silence is borne for so long.
    pub(super) fn options(
        &self,
        now: DateTime<Utc>,
        project: Option<String>,
        stale_after: Option<Duration>,
    ) -> OutcomesOptions {
        let mut options = OutcomesOptions::at(now);
        if let Some(since) = self.since {
            options = options.since(since);
        }
        if let Some(horizon) = self.horizon {
            options = options.horizon(horizon);
        }
        if let Some(project) = project {
            options = options.project(project);
        }
        if let Some(reason) = &self.reason {
            options = options.reason(reason);
        }
        if let Some(stale_after) = stale_after {
            options = options.stale_after(stale_after);
        }
        options
    }
}
