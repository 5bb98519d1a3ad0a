//! What is wrong with a queue, or will be: its schema and words, its rows, its clocks, its files, and its sweeper.
//!
//! Nothing is written. The queue is read in one read transaction, each of its tables once at most; all that the queue itself
//! cannot tell comes with [`Surroundings`].

mod census;
mod clocks;
mod diagnosis;
mod files;
mod finding;
mod holders;
mod holdings;
mod rows;
mod schedule;
mod schema;
mod span;
mod surroundings;
mod tasks;
mod thresholds;
#[cfg(feature = "cli")]
mod trial;

use std::ops::ControlFlow;

use rusqlite::Connection;

pub use diagnosis::{Diagnosis, Living, LongestSilence, SweeperSeen, Trial};
pub use finding::{Code, Finding, Severity};
pub use surroundings::{ClockReading, HoldingBack, Memory, Schedule, Surroundings, Timer, Unit};
#[cfg(feature = "cli")]
pub use trial::{Tried, trial};

use crate::error::SweepError;
use crate::options::SweepOptions;
use crate::store::{Opened, SchemaError, SqliteSurvey, StoreError, Survey};
use crate::sweep::{NAMED_FROM, clock};
use crate::zombie::{Notes, Timestamp};
use census::{Census, Silences};
use holdings::{IdleHolders, OpenRuns, Workspaces};

/// Looks at a queue and says what is wrong with it, or may be. A schema that does not fit the profile is a finding.
///
/// The running tasks are those of the project asked for, all else is of the whole queue.
///
/// # Errors
///
/// Where SQLite cannot read the database, or a transaction is open.
pub fn doctor(
    conn: &Connection,
    options: &SweepOptions,
    around: &Surroundings,
) -> Result<Diagnosis, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let opened = match Opened::read(conn, options, clock()) {
        Ok(opened) => opened,
        Err(StoreError::Schema(SchemaError::Sqlite(error))) => return Err(SchemaError::from(error).into()),
        Err(StoreError::Schema(misfit)) => {
            return Ok(doctor_without_queue(options, around, Some(&misfit.to_string())));
        }
        Err(error) => return Err(error.into()),
    };
    let mut diagnosis = of_surroundings(options, around);
    let survey = SqliteSurvey::begin(conn, &opened, options)?;
    look(survey, options, around, &mut diagnosis)?;
    Ok(diagnosis)
}

/// The same of a database that cannot be read as a queue, with the sentence that says why where its surroundings do not.
#[must_use]
pub fn doctor_without_queue(
    options: &SweepOptions,
    around: &Surroundings,
    misfit: Option<&str>,
) -> Diagnosis {
    let mut diagnosis = of_surroundings(options, around);
    diagnosis.add(misfit.map(schema::misfit));
    diagnosis
}

impl Diagnosis {
    /// Takes in what is said of how the database was read, where that is known only afterwards.
    pub fn add_reading(&mut self, around: &Surroundings) {
        self.add(schema::reading(around));
    }
}

fn of_surroundings(options: &SweepOptions, around: &Surroundings) -> Diagnosis {
    let now = Timestamp::from(options.now);
    let memory = around.memory.as_ref();
    let timers = around.schedule.iter().flat_map(|schedule| &schedule.timers);
    let mut diagnosis = Diagnosis {
        findings: Vec::new(),
        worst: None,
        profile: options.profile.name().to_owned(),
        scanned: 0,
        healthy: 0,
        zombies: 0,
        undecided: 0,
        living: Living::default(),
        sweeper: SweeperSeen {
            last_reap: memory.and_then(|memory| memory.last_reap),
            last_sweep: memory.and_then(|memory| memory.last_sweep),
            last_success: memory.and_then(|memory| memory.last_success),
            next_sweep: timers.filter_map(|timer| timer.next).min(),
        },
        stale_after_s: options.policy.stale_after.as_secs_f64(),
        claim_grace_s: options.policy.claim_grace().as_secs_f64(),
        settle_s: options.policy.settle.as_secs_f64(),
        looked_at: now.to_rfc3339(),
        version: env!("CARGO_PKG_VERSION"),
        trial: None,
    };
    let is_network = |kind: &str| options.profile.is_network_file_system(kind);
    diagnosis.add(
        around
            .place
            .iter()
            .flat_map(|place| files::files(place, is_network)),
    );
    diagnosis.add(clocks::clocks(around, now, options.suspended));
    diagnosis.add(around.schedule.iter().flat_map(schedule::schedule));
    diagnosis.add(around.unread_memory.as_deref().map(schedule::unread));
    diagnosis.add(memory.and_then(schedule::last_sweep));
    diagnosis.add(memory.and_then(|memory| schedule::silence(memory, now)));
    diagnosis.add(schema::reading(around));
    diagnosis
}

