use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::zombie::{Id, Timestamp};

/// What a watch knows and no single sweep can: over which time it looked, and what its earlier looks found silent.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    /// Since when it has been looked without a break; `None`: since ever.
    pub(crate) unbroken_since: Option<Timestamp>,
    /// Since when without a gap of a few seconds either, which may be all that a lease lasts; `None`: since ever.
    pub(crate) gapless_since: Option<Timestamp>,
    /// What earlier looks found silent, by key.
    pub(crate) silent: Arc<HashMap<Id, Silent>>,
    /// What was found so by then, in the time of the watch, has been silent for long enough.
    pub(crate) proven_by: Option<Duration>,
    /// How far apart two looks are at least.
    pub(crate) confirm: Duration,
    /// What was refused lately and is not tried again yet, by key.
    pub(crate) refused: Arc<HashMap<Id, Refused>>,
    /// Whether nobody is known to have been able to write since the last failure.
    pub(crate) is_write_in_doubt: bool,
}

/// A zombie that could not be written for a reason of its own.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// What tells whether it has changed since.
    pub(crate) print: u64,
    /// What refused it.
    pub(crate) why: String,
}

/// A task that a look found silent, where silence has to be confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Silent {
    /// What tells whether it has changed since.
    pub(crate) print: u64,
    /// When it was first found so, in the time of the watch.
    pub(crate) since: Duration,
}

impl Watched {
    /// Why it was refused lately, just as it is.
    pub(crate) fn refused(&self, key: &Id, print: impl FnOnce() -> u64) -> Option<&Refused> {
        let refused = self.refused.get(key)?;
        (refused.print == print()).then_some(refused)
    }

    /// Whether an earlier look, far enough back, found it just so.
    pub(crate) fn is_proven(&self, key: &Id, print: u64) -> bool {
        let silent = self.silent.get(key);
        let is_old = |silent: &Silent| self.proven_by.is_some_and(|by| silent.since <= by);
        silent.is_some_and(|silent| silent.print == print && is_old(silent))
    }
}
