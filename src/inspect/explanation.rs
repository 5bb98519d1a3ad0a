//! What `explain` says: an interface, described by `docs/explanation.schema.json`. Keys may be added, never renamed or removed.

use serde::Serialize;

use super::explained_threshold::ExplainedThreshold;
use super::on_record::ReapOnRecord;
use super::source::Source;
use crate::zombie::{Condition, Id, Part, Reason, Row, Standing};

/// Everything that a sweep would go by, and do, at one moment.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The id that was asked for.
    pub asked: String,
    /// The tasks of that id: one, unless ids are not unique.
    pub tasks: Vec<ExplainedTask>,
    /// The *now* of every verdict, RFC 3339.
    pub as_of: String,
    /// The project that a sweep would be narrowed to; `None`: all of them.
    pub project: Option<String>,
    /// The profile in force.
    pub profile: String,
    /// The age from which a silent run is dead, in seconds.
    pub stale_after_s: f64,
    /// The age from which a claim without a run is dead, in seconds.
    pub claim_grace_s: f64,
    /// The time a task may stay `running` after its run has ended, in seconds.
    pub settle_s: f64,
    /// From the how-manieth reap in a row for its own silence on a sweep would park a task; `None`: never.
    pub park_after: Option<usize>,
    /// Within which time such reaps count together, in seconds.
    pub park_within_s: f64,
    /// Where reaps are on record.
    pub source: Source,
    /// Sentences for the operator.
    pub warnings: Vec<String>,
    /// The sweeper's version.
    pub version: &'static str,
}

/// One task.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ExplainedTask {
    /// Its id.
    pub task_id: Id,
    /// Its status, as found; `None` where a condition tells what runs.
    pub status: Option<Id>,
    /// Whether a sweep looks at it.
    pub standing: Standing,
    /// For how long its silence is borne, and why, where that is learned; `None` too of a task that no sweep looks at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<ExplainedThreshold>,
    /// The answer, in a sentence or two.
    pub says: String,
    /// `healthy`, `zombie` or `undecided`; `None` of a task that no sweep looks at.
    pub verdict: Option<&'static str>,
    /// The condition, of a zombie.
    pub condition: Option<Condition>,
    /// The reason code, of a zombie.
    pub reason: Option<Reason>,
    /// The row of the table of verdicts that fits.
    pub row: Option<Row>,
    /// The rows of that table, in its order; none of a task that no sweep looks at.
    pub rows: Vec<RowExplained>,
    /// From when on it is a zombie if nothing happens, or since when it has been one, RFC 3339: the first microsecond.
    pub zombie_at: Option<String>,
    /// In how many seconds that is; negative where it is over.
    pub zombie_in_s: Option<f64>,
    /// Whether a sweep would park it, and not open it.
    pub would_be_parked: bool,
    /// Which reap in a row for its own silence it would be; `None` where that is not asked, or it is not reaped for silence.
    pub repeat: Option<usize>,
    /// That a sweep has parked it, where it still is.
    pub parked: Option<ParkedTask>,
    /// Every sign of life that a verdict may ask for.
    pub signs: Vec<ExplainedSign>,
    /// Its latest runs, those made last first.
    pub runs: Vec<ExplainedRun>,
    /// Whether it has had more runs than these.
    pub has_more_runs: bool,
    /// The workers that it and its unfinished runs name, where workers have rows of their own.
    pub workers: Vec<NamedWorker>,
    /// The workspaces that it or one of its runs holds.
    pub workspaces: Vec<HeldPlace>,
    /// What happened to it, in the order of time.
    pub timeline: Vec<Happened>,
    /// When it was reaped, the latest first.
    pub reaps: Vec<ReapOnRecord>,
    /// What a sweep would write; nothing, unless it is a zombie.
    pub writes: Vec<ChangedRow>,
    /// Why that cannot be told, or would be refused.
    pub writes_untold: Option<String>,
}

/// That a sweep has put a task aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ParkedTask {
    /// When, RFC 3339; `None` where that cannot be read.
    pub since: Option<String>,
    /// After how many reaps in a row for its own silence; `None` where the event does not say.
    pub reaps: Option<usize>,
}

/// Whether a row of the table of verdicts fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fits {
    /// It does not.
    No,
    /// It is the first that does.
    Yes,
    /// It stands below the one that does.
    NotAsked,
}

/// A row of the table of verdicts.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RowExplained {
    /// Which.
    pub row: Row,
    /// What is found where it fits.
    pub what: &'static str,
    /// Whether it does.
    pub fits: Fits,
    /// Why it does or does not.
    pub why: Option<String>,
}

/// A time that stands in a column.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ExplainedSign {
    /// In whose row: `task`, `run` and its id, `worker` and its id.
    pub of: String,
    /// What it says of it.
    pub part: Part,
    /// Table and column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What it is read as, RFC 3339 in UTC; `None` where it says nothing or cannot be read.
    pub read_as: Option<String>,
    /// How old that is, in seconds; negative where it lies ahead.
    pub age_s: Option<f64>,
    /// Whether it counts; `None` of a task that no sweep looks at.
    pub counts: Option<bool>,
    /// Whether it counts and none is newer.
    pub is_newest: bool,
    /// Why it does not count.
    pub why_not: Option<String>,
}

/// A run of the task.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ExplainedRun {
    /// Its id.
    pub run_id: Id,
    /// Its status, as found.
    pub status: Id,
    /// Whether it is the task's active run.
    pub is_active: bool,
    /// Whether it may still be at work.
    pub is_unfinished: bool,
    /// When it began, RFC 3339.
    pub began: Option<String>,
    /// When it was last heard of.
    pub last_heartbeat: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
    /// The worker that it names, where workers have rows of their own.
    pub worker_id: Option<Id>,
    /// Whether that worker is gone.
    pub worker_is_gone: Option<bool>,
}

/// A worker that is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NamedWorker {
    /// What names it.
    pub worker_id: Id,
    /// Whether its row is gone, or says that the worker is.
    pub is_gone: bool,
}

/// A workspace that is held.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HeldPlace {
    /// What names it: its key.
    pub workspace_id: Id,
    /// The task it names.
    pub task_id: Id,
    /// The run it names.
    pub run_id: Id,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Happened {
    /// When, RFC 3339.
    pub at: String,
    /// How long ago, in seconds; negative where it lies ahead.
    pub age_s: f64,
    /// What.
    pub what: String,
    /// The column that says so; `None` of an event.
    pub column: Option<String>,
}

/// A row that a sweep would write.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ChangedRow {
    /// Its table.
    pub table: String,
    /// What names it.
    pub id: Id,
    /// Whether it is a new one.
    pub is_new: bool,
    /// Column by column.
    pub columns: Vec<Change>,
}

/// A column that a sweep would write.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The column.
    pub column: String,
    /// What it holds.
    pub before: Option<Id>,
    /// What it would hold.
    pub after: Id,
}
