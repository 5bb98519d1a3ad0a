use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::inspect::learn::Recalled;
use crate::inspect::longest::LONGEST;
use crate::options::SweepOptions;
use crate::profile::Profile;
use crate::zombie::Policy;

/// Whose outcomes are asked for. Everything but *now* has a default: the reaps of the last 30 days, each over the 24 hours after
/// it.
#[derive(Clone, Debug)]
pub struct OutcomesOptions {
    pub(crate) now: DateTime<Utc>,
    pub(crate) since: Duration,
    pub(crate) horizon: Duration,
    pub(crate) project: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) profile: Profile,
    pub(crate) suggest: Option<Recalled>,
    pub(crate) stale_after: Duration,
}

impl OutcomesOptions {
    /// How far back reaps count, unless set.
    pub const SINCE: Duration = Duration::from_secs(30 * 24 * 3600);

    /// How long after each it is told what had become of it, unless set.
    pub const HORIZON: Duration = Duration::from_secs(24 * 3600);

    /// As of this moment.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            since: Self::SINCE,
            horizon: Self::HORIZON,
            project: None,
            reason: None,
            profile: Profile::default(),
            suggest: None,
            stale_after: Policy::default().stale_after,
        }
    }

    /// The reaps of the last such time; of a hundred years where it is longer.
    #[must_use]
    pub fn since(self, since: Duration) -> Self {
        let since = since.min(LONGEST);
        Self { since, ..self }
    }

    /// What had become of each when this time after it was over.
    #[must_use]
    pub fn horizon(self, horizon: Duration) -> Self {
        let horizon = horizon.min(LONGEST);
        Self { horizon, ..self }
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

    /// The names and words of the queue; Orchestra's unless set.
    #[must_use]
    pub fn profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// Says what silence has cost, and suggests for how long it be borne: by the queue's runs, and by what is remembered of past
    /// sweeps. The suggestions are what [`learn`](crate::inspect::learn()) says.
    #[must_use]
    pub fn suggest(self, recalled: Recalled) -> Self {
        Self {
            suggest: Some(recalled),
            ..self
        }
    }

    /// For how long silence is borne where nothing is learned, and no suggestion is below it; 900 s unless set.
    #[must_use]
    pub fn stale_after(self, stale_after: Duration) -> Self {
        Self { stale_after, ..self }
    }

    /// The queue that is meant, as a sweep is told.
    pub(crate) fn queue(&self) -> SweepOptions {
        let queue = SweepOptions::at(self.now)
            .profile(self.profile.clone())
            .stale_after(self.stale_after);
        match &self.project {
            Some(project) => queue.project(project),
            None => queue,
        }
    }
}