/// The look at a queue in any store.
fn look(
    mut survey: impl Survey,
    options: &SweepOptions,
    around: &Surroundings,
    diagnosis: &mut Diagnosis,
) -> Result<(), StoreError> {
    let lacks = schema::lacks(&survey.lacks()?);
    let words = survey.words()?;
    let now = Timestamp::from(options.now);
    let mut notes = Notes::default();
    let mut census = Census::new(options.policy, now).bearing(options.learned.clone());
    let exclusive = survey.exclusive();
    survey.every_task(&mut notes, &mut |suspect| {
        census.see(suspect, |column| exclusive.contains(column));
        ControlFlow::Continue(())
    })?;
    for _ in 0..census.silent {
        notes.see_silence();
    }
    let samples: Vec<_> = census.samples.iter().collect();
    survey.see_look_alikes(&samples, &mut notes)?;

    let found = rows::rows(notes.remarks(now), &words, &lacks);
    diagnosis.add(lacks);
    diagnosis.add(schema::words(&words));
    diagnosis.add(found);
    diagnosis.add(clocks::silence(&census));
    diagnosis.add(tasks::tasks(&census, around.memory.as_ref()));
    diagnosis.add(thresholds::thresholds(&census));
    diagnosis.add(holdings::held_twice(&census));
    look_beside(&survey, &census, diagnosis)?;

    diagnosis.scanned = census.scanned;
    diagnosis.healthy = census.healthy;
    diagnosis.zombies = census.zombies.count;
    diagnosis.undecided = census.undecided.len();
    diagnosis.living = Living {
        longest_of_runs: longest(&census.runs, now),
        longest_of_claims: longest(&census.claims, now),
    };
    Ok(())
}

/// What stands in the queue beside its running tasks.
fn look_beside(survey: &impl Survey, census: &Census, diagnosis: &mut Diagnosis) -> Result<(), StoreError> {
    let mut open_runs = OpenRuns::default();
    survey.open_runs(&mut |open| open_runs.see(&open, census))?;
    diagnosis.add(open_runs.findings());
    let mut strangers = Vec::new();
    for (task, run) in &census.strangers {
        if let Some(owner) = survey.other_task_of_run(task, run)? {
            strangers.push((task.clone(), run.clone(), owner));
        }
    }
    diagnosis.add(holdings::strangers(&strangers));
    let mut idle = IdleHolders::default();
    survey.idle_holders(&mut |task, column, value| idle.see(&task, column, &value))?;
    diagnosis.add(idle.findings());
    let mut workspaces = Workspaces::default();
    survey.idle_workspaces(&mut |workspace| workspaces.see(&workspace))?;
    diagnosis.add(workspaces.findings());
    let past = survey.past_reaps(census.now.minus(SweepOptions::PARK_WITHIN), NAMED_FROM)?;
    // The ledger has those of a queue that keeps no events.
    let known = past.last.and_then(Timestamp::to_datetime);
    diagnosis.sweeper.last_reap = diagnosis.sweeper.last_reap.max(known);
    diagnosis.add(tasks::repeats(past));
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an age in microseconds fits in 53 bits for 285 years"
)]
fn longest(silences: &Silences, now: Timestamp) -> Option<LongestSilence> {
    let (task_id, patience) = silences.longest.as_ref()?;
    Some(LongestSilence {
        task_id: task_id.clone(),
        silence_s: now.micros_since(patience.sign) as f64 / 1e6,
        threshold_s: patience.threshold.as_secs_f64(),
    })
}
