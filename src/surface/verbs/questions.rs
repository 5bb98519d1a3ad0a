//! What a surface asks of the desk, where that takes more than a word, and what it hears where it may not have it.

use std::num::NonZeroUsize;
use std::time::Duration;

use zombie_sweeper::SweepReport;

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
