use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::zombie::Id;

/// What a watch knows and no single sweep can: what its earlier looks found.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    /// What earlier looks found silent, by key.
    pub(crate) silent: Arc<HashMap<Id, Silent>>,
    /// What time it is, in the time of the watch.
    pub(crate) attended: Duration,
    /// What was refused lately and is not tried again yet, by key.
    pub(crate) refused: Arc<HashMap<Id, Refused>>,
    /// How many were reaped lately: they count where no more than so many may be.
    pub(crate) reaped_lately: usize,
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
    pub(crate) doubted: Doubted,
    /// When it was first found so, in the time of the watch.
    pub(crate) since: Duration,
}

/// A task that has to be found so again before it is reaped.
#[derive(Clone, Debug)]
pub(crate) struct Doubted {
    /// What tells whether it has changed since.
    pub(crate) print: u64,
    /// How far apart the two looks are at least.
    pub(crate) time: Duration,
}

impl Silent {
    /// When it is confirmed, in the time of the watch.
    pub(crate) fn confirmed_at(&self) -> Duration {
        self.since.saturating_add(self.doubted.time)
    }
}

impl Watched {
    /// Why it was refused lately, just as it is.
    pub(crate) fn refused(&self, key: &Id, print: impl FnOnce() -> u64) -> Option<&Refused> {
        let refused = self.refused.get(key)?;
        (refused.print == print()).then_some(refused)
    }

    /// Whether an earlier look, far enough back, found it just so.
    pub(crate) fn is_proven(&self, key: &Id, doubted: &Doubted) -> bool {
        self.silent.get(key).is_some_and(|silent| {
            let is_the_same = silent.doubted.print == doubted.print;
            is_the_same && silent.since.saturating_add(doubted.time) <= self.attended
        })
    }
}
