//! A reap of one real row, undone: what the queue refuses is told before it does so in a sweep.

use std::time::Duration;

use rusqlite::Connection;

use super::diagnosis::{Diagnosis, Trial};
use super::finding::{Code, Finding, Severity};
use super::schema;
use crate::error::{SweepError, in_full};
use crate::options::SweepOptions;
use crate::store::{Attempt, Outcome, SchemaError, StoreError, ZOMBIE, try_reap};
use crate::sweep::clock;

/// For how long a trial may hold the write lock. It is given up before that, unless a single function of a trigger's, which
/// nothing can interrupt, takes as long.
const LONGEST: Duration = Duration::from_millis(40);

const OF_SLOW: &str = "every worker that writes waits for so long at each reap: see what the queue's triggers do, and which index they lack";

/// What came of a trial.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Tried {
    /// The reap that was tried.
    pub trial: Option<Trial>,
    /// What it found.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Takes in what came of a trial.
    pub fn add_trial(&mut self, tried: Tried) {
        self.add(tried.findings);
        self.trial = tried.trial;
    }

    /// Takes in that none could be made.
    pub fn add_failed_trial(&mut self, error: &SweepError) {
        let advice =
            "see to what the message says, and try again: docs/running.md#error-messages explains each";
        let seen = format!("no reap was tried: {}", in_full(error));
        self.add([Finding::new(Code::TrialNotMade, seen, advice).severity(Severity::Warning)]);
    }
}

/// Reaps one row and undoes it: that of a zombie, else of a task that is brought into the shape of one, a running one first.
/// It takes the write lock, for 40 ms unless one function of the queue's takes longer, and `stop` ends it early. The connection commits nothing ever after: its commit hook
/// refuses, its progress handler asks `stop`, and its rollback journal is in memory. Close it.
///
/// # Errors
///
/// Where SQLite cannot read the queue, a transaction is open, or `stop` said so.
pub fn trial(
    conn: &mut Connection,
    options: &SweepOptions,
    stop: impl Fn() -> bool + Send + 'static,
) -> Result<Tried, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    match try_reap(conn, options, clock(), stop) {
        Ok(Some(attempt)) => Ok(tried(attempt)),
        Ok(None) => Ok(only(not_made("there is no task that could be reaped"))),
        Err(StoreError::Schema(SchemaError::Sqlite(error))) => Err(SchemaError::from(error).into()),
        Err(StoreError::Schema(misfit)) => Ok(only(schema::misfit(&misfit.to_string()))),
        Err(error) => Err(error.into()),
    }
}

fn tried(attempt: Attempt) -> Tried {
    let task_id = attempt.task_id.to_string();
    let on = |said: &str| format!("a reap of task {task_id}, undone again, was refused: {said}");
    let passed = matches!(attempt.outcome, Outcome::Passed);
    let finding = match &attempt.outcome {
        Outcome::Passed | Outcome::TooLong => None,
        Outcome::MovedOn => Some(not_made("the rows changed each time they were to be reaped")),
        Outcome::Unshaped(said) => Some(not_made(&format!(
            "no task runs, and task {task_id} could not be made to for the trial: {said}"
        ))),
        Outcome::Refused {
            said,
            is_for_want: false,
            is_by_trigger: true,
        } if attempt.of != ZOMBIE => {
            let seen = format!(
                "{} (it was no zombie, and was brought into the shape of one: {})",
                on(said),
                attempt.of
            );
            let advice = "nothing, where the trigger refuses it because no worker of it is dead; else no sweep can reap such a task \
                          (`failed` in its summary): change the trigger, or name in the profile what it wants (clear, set)";
            Some(Finding::new(Code::TrialRefused, seen, advice).severity(Severity::Warning))
        }
        Outcome::Refused {
            said, is_for_want, ..
        } => {
            let advice = if *is_for_want {
                "sweep from within the orchestrator, through the library, or drop the trigger, index, column or check that \
                 uses it"
            } else {
                "a sweep cannot reap such a task (`failed` in its summary): change the trigger or the constraint, or name in the \
                 profile what it wants (clear, set)"
            };
            Some(Finding::new(Code::TrialRefused, on(said), advice))
        }
        Outcome::RefusedAtCommit(said) => {
            let seen = format!("{}, at its commit", on(said));
            let advice = "a deferred foreign key points nowhere after a reap: empty the column otherwise (profile: set), or change the key";
            Some(Finding::new(Code::TrialRefused, seen, advice))
        }
    };
    let slow = slow(&task_id, &attempt);
    let is_made = !matches!(attempt.outcome, Outcome::MovedOn | Outcome::Unshaped(_));
    let trial = Trial {
        task_id,
        of: attempt.of,
        wrote: attempt.wrote,
        passed,
        lock_ms: attempt.lock.as_secs_f64() * 1e3,
    };
    Tried {
        trial: is_made.then_some(trial),
        findings: finding.into_iter().chain(slow).collect(),
    }
}

/// Whatever came of it.
fn slow(task_id: &str, attempt: &Attempt) -> Option<Finding> {
    let was_stopped = matches!(attempt.outcome, Outcome::TooLong);
    let seen = if attempt.lock > LONGEST {
        let held = attempt.lock.as_millis();
        format!(
            "a reap of task {task_id} took {held} ms under the write lock, and could not be stopped before"
        )
    } else if was_stopped {
        format!(
            "a reap of task {task_id} took longer than 30 ms under the write lock, and was given up and undone"
        )
    } else {
        return None;
    };
    Some(Finding::new(Code::TrialSlow, seen, OF_SLOW))
}

fn only(finding: Finding) -> Tried {
    Tried {
        trial: None,
        findings: vec![finding],
    }
}

fn not_made(why: &str) -> Finding {
    let advice = "nothing, where the queue is empty; else try again once a task is there";
    Finding::new(Code::TrialNotMade, format!("no reap was tried: {why}"), advice)
}
