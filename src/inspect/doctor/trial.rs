//! A reap of one real row, undone: what the queue refuses is told before it does so in a sweep.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::diagnosis::{Diagnosis, Trial};
use super::finding::{Code, Finding, Severity};
use super::schema;
use crate::error::{SweepError, in_full, is_of_the_orchestrator};
use crate::options::SweepOptions;
use crate::store::{Attempt, Candidate, Deadline, Outcome, Schema, SchemaError, Store, data_version};
use crate::sweep::clock;
use crate::zombie::{Notes, Timestamp, Verdict};

/// After how many of its steps, each far below a microsecond, a statement looks whether its time is over.
const STEPS: i32 = 1_000;

/// How often another row is looked for where the last has changed meanwhile.
const ROUNDS: usize = 4;

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
        self.add([not_made(&in_full(error)).severity(Severity::Warning)]);
    }
}

/// Reaps one row and undoes it: that of a zombie, else of a running task, else of one that is brought into shape for it. It
/// takes the write lock, for 40 ms at most, and `stop` ends it early. The connection commits nothing ever after: its commit hook
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
    let ready = || SweepError::sqlite("make ready to try a reap");
    let deadline = Arc::new(Deadline::default());
    let (until, stopwatch) = (Arc::clone(&deadline), clock());
    conn.commit_hook(Some(|| true)).map_err(ready())?;
    let is_over = move || stop() || until.is_over(stopwatch.elapsed());
    conn.progress_handler(STEPS, Some(is_over)).map_err(ready())?;
    // Else what does not fit into memory would be written to the file before it is undone.
    conn.pragma_update(None, "cache_spill", false).map_err(ready())?;
    let conn = &*conn;
    crate::store::keep_journal_in_memory(conn).map_err(ready())?;
    let schema = match Schema::read(conn, &options.profile) {
        Ok(schema) => schema,
        Err(SchemaError::Sqlite(error)) => return Err(SchemaError::from(error).into()),
        Err(misfit) => return Ok(only(schema::misfit(&misfit.to_string()))),
    };
    let now = Timestamp::from(options.now);
    let mut store = Store::new(conn, &schema, None, options.policy, now, stopwatch).map_err(ready())?;
    for _ in 0..ROUNDS {
        let Some((of, mut candidate)) = candidate(conn, &mut store, options, now)? else {
            return Ok(only(not_made("there is no task that could be reaped")));
        };
        let mut attempt = store.try_reap(&mut candidate, &options.actor, &deadline);
        while matches!(attempt.outcome, Outcome::Reshaped) {
            attempt = store.try_reap(&mut candidate, &options.actor, &deadline);
        }
        if !matches!(attempt.outcome, Outcome::MovedOn) {
            return tried(of, &candidate, attempt);
        }
    }
    Ok(only(not_made(
        "the rows changed each time they were to be reaped",
    )))
}

/// What to reap, and what it is.
fn candidate(
    conn: &Connection,
    store: &mut Store<'_>,
    options: &SweepOptions,
    now: Timestamp,
) -> Result<Option<(&'static str, Candidate)>, SweepError> {
    let reading = || SweepError::sqlite("look for a row to try");
    let read = Transaction::new_unchecked(conn, TransactionBehavior::Deferred).map_err(reading())?;
    let version = data_version(&read).map_err(reading())?;
    let mut notes = Notes::default();
    store
        .begin(version, Duration::ZERO, &mut notes)
        .map_err(reading())?;
    let mut zombie = None;
    let find_zombie = |suspect: crate::zombie::Suspect| match suspect.verdict(&options.policy, now) {
        Verdict::Zombie(evidence) => {
            zombie = Some((suspect, evidence));
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    };
    store.suspects(None, &mut notes, find_zombie).map_err(reading())?;
    if let Some((suspect, evidence)) = zombie {
        let candidate = store.candidate(suspect, Some(evidence)).map_err(reading())?;
        return Ok(candidate.map(|candidate| ("zombie", candidate)));
    }
    let mut at_work = None;
    let find_any = |suspect| {
        at_work = Some(suspect);
        ControlFlow::Break(())
    };
    store.every_task(&mut notes, find_any).map_err(reading())?;
    if let Some(suspect) = at_work {
        let candidate = store.candidate(suspect, None).map_err(reading())?;
        return Ok(candidate.map(|candidate| ("at_work", candidate)));
    }
    let made_up = store.made_up().map_err(reading())?;
    Ok(made_up.map(|candidate| ("made_up", candidate)))
}

fn tried(of: &'static str, candidate: &Candidate, attempt: Attempt) -> Result<Tried, SweepError> {
    let task_id = candidate.zombie.suspect.id.to_string();
    let on = |said: &str| format!("a reap of task {task_id}, undone again, was refused: {said}");
    let finding = match &attempt.outcome {
        Outcome::Passed | Outcome::Failed(_) => None,
        Outcome::MovedOn | Outcome::Reshaped => Some(not_made("the row has changed meanwhile")),
        Outcome::Unshaped(said) => Some(not_made(&format!(
            "no task runs, and task {task_id} could not be made to for the trial: {said}"
        ))),
        Outcome::Refused(said) if is_of_the_orchestrator(said) => {
            let advice = "sweep from within the orchestrator, through the library, or drop the trigger, index, column or check that \
                          uses it";
            Some(Finding::new(Code::TrialRefused, on(said), advice))
        }
        Outcome::Refused(said) => {
            let advice = "a sweep cannot reap such a task (`failed` in its summary): change the trigger or the constraint, or name in the \
                          profile what it wants (clear, set)";
            Some(Finding::new(Code::TrialRefused, on(said), advice))
        }
        Outcome::RefusedAtCommit(said) => {
            let seen = format!("{}, at its commit", on(said));
            let advice = "a deferred foreign key points nowhere after a reap: empty the column otherwise (profile: set), or change the key";
            Some(Finding::new(Code::TrialRefused, seen, advice))
        }
        Outcome::TooLong => {
            let seen = format!(
                "a reap of task {task_id} took longer than 30 ms under the write lock, and was given up and undone"
            );
            let advice = "every worker that writes waits for so long at each reap: see what the queue's triggers do, and which index they lack";
            Some(Finding::new(Code::TrialSlow, seen, advice))
        }
    };
    if let Outcome::Failed(error) = attempt.outcome {
        return Err(SweepError::sqlite("try a reap")(error));
    }
    let passed = matches!(attempt.outcome, Outcome::Passed);
    let trial = Trial {
        task_id,
        of,
        wrote: attempt.wrote,
        passed,
        lock_ms: attempt.lock.as_secs_f64() * 1e3,
    };
    let has_tried = !finding
        .as_ref()
        .is_some_and(|finding| finding.code == Code::TrialNotMade);
    Ok(Tried {
        trial: has_tried.then_some(trial),
        findings: finding.into_iter().collect(),
    })
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
