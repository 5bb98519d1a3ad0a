use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::zombie::{Condition, Held, Id, Reason, RunRow, Share, Suspect, Timestamp, Zombie};

/// The payload of a reap's event: what was found, what was decided, what was released, and by whom.
#[derive(Serialize)]
pub(super) struct Payload<'z> {
    reason: &'z Reason,
    condition: Condition,
    /// The active run that the task named, whether it exists or not.
    run_id: Option<&'z Id>,
    run_status: Option<&'z Id>,
    sign_of_life: Option<String>,
    age_s: Option<f64>,
    threshold_s: f64,
    /// Only of one that was learned.
    #[serde(skip_serializing_if = "is_not")]
    learned: bool,
    released: Released<'z>,
    overwritten: Overwritten<'z>,
    /// Only of a task that is parked.
    #[serde(skip_serializing_if = "is_not")]
    parked: bool,
    actor: &'z str,
    /// Not where it is only asked what would be written.
    #[serde(skip_serializing_if = "Share::is_unknown")]
    sweep: Share,
    sweeper: Sweeper,
}

/// The payload of the event of a task that is parked.
#[derive(Serialize)]
pub(super) struct Parked<'z> {
    /// How many reaps in a row there were for its own silence, this one included.
    reaps: usize,
    /// In how many seconds.
    within_s: f64,
    actor: &'z str,
    sweeper: Sweeper,
}

impl<'z> Parked<'z> {
    pub(super) fn new(zombie: &Zombie, within: Duration, actor: &'z str) -> Self {
        Self {
            reaps: zombie.repeat.unwrap_or_default(),
            within_s: within.as_secs_f64(),
            actor,
            sweeper: Sweeper::THIS,
        }
    }
}

/// The payload of the event of a task that is opened again.
#[derive(Serialize)]
pub(super) struct Unparked<'u> {
    /// When it was parked, RFC 3339.
    parked_at: Option<String>,
    actor: &'u str,
    sweeper: Sweeper,
}

impl<'u> Unparked<'u> {
    pub(super) fn new(parked: Option<Timestamp>, actor: &'u str) -> Self {
        Self {
            parked_at: parked.map(Timestamp::to_rfc3339),
            actor,
            sweeper: Sweeper::THIS,
        }
    }
}

#[derive(Serialize)]
struct Released<'z> {
    /// What the task held: column and value.
    #[serde(serialize_with = "held")]
    task: &'z [Held],
    /// The runs abandoned, by id.
    #[serde(serialize_with = "ids")]
    runs: &'z [&'z RunRow],
    /// How many workspaces were freed.
    workspaces: usize,
}

/// What stood where a reap has written.
#[derive(Serialize)]
struct Overwritten<'z> {
    /// Of the task: column and value.
    #[serde(serialize_with = "of_task")]
    task: &'z Suspect,
    /// Of each run abandoned.
    #[serde(serialize_with = "of_runs")]
    runs: &'z [&'z RunRow],
}

#[derive(Serialize)]
struct OverwrittenRun<'z> {
    id: &'z Id,
    status: &'z Id,
    #[serde(flatten, serialize_with = "held")]
    changed: &'z [Held],
}

#[derive(Serialize)]
struct Sweeper {
    name: &'static str,
    version: &'static str,
}

impl Sweeper {
    const THIS: Self = Self {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_not(yes: &bool) -> bool {
    !yes
}

impl<'z> Payload<'z> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "an age in microseconds fits in 53 bits for 285 years"
    )]
    pub(super) fn new(
        zombie: &'z Zombie,
        abandoned: &'z [&'z RunRow],
        freed: usize,
        actor: &'z str,
        now: Timestamp,
    ) -> Self {
        let (suspect, evidence) = (&zombie.suspect, &zombie.evidence);
        Self {
            reason: &evidence.reason,
            condition: evidence.condition,
            run_id: suspect.run_meant(),
            run_status: zombie.active_run().map(|run| &run.status),
            sign_of_life: evidence.sign_of_life.map(Timestamp::to_rfc3339),
            age_s: evidence.sign_of_life.map(|at| now.micros_since(at) as f64 / 1e6),
            threshold_s: evidence.threshold.as_secs_f64(),
            learned: zombie.is_learned,
            released: Released {
                task: &suspect.held,
                runs: abandoned,
                workspaces: freed,
            },
            overwritten: Overwritten {
                task: suspect,
                runs: abandoned,
            },
            parked: zombie.is_to_be_parked,
            actor,
            sweep: zombie.share,
            sweeper: Sweeper::THIS,
        }
    }
}

fn held<S: Serializer>(held: &[Held], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(held.iter().map(|held| (&*held.column, &held.value)))
}

fn ids<S: Serializer>(runs: &[&RunRow], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(runs.iter().map(|row| &row.run.id))
}

fn of_task<S: Serializer>(task: &Suspect, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(task.overwritten())
}

fn of_runs<S: Serializer>(runs: &[&RunRow], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(runs.iter().map(|row| OverwrittenRun {
        id: &row.run.id,
        status: &row.status,
        changed: &row.changed,
    }))
}
