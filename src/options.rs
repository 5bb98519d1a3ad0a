mod looked_since;
mod planned;
mod watched;
mod words_written;

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::profile::Profile;
use crate::zombie::{Id, Labels, Learned, Policy, Suspect};
pub use looked_since::LookedSince;
pub use planned::{FileMark, Planned, PlannedReap};
pub(crate) use watched::{Doubted, Refused, Silent, Watched};
pub use words_written::WordsWritten;

/// How far apart two looks are where silence needs a second one and nobody has said how far.
const CONFIRM: Duration = Duration::from_secs(60);

/// What to sweep, and how. Everything but *now* has a default, so that one sets only what differs:
///
/// ```
/// use zombie_sweeper::SweepOptions;
/// # let now = chrono::DateTime::from_timestamp(1_775_877_480, 0).unwrap();
/// let options = SweepOptions::at(now).project("SciDEX").dry_run(true);
/// ```
#[derive(Clone, Debug)]
pub struct SweepOptions {
    pub(crate) now: DateTime<Utc>,
    pub(crate) project: Option<String>,
    pub(crate) is_confined: bool,
    pub(crate) tasks: Vec<String>,
    pub(crate) dry_run: bool,
    pub(crate) actor: String,
    pub(crate) policy: Policy,
    pub(crate) batch_size: NonZeroUsize,
    pub(crate) profile: Profile,
    pub(crate) confirm: Duration,
    pub(crate) suspended: Duration,
    pub(crate) looked_since: LookedSince,
    pub(crate) waiting: Option<Waiting>,
    pub(crate) evidence: Option<usize>,
    pub(crate) living: Option<usize>,
    pub(crate) at_most: Option<usize>,
    pub(crate) reaped_lately: usize,
    pub(crate) planned: Option<Planned>,
    pub(crate) park_after: Option<NonZeroUsize>,
    pub(crate) park_within: Duration,
    pub(crate) remember: bool,
    pub(crate) learned: Option<Arc<Learned>>,
    pub(crate) first_look: Option<Arc<HashMap<Id, u64>>>,
    pub(crate) watched: Option<Watched>,
    pub(crate) before_commit: Option<BeforeCommit>,
}

/// What is asked before each commit: whether it is still to be. Else all that is under way is rolled back.
#[derive(Clone)]
pub(crate) struct BeforeCommit(pub(crate) Arc<dyn Fn() -> bool + Send + Sync>);

impl fmt::Debug for BeforeCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeforeCommit")
    }
}

/// How a sweep waits between its two looks: sleeps for so long and says what time it is then; `None` ends the sweep.
#[derive(Clone)]
pub(crate) struct Waiting(pub(crate) Arc<dyn Fn(Duration) -> Option<DateTime<Utc>> + Send + Sync>);

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiting")
    }
}

impl SweepOptions {
    /// How many zombies are reaped in one transaction, unless set. About 10 µs of write lock each.
    pub const BATCH_SIZE: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

    /// Within which time reaps of a task count together, unless set: three days.
    pub const PARK_WITHIN: Duration = Duration::from_secs(72 * 3600);

