//! The one JSON contract: what a sweep says of itself, on every surface.

mod age;
mod living;
mod remembered;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

pub use living::LivingTask;
pub use remembered::{Remembered, RememberedReap};

use age::age_s;

use crate::options::{Doubted, Planned, Refused, SweepOptions, WordsWritten};
use crate::zombie::{Condition, Followed, Id, Learned, Reason, Timestamp, UndecidedTask, Zombie};

/// What a sweep did, or in a dry run would have done. Serialized, it is the summary: an interface, described by
/// `docs/summary.schema.json`; keys may be added, never renamed or removed.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SweepReport {
    /// The tasks reaped, and why: the keys `reaped`, `task_ids` and `reasons`.
    #[serde(flatten)]
    pub reaps: Reaps,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// The project swept; `None`: all of them.
    pub project: Option<String>,
    /// The tasks that the sweep was narrowed to, as they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<String>>,
    /// In whose name the events were written.
    pub actor: String,
    /// The profile in force: the name of one that ships, or what the caller [called](crate::Profile::called) it.
    pub profile: String,
    /// Running tasks looked at.
    pub scanned: usize,
    /// Those found alive.
    pub healthy: usize,
    /// Those that nothing tells dead from alive.
    pub undecided: Vec<UndecidedTask>,
    /// Zombies that could not be written, each for a reason of its own; the others were reaped all the same.
    pub failed: Vec<FailedTask>,
    /// Tasks that were parked and not opened, in ascending order: as often as that they were reaped for their own silence.
    pub parked: Vec<Id>,
    /// Tasks reaped for their own silence again and again, with no run completed in between.
    pub repeats: Vec<Repeat>,
    /// What was not reaped, as more was due than [`at_most`](SweepOptions::at_most) allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_back: Option<HeldBack>,
    /// The evidence on each zombie, where it was asked for, and in every dry run of up to 1 000 of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zombies: Option<Vec<ZombieFound>>,
    /// Of a dry run that was [asked for them](SweepOptions::living): the living that have been silent for longest, the longest first.
    /// Last come those that show no sign of life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub living: Option<Vec<LivingTask>>,
    /// How many living there are beyond those listed.
    #[serde(skip_serializing_if = "is_none_left")]
    pub living_left: usize,
    /// Silent tasks that a watch leaves alone until a later look has confirmed their silence.
    #[serde(skip_serializing_if = "is_none_left")]
    pub waiting: usize,
    /// Zombies at the first look that had moved on once the lock was held; of a plan, all that were not as it says any more.
    pub moved_on: usize,
    /// Runs marked abandoned.
    pub runs_abandoned: usize,
    /// Workspaces freed.
    pub workspaces_freed: usize,
    /// Sentences for the operator.
    pub warnings: Vec<String>,
    /// Transactions committed: 0 when nothing was written.
    pub transactions: usize,
    /// The age from which a silent run is dead, in seconds.
    pub stale_after_s: f64,
    /// The age from which a claim without a run is dead, in seconds.
    pub claim_grace_s: f64,
    /// What was learned of each project and kind, where silence was borne by that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Learned>,
    /// The time a task may stay `running` after its run has ended, in seconds.
    pub settle_s: f64,
    /// The time between two looks at what is silent, in seconds.
    pub confirm_s: f64,
    /// The *now* of every verdict, RFC 3339.
    pub swept_at: String,
    /// How long the sweep took, in milliseconds.
    pub duration_ms: u64,
    /// The sweeper's version.
    pub version: &'static str,
    /// Why the sweep stopped early, where it did; what stands above was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How old the oldest last sign of life was among the tasks reaped, in seconds. Not in the summary, which has each
    /// where the evidence is asked for.
    #[serde(skip)]
    pub oldest_silence_s: Option<f64>,
    /// What a reap writes, in the words of the profile in force. Not in the summary.
    #[serde(skip)]
    pub words_written: WordsWritten,
    /// The zombies whose silence a second look may find broken, by their keys.
    #[serde(skip)]
    pub(crate) silent: HashMap<Id, u64>,
    /// To a watch: the zombies whose silence it has to confirm, or has confirmed, by their keys.
    #[serde(skip)]
    pub(crate) doubted: HashMap<Id, Doubted>,
    /// To a watch: from when on one that was found alive may be a zombie.
    #[serde(skip)]
    pub(crate) next_due: Option<Timestamp>,
    /// To a watch: what could not be written, by key.
    #[serde(skip)]
    pub(crate) refused: HashMap<Id, Refused>,
    /// To a watch: where it reaped, how long the rest of it took.
    #[serde(skip)]
    pub(crate) looking: Option<Duration>,
    /// To a watch: whether it was tried and found that one can write.
    #[serde(skip)]
    pub(crate) could_write: bool,
    /// To a watch: whether silence was left alone as the right to write was not to be had at once.
    #[serde(skip)]
    pub(crate) met_a_lock: bool,
    /// Of a dry run: what it would reap.
    #[serde(skip)]
    pub(crate) planned: Planned,
    /// What a ledger keeps, where that was asked for.
    #[serde(skip)]
    pub(crate) remembered: Option<Remembered>,
}

