use std::num::NonZeroUsize;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::inspect::longest::LONGEST;
use crate::profile::Profile;

/// Which reaps are asked for. Everything but *now* has a default: all of them, and the newest 100 are listed.
#[derive(Clone, Debug)]
pub struct HistoryOptions {
    pub(crate) now: DateTime<Utc>,
    pub(crate) since: Option<Duration>,
    pub(crate) task: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) limit: NonZeroUsize,
    pub(crate) profile: Profile,
}

impl HistoryOptions {
    /// How many reaps are listed, unless set.
    pub const LIMIT: NonZeroUsize = NonZeroUsize::new(100).unwrap();

    /// All reaps, as of this moment.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            since: None,
            task: None,
            project: None,
            reason: None,
            limit: Self::LIMIT,
            profile: Profile::default(),
        }
    }

    /// Those of the last such time only; of a hundred years where it is longer.
    #[must_use]
    pub fn since(self, since: Duration) -> Self {
        Self {
            since: Some(since.min(LONGEST)),
            ..self
        }
    }

    /// Those of this task only, by its id as it is shown.
    #[must_use]
    pub fn task(self, task: impl Into<String>) -> Self {
        Self {
            task: Some(task.into()),
            ..self
        }
    }

    /// Those of the tasks of this project only, by its name or id.
    #[must_use]
    pub fn project(self, project: impl Into<String>) -> Self {
        Self {
            project: Some(project.into()),
            ..self
        }
    }

    /// Those for this reason only, by its code.
    #[must_use]
    pub fn reason(self, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..self
        }
    }

    /// Lists at most so many; all are counted.
    #[must_use]
    pub fn limit(self, limit: NonZeroUsize) -> Self {
        Self { limit, ..self }
    }

    /// The names and words of the queue; Orchestra's unless set.
    #[must_use]
    pub fn profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }
}