    /// Sweeps everything, as of this moment. The sweep reads no clock.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            project: None,
            is_confined: false,
            tasks: Vec::new(),
            dry_run: false,
            actor: env!("CARGO_PKG_NAME").to_owned(),
            policy: Policy::default(),
            batch_size: Self::BATCH_SIZE,
            profile: Profile::default(),
            confirm: Duration::ZERO,
            suspended: Duration::ZERO,
            looked_since: LookedSince::default(),
            waiting: None,
            evidence: None,
            living: None,
            at_most: None,
            reaped_lately: 0,
            planned: None,
            park_after: None,
            park_within: Self::PARK_WITHIN,
            remember: false,
            learned: None,
            first_look: None,
            watched: None,
            before_commit: None,
        }
    }

    /// The same as of another moment.
    #[must_use]
    pub fn moved_to(self, now: DateTime<Utc>) -> Self {
        Self { now, ..self }
    }

    /// The moment of the sweep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Sweeps the tasks of one project only, by name or id.
    #[must_use]
    pub fn project(self, project: impl Into<String>) -> Self {
        Self {
            project: Some(project.into()),
            ..self
        }
    }

    /// Tells nothing of a task beyond the [project](Self::project): one that is named is unknown, as one that is not there. For
    /// who asks in the name of others, who are to see one project.
    #[must_use]
    pub fn confined(self, confined: bool) -> Self {
        Self {
            is_confined: confined,
            ..self
        }
    }

    /// The project beyond which nothing is told.
    pub(crate) fn confines(&self) -> Option<&str> {
        self.project.as_deref().filter(|_| self.is_confined)
    }

    /// Sweeps this task only, by its id as it is shown, along with others that are named so.
    #[must_use]
    pub fn task(mut self, id: impl Into<String>) -> Self {
        self.tasks.push(id.into());
        self
    }

    /// Finds the zombies, and writes nothing.
    #[must_use]
    pub fn dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// Writes the events in this name; `zombie-sweeper` unless set.
    #[must_use]
    pub fn actor(self, actor: impl Into<String>) -> Self {
        Self {
            actor: actor.into(),
            ..self
        }
    }

    /// How long silence is borne; see [`Policy`] for the defaults.
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// How long a run may be silent; 900 s unless set.
    #[must_use]
    pub fn stale_after(mut self, stale_after: Duration) -> Self {
        self.policy.stale_after = stale_after;
        self
    }

    /// Reaps at most so many zombies in one transaction; [`Self::BATCH_SIZE`] unless set.
    #[must_use]
    pub fn batch_size(self, batch_size: NonZeroUsize) -> Self {
        Self { batch_size, ..self }
    }

    /// The names and words in force.
    #[must_use]
    pub fn profile_in_use(&self) -> &Profile {
        &self.profile
    }

    /// The names and words of the queue; Orchestra's unless set.
    #[must_use]
    pub fn profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// Looks twice before silence is taken for death: the other zombies are reaped, then the sweep waits for so long,
    /// without any lock, and reaps those whose silence nothing has broken. Longer than the workers' beat. Zero, and not
    /// done, unless set.
    #[must_use]
    pub fn confirm(self, confirm: Duration) -> Self {
        Self { confirm, ..self }
    }

    /// For how long the machine has been suspended since it booted: nobody could beat in that time. Silence that is no
    /// longer than its threshold without it is looked at twice, 60 s apart where [`confirm`](Self::confirm) is not set.
    #[must_use]
    pub fn suspended(self, suspended: Duration) -> Self {
        Self { suspended, ..self }
    }

    /// Since when somebody has looked without a break, such as a [`Watch`](crate::watch::Watch) beside this sweep. Silence whose
    /// last sign of life is older is looked at twice, 60 s apart where [`confirm`](Self::confirm) is not set: a clock that was
    /// set makes all that live look silent at once.
    #[must_use]
    pub fn looked_since(self, looked_since: LookedSince) -> Self {
        Self { looked_since, ..self }
    }

    /// How to wait between the two looks of [`confirm`](Self::confirm): called with the time to wait, it returns what
    /// time it is then, or `None` to end the sweep there. Unless set, the thread sleeps.
    #[must_use]
    pub fn waiting(
        mut self,
        wait: impl Fn(Duration) -> Option<DateTime<Utc>> + Send + Sync + 'static,
    ) -> Self {
        self.waiting = Some(Waiting(Arc::new(wait)));
        self
    }

    /// Lists the evidence on each zombie in the report, as every dry run of up to 1 000 does anyway.
    #[must_use]
    pub fn evidence(self, evidence: bool) -> Self {
        let evidence = evidence.then_some(usize::MAX);
        Self { evidence, ..self }
    }

    /// Lists the evidence on up to so many zombies in the report, however many there are: it takes most of the memory that a
    /// report of many takes.
    #[must_use]
    pub fn evidence_on(self, most: usize) -> Self {
        Self {
            evidence: Some(most),
            ..self
        }
    }

    /// Lists in a [dry run](Self::dry_run) up to so many of the living that have been silent for longest, and when each is a
    /// zombie if nothing of it changes: [`SweepReport::living`](crate::SweepReport::living).
    #[must_use]
    pub fn living(self, most: usize) -> Self {
        Self {
            living: Some(most),
            ..self
        }
    }

    /// Reaps none where more than so many are due, and says which in [`SweepReport::held_back`](crate::SweepReport::held_back):
    /// a brake against what nobody has thought of. Unless set, there is none.
    #[must_use]
    pub fn at_most(self, zombies: usize) -> Self {
        Self {
            at_most: Some(zombies),
            ..self
        }
    }

    /// So many were reaped lately, by sweeps that this one shares its [brake](Self::at_most) with: they count there. A
    /// [watch](crate::watch) says so by itself.
    #[must_use]
    pub fn reaped_lately(self, zombies: usize) -> Self {
        Self {
            reaped_lately: zombies,
            ..self
        }
    }

    /// Reaps those that a dry run has [listed](crate::SweepReport::planned) and that are zombies still, for the same reason and
    /// with the same run, and no other: what else is due is left alone, and not looked at. Nothing that is read of the task and
    /// its runs may have changed, and it is parked or opened as was said. Those that are not so any more are counted in
    /// [`moved_on`](crate::SweepReport::moved_on), those of another project or task than these options name among them.
    #[must_use]
    pub fn planned(self, planned: Planned) -> Self {
        Self {
            planned: Some(planned),
            ..self
        }
    }

    /// Parks a task that is reaped for its own silence for the Nth time within [`park_within`](Self::park_within), with no
    /// run completed in between: it gets the profile's word for it, and is not tried again until it is unparked. Reaps of
    /// sweeps that took more than half of the running tasks do not count. Unless set, no task is parked.
    #[must_use]
    pub fn park_after(self, reaps: NonZeroUsize) -> Self {
        Self {
            park_after: Some(reaps),
            ..self
        }
    }

    /// Within which time reaps of a task count together; [`Self::PARK_WITHIN`] unless set.
    #[must_use]
    pub fn park_within(self, time: Duration) -> Self {
        Self {
            park_within: time,
            ..self
        }
    }

    /// Bears the silence of each project and kind for as long as was [learned](Learned), and never for less than
    /// [`stale_after`](Self::stale_after). Unless set, all are borne alike.
    #[must_use]
    pub fn learned(self, learned: Arc<Learned>) -> Self {
        Self {
            learned: Some(learned),
            ..self
        }
    }

    /// What was learned of silences, where they are borne by that.
    #[must_use]
    pub fn learned_in_use(&self) -> Option<&Learned> {
        self.learned.as_deref()
    }

    /// How long the silence of a task with these labels is borne.
    pub(crate) fn policy_for(&self, labels: Option<&Labels>) -> Policy {
        match (&self.learned, labels) {
            (Some(learned), Some(labels)) => self.policy.bearing(learned.of(labels)),
            _ => self.policy,
        }
    }

    /// How long the silence of this one is borne.
    pub(crate) fn policy_of(&self, suspect: &Suspect) -> Policy {
        self.policy_for(suspect.labels.as_deref())
    }

    /// Collects what a [ledger](crate::ledger) keeps of the sweep beyond its report: see [`SweepReport::remembered`].
    ///
    /// [`SweepReport::remembered`]: crate::SweepReport::remembered
    #[must_use]
    pub fn remember(self, remember: bool) -> Self {
        Self { remember, ..self }
    }

    /// The sweep is a look of a watch.
    pub(crate) fn watched(self, watched: Watched) -> Self {
        Self {
            watched: Some(watched),
            ..self
        }
    }

    /// How far apart two looks are at what is silent, where it needs a second one.
    pub(crate) fn between_looks(&self) -> Duration {
        if self.confirm.is_zero() {
            CONFIRM
        } else {
            self.confirm
        }
    }
}