impl SweepReport {
    /// The report of a sweep that has yet to begin: its inputs, and zeros.
    pub(crate) fn new(opts: &SweepOptions) -> Self {
        Self {
            reaps: Reaps::default(),
            dry_run: opts.dry_run,
            project: opts.project.clone(),
            tasks: (!opts.tasks.is_empty()).then(|| opts.tasks.clone()),
            actor: opts.actor.clone(),
            profile: opts.profile.name().to_owned(),
            scanned: 0,
            healthy: 0,
            undecided: Vec::new(),
            failed: Vec::new(),
            parked: Vec::new(),
            repeats: Vec::new(),
            held_back: None,
            zombies: None,
            living: None,
            living_left: 0,
            waiting: 0,
            moved_on: 0,
            runs_abandoned: 0,
            workspaces_freed: 0,
            warnings: Vec::new(),
            transactions: 0,
            stale_after_s: opts.policy.stale_after.as_secs_f64(),
            claim_grace_s: opts.policy.claim_grace().as_secs_f64(),
            thresholds: opts.learned.as_deref().cloned(),
            settle_s: opts.policy.settle.as_secs_f64(),
            confirm_s: opts.confirm.as_secs_f64(),
            swept_at: Timestamp::from(opts.now).to_rfc3339(),
            duration_ms: 0,
            version: env!("CARGO_PKG_VERSION"),
            error: None,
            oldest_silence_s: None,
            words_written: WordsWritten::of(&opts.profile),
            silent: HashMap::new(),
            doubted: HashMap::new(),
            next_due: None,
            refused: HashMap::new(),
            looking: None,
            could_write: false,
            met_a_lock: false,
            planned: Planned::default(),
            remembered: opts.remember.then(Remembered::default),
        }
    }
}

impl SweepReport {
    /// Notes how long nobody had been heard of a task that is reaped.
    pub(crate) fn see_silence(&mut self, sign_of_life: Option<Timestamp>, now: Timestamp) {
        let silence_s = sign_of_life.map(|at| age_s(at, now));
        self.oldest_silence_s = match (self.oldest_silence_s, silence_s) {
            (Some(oldest), Some(silence)) => Some(oldest.max(silence)),
            (oldest, silence) => oldest.or(silence),
        };
    }

    /// Notes when one that was found alive may be a zombie.
    pub(crate) fn see_due(&mut self, at: Timestamp) {
        self.next_due = Some(self.next_due.map_or(at, |due| due.min(at)));
    }

    /// Whether a dry run met silence that a [second look](Self::second_look) could find broken.
    #[must_use]
    pub fn has_silence(&self) -> bool {
        !self.silent.is_empty()
    }

    /// Where the sweep was a look of a [watch](crate::watch): the earliest moment at which a task that it found alive can
    /// become a zombie, as long as nothing of it changes. None can before; at that moment itself one need not. `None`:
    /// it saw none that can.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.next_due?.as_micros())
    }

    /// What a dry run would reap, for a [sweep](SweepOptions::planned) that is to reap nothing else. That of a sweep that
    /// writes is empty.
    #[must_use]
    pub fn planned(&self) -> Planned {
        self.planned.clone()
    }

    /// Takes a dry run apart: what it says, and what it [would reap](Self::planned). There is no [second
    /// look](Self::second_look) by it any more, for which much is kept.
    #[must_use]
    pub fn into_planned(mut self) -> (Self, Planned) {
        let planned = mem::take(&mut self.planned);
        self.silent = HashMap::new();
        (self, planned)
    }

    /// What a ledger keeps of the sweep; `None` where the options did not ask for it.
    #[must_use]
    pub fn remembered(&self) -> Option<&Remembered> {
        self.remembered.as_ref()
    }

    /// Has a ledger merge this instead of what the sweep saw of runs, where looks that are not entered each saw some of it.
    /// They [merge](Followed::see) the [beats](Remembered::beats) of each look.
    pub fn remember_followed(&mut self, followed: Followed) {
        if let Some(remembered) = &mut self.remembered {
            remembered.followed = followed;
        }
    }

    /// Options for the second of two looks by dry runs, where it has to open the database anew: what is silent at that
    /// moment counts only if this look found it so too, and nothing has changed since.
    #[must_use]
    pub fn second_look(&self, opts: SweepOptions, now: DateTime<Utc>) -> SweepOptions {
        SweepOptions {
            now,
            first_look: Some(Arc::new(self.silent.clone())),
            ..opts
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_none_left(count: &usize) -> bool {
    *count == 0
}

/// A zombie that could not be reaped for a reason of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FailedTask {
    /// The task's id.
    pub task_id: String,
    /// What refused it.
    pub why: String,
}

/// A task that was reaped for its own silence again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Repeat {
    /// The task's id.
    pub task_id: Id,
    /// How often in a row, this time included.
    pub reaps: usize,
}

/// Zombies that were left alone, all of them, as there were more than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeldBack {
    /// How many are reaped at most.
    pub at_most: usize,
    /// How many were reaped lately: they count.
    pub reaped_lately: usize,
    /// Those that were due, in ascending order of their ids, and why.
    pub due: Reaps,
}

impl HeldBack {
    /// How many may be reaped for now.
    #[must_use]
    pub fn room(&self) -> usize {
        self.at_most.saturating_sub(self.reaped_lately)
    }
}

impl Serialize for HeldBack {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("at_most", &self.at_most)?;
        if self.reaped_lately > 0 {
            map.serialize_entry("reaped_lately", &self.reaped_lately)?;
        }
        map.serialize_entry("due", &self.due.len())?;
        map.serialize_entry("task_ids", &TaskIds(&self.due))?;
        map.serialize_entry("reasons", &Reasons(&self.due))?;
        map.end()
    }
}

/// The evidence on one zombie.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ZombieFound {
    /// The task's id.
    pub task_id: Id,
    /// The reason code.
    pub reason: Reason,
    /// Which condition holds.
    pub condition: Condition,
    /// What the task named as its active run; `None`: nothing.
    pub run_id: Option<Id>,
    /// The last sign of life, RFC 3339 in UTC.
    pub sign_of_life: Option<String>,
    /// How old that was, in seconds.
    pub age_s: Option<f64>,
    /// The threshold that it was held against, in seconds.
    pub threshold_s: f64,
    /// What the task held: column and value.
    pub held: BTreeMap<String, Id>,
}

impl ZombieFound {
    pub(crate) fn new(zombie: &Zombie, now: Timestamp) -> Self {
        let (suspect, evidence) = (&zombie.suspect, &zombie.evidence);
        let held = suspect.held.iter();
        Self {
            task_id: suspect.id.clone(),
            reason: evidence.reason.clone(),
            condition: evidence.condition,
            run_id: suspect.run_meant().cloned(),
            sign_of_life: evidence.sign_of_life.map(Timestamp::to_rfc3339),
            age_s: evidence.sign_of_life.map(|at| age_s(at, now)),
            threshold_s: evidence.threshold.as_secs_f64(),
            held: held
                .map(|held| (held.column.to_string(), held.value.clone()))
                .collect(),
        }
    }
}

/// The tasks reaped, in ascending order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reaps(Vec<Reap>);

/// One task reaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reap {
    /// The task's id.
    pub task_id: Id,
    /// Why.
    pub reason: Reason,
}

impl Reaps {
    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Reap> {
        self.0.iter()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those whose ids look different: ids of several columns may be shown alike.
    fn distinct(&self) -> impl Iterator<Item = &Reap> {
        let mut seen = HashSet::new();
        self.iter().filter(move |reap| {
            !matches!(reap.task_id, Id::Several(_)) || seen.insert(reap.task_id.to_string())
        })
    }

    pub(crate) fn push(&mut self, task_id: Id, reason: Reason) {
        self.0.push(Reap { task_id, reason });
    }

    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable_by(|a, b| a.task_id.cmp(&b.task_id));
    }
}

impl<'a> IntoIterator for &'a Reaps {
    type Item = &'a Reap;
    type IntoIter = std::slice::Iter<'a, Reap>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Reaps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("reaped", &self.len())?;
        map.serialize_entry("task_ids", &TaskIds(self))?;
        map.serialize_entry("reasons", &Reasons(self))?;
        map.end()
    }
}

struct TaskIds<'a>(&'a Reaps);

impl Serialize for TaskIds<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.distinct().map(|reap| &reap.task_id))
    }
}

struct Reasons<'a>(&'a Reaps);

impl Serialize for Reasons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.distinct().map(|reap| (&reap.task_id, &reap.reason)))
    }
}

/// A task that was parked and is open again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnparkReport {
    /// The task's id.
    pub task_id: Id,
    /// When it was parked, RFC 3339; `None` where that cannot be read.
    pub parked_at: Option<String>,
    /// When it was opened, RFC 3339.
    pub unparked_at: String,
    /// The status that it had.
    pub from: String,
    /// The status that it has.
    pub to: String,
    /// In whose name the event was written.
    pub actor: String,
    /// The profile in force.
    pub profile: String,
    /// The sweeper's version.
    pub version: &'static str,
}

impl UnparkReport {
    pub(crate) fn new(
        opts: &SweepOptions,
        task_id: Id,
        parked: Option<Timestamp>,
        [from, to]: [String; 2],
    ) -> Self {
        Self {
            task_id,
            parked_at: parked.map(Timestamp::to_rfc3339),
            unparked_at: Timestamp::from(opts.now).to_rfc3339(),
            from,
            to,
            actor: opts.actor.clone(),
            profile: opts.profile.name().to_owned(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}
