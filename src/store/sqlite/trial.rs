//! A reap of one row under the write lock, undone whatever comes of it: what the queue's own triggers, checks and functions
//! say of it is known before they have a say in a sweep.
//!
//! The connection must have a commit hook that refuses: it makes a rollback of any commit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, ffi};

use super::Store;
use super::catalog::{ColumnInfo, TableInfo};
use super::facts::{value, values};
use super::keys::{column, is_key, key};
use super::layout::list;
use super::runs::{Others, is_led};
use super::schema::AtWork;
use super::statements::{newest_rows, run_row};
use super::tokens::{Token, tokens};
use super::value::identifier;
use super::writer::{Reaped, as_kept};
use crate::zombie::{
    ActiveRun, Condition, Evidence, Held, HeldWorkspace, Id, Notes, Plan, Policy, Reason, RunRow, RunState,
    Suspect, Zombie,
};

/// After how long under the lock the attempt is given up, so that it is undone within 40 ms.
const HOLD: Duration = Duration::from_millis(30);

/// What is reaped on trial, and what has to be written before so that there is something to reap.
pub(crate) struct Candidate {
    pub(crate) zombie: Zombie,
    shapes: Vec<Shape>,
}

/// One row brought into shape: it is written first, and undone with the rest.
struct Shape {
    of: Part,
    sql: String,
    values: Vec<Id>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Task,
    Run,
    Workspace,
}

/// What came of it.
pub(crate) struct Attempt {
    pub(crate) outcome: Outcome,
    /// What was written, apart from what was only brought into shape.
    pub(crate) wrote: Vec<&'static str>,
    /// For how long the lock was held.
    pub(crate) lock: Duration,
}

pub(crate) enum Outcome {
    /// All of it was written.
    Passed,
    /// The row has changed since it was looked at.
    MovedOn,
    /// The queue refuses it.
    Refused(String),
    /// It would be refused when it is committed.
    RefusedAtCommit(String),
    /// It took longer than the lock may be held.
    TooLong,
    /// The queue refuses to bring a part of it into shape, which was left out: it is to be tried again without.
    Reshaped,
    /// The task could not be brought into shape.
    Unshaped(String),
    /// The lock could not be had, or SQLite failed.
    Failed(rusqlite::Error),
}

/// When the attempt under the lock has to end, by the stopwatch; the progress handler of the connection asks.
#[derive(Default)]
pub(crate) struct Deadline(AtomicU64);

impl Deadline {
    /// Whether it is over, so long after the stopwatch began.
    pub(crate) fn is_over(&self, elapsed: Duration) -> bool {
        let until = self.0.load(Ordering::Relaxed);
        until > 0 && elapsed.as_micros() > u128::from(until)
    }

    fn set(&self, until: Duration) {
        let micros = u64::try_from(until.as_micros()).unwrap_or(u64::MAX);
        self.0.store(micros, Ordering::Relaxed);
    }
}

/// Where the database keeps a rollback journal: keeps that of this connection in memory. What is never committed and never
/// spilt changes no file, so that none has to be made under the lock.
pub(crate) fn keep_journal_in_memory(conn: &Connection) -> rusqlite::Result<()> {
    // In a transaction, as SQLite then refuses to leave the mode of a log, should the database have come to one meanwhile.
    let read = Transaction::new_unchecked(conn, TransactionBehavior::Deferred)?;
    read.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))?;
    let mode: String = read.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        read.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    }
    read.finish()
}

impl<'c> Store<'c> {
    /// What takes to reap this task on trial: a zombie, or one at work as if it were one.
    pub(crate) fn candidate(
        &self,
        suspect: Suspect,
        evidence: Option<Evidence>,
    ) -> rusqlite::Result<Candidate> {
        let zombie = Zombie {
            suspect: Box::new(suspect),
            evidence: evidence.unwrap_or_else(as_if_silent),
            workspaces: Vec::new(),
        };
        let mut plan = Plan {
            zombies: vec![zombie],
            ..Plan::default()
        };
        self.add_workspaces(&mut plan, &mut Notes::default())?;
        let mut shapes = Vec::new();
        let mut zombie = plan.zombies.remove(0);
        self.lend_a_workspace(&mut zombie, &mut shapes)?;
        Ok(Candidate { zombie, shapes })
    }

    /// A task that does not run, to be brought into shape: that of the newest run, else the newest. `None` where there is none,
    /// or no word says what runs.
    pub(crate) fn made_up(&self) -> rusqlite::Result<Option<Candidate>> {
        let AtWork::Words(status, running) = &self.schema.tasks.at_work else {
            return Ok(None);
        };
        let run = self.newest_run()?;
        let of_run = match &run {
            Some((_, task)) => self.task_key(task)?,
            None => None,
        };
        let run = run.filter(|_| of_run.is_some()).map(|(run, _)| run);
        let table = &self.schema.tasks.table;
        let Some(task) = of_run.map_or_else(|| newest_key(self.conn, "t", table), |key| Ok(Some(key)))?
        else {
            return Ok(None);
        };
        let facts = &self.loader.facts;
        let sql = row("t", table, &list(&facts.tasks.places));
        let mut found = self.conn.prepare(&sql)?;
        let mut rows = found.query([&task])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let columns = values(row, 0, facts.tasks.places.len())?;
        let mut notes = Notes::default();
        let read = facts.task(&columns, &mut notes);
        let old = Id::from(value(&columns, super::layout::STATUS));
        let word = running.first().map(String::as_str).unwrap_or_default();
        let word = as_kept(Some(status), &old, word);
        let mut shapes = Vec::new();
        let mut assignments = vec![(status, word.clone())];
        let mut pointer = Id::from(value(&columns, super::layout::ACTIVE_RUN));
        let active = match (run, &self.schema.runs) {
            (None, None) => ActiveRun::Itself,
            (None, Some(_)) => ActiveRun::None,
            (Some(run), _) => {
                if let Some(column) = self
                    .schema
                    .tasks
                    .active_run
                    .as_ref()
                    .filter(|info| info.parts.is_empty())
                {
                    pointer = run.run.id.clone();
                    assignments.push((column, pointer.clone()));
                }
                let (run, shape) = self.open(run);
                shapes.extend(shape);
                ActiveRun::Own(run)
            }
        };
        shapes.push(update(Part::Task, table, &task, &assignments));
        let mut suspect = facts.suspect(&columns, read, active, Others::default());
        suspect.active_run_id = pointer;
        suspect.status = suspect.status.map(|held| Held { value: word, ..held });
        let mut zombie = Zombie {
            suspect: Box::new(suspect),
            evidence: as_if_silent(),
            workspaces: Vec::new(),
        };
        self.lend_a_workspace(&mut zombie, &mut shapes)?;
        Ok(Some(Candidate { zombie, shapes }))
    }

    /// The run made last, and the id of its task.
    fn newest_run(&self) -> rusqlite::Result<Option<(RunRow, Id)>> {
        let Some(runs) = self.schema.runs.as_ref().filter(|runs| runs.status.is_some()) else {
            return Ok(None);
        };
        let Some(key) = newest_key(self.conn, "r", &runs.table)? else {
            return Ok(None);
        };
        let facts = &self.loader.facts;
        let mut found = self.conn.prepare(&run_row(self.schema, facts))?;
        let mut rows = found.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let columns = values(row, 0, facts.runs.places.len())?;
        let task = Id::from(value(&columns, super::layout::TASK));
        Ok(Some((facts.run(&columns, &mut Notes::default()), task)))
    }

    /// What addresses the task with this id, where an index leads there.
    fn task_key(&self, id: &Id) -> rusqlite::Result<Option<Id>> {
        let (tasks, Some(runs)) = (&self.schema.tasks, &self.schema.runs) else {
            return Ok(None);
        };
        if !tasks.id.parts.is_empty() || !is_led(self.conn, &tasks.table, &tasks.id, &runs.task)? {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {} FROM {} AS t WHERE {} = ?1",
            key("t", &tasks.table),
            tasks.table.qualified_name(),
            column("t", &tasks.id)
        );
        first(self.conn, &sql, &[id])
    }

    /// A run that is said to be at work, and what makes it so. Where a condition tells, it stays as it is.
    fn open(&self, mut run: RunRow) -> (RunRow, Option<Shape>) {
        let Some(runs) = self
            .schema
            .runs
            .as_ref()
            .filter(|runs| runs.running_where.is_none())
        else {
            return (run, None);
        };
        let Some(status) = &runs.status else {
            return (run, None);
        };
        let word = runs.running.first().map(String::as_str).unwrap_or_default();
        let word = as_kept(Some(status), &run.status, word);
        let shape = update(Part::Run, &runs.table, &run.key, &[(status, word.clone())]);
        run.status = word;
        run.run.state = RunState::Running;
        (run, Some(shape))
    }

    /// Has a task that holds no workspace hold one, so that it is tried to free it.
    fn lend_a_workspace(&self, zombie: &mut Zombie, shapes: &mut Vec<Shape>) -> rusqlite::Result<()> {
        let Some(workspaces) = self
            .schema
            .workspaces
            .as_ref()
            .filter(|_| zombie.workspaces.is_empty())
        else {
            return Ok(());
        };
        let (Some(task), Some(key)) = (&workspaces.task, newest_key(self.conn, "w", &workspaces.table)?)
        else {
            return Ok(());
        };
        let optional = |info: &Option<ColumnInfo>| super::keys::column_or_null("w", info.as_ref());
        let columns = format!(
            "{}, {}",
            optional(&workspaces.run),
            optional(&workspaces.released)
        );
        let sql = row("w", &workspaces.table, &columns);
        let mut found = self.conn.prepare(&sql)?;
        let mut rows = found.query([&key])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        shapes.push(update(
            Part::Workspace,
            &workspaces.table,
            &key,
            &[(task, zombie.suspect.id.clone())],
        ));
        zombie.workspaces.push(HeldWorkspace {
            task: zombie.suspect.id.clone(),
            run: row.get_ref(0)?.into(),
            released: row.get_ref(1)?.into(),
            key,
        });
        Ok(())
    }

    /// Reaps it under the write lock, and undoes that. Nothing is logged, printed or waited for under the lock.
    pub(crate) fn try_reap(&self, candidate: &mut Candidate, actor: &'c str, deadline: &Deadline) -> Attempt {
        let (stopwatch, conn) = (self.loader.facts.stopwatch, self.conn);
        let mut attempt = Attempt {
            outcome: Outcome::Passed,
            wrote: Vec::new(),
            lock: Duration::ZERO,
        };
        let prepared = (|| {
            let mut writer = self.writer(actor)?;
            writer.prepare(std::slice::from_ref(&candidate.zombie), &mut Notes::default())?;
            Ok((writer, has_deferred_keys(conn)?))
        })();
        let (mut writer, has_deferred) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                attempt.outcome = refused(error);
                return attempt;
            }
        };
        let write = match Transaction::new_unchecked(conn, TransactionBehavior::Immediate) {
            Ok(write) => write,
            Err(error) => {
                attempt.outcome = Outcome::Failed(error);
                return attempt;
            }
        };
        let begun = stopwatch.elapsed();
        deadline.set(begun + HOLD);
        let shaped = bring_into_shape(&write, candidate);
        attempt.outcome = match shaped.and_then(|()| writer.reap(&candidate.zombie).map_err(refused)) {
            Ok(Reaped::MovedOn) => Outcome::MovedOn,
            Ok(Reaped::Whole { runs, workspaces }) => {
                attempt.wrote = wrote(runs, workspaces, self.keeps_events());
                if has_deferred {
                    at_commit(&write)
                } else {
                    Outcome::Passed
                }
            }
            Err(outcome) => outcome,
        };
        drop(write); // which undoes it, where nothing has yet
        attempt.lock = stopwatch.elapsed().saturating_sub(begun);
        deadline.set(Duration::ZERO);
        attempt
    }
}

fn wrote(runs: usize, workspaces: usize, has_events: bool) -> Vec<&'static str> {
    let parts = [
        ("task", true),
        ("run", runs > 0),
        ("workspace", workspaces > 0),
        ("event", has_events),
    ];
    let written = parts.into_iter().filter(|(_, was_written)| *was_written);
    written.map(|(part, _)| part).collect()
}

/// What cannot be brought into shape is not tried, but the task has to be.
fn bring_into_shape(conn: &Connection, candidate: &mut Candidate) -> Result<(), Outcome> {
    for shape in &candidate.shapes {
        let Err(error) = conn.execute(&shape.sql, rusqlite::params_from_iter(&shape.values)) else {
            continue;
        };
        let of = shape.of;
        if is_interrupted(&error) {
            return Err(Outcome::TooLong);
        }
        match of {
            Part::Task => return Err(Outcome::Unshaped(error.to_string())),
            Part::Run => candidate.zombie.suspect.active = ActiveRun::None,
            Part::Workspace => candidate.zombie.workspaces.clear(),
        }
        candidate.shapes.retain(|shape| shape.of != of);
        return Err(Outcome::Reshaped);
    }
    Ok(())
}

/// Whether a commit would be refused for keys that are looked at only then. The hook makes a rollback of it.
fn at_commit(conn: &Connection) -> Outcome {
    // Nobody is waited for with the lock in hand.
    if let Err(error) = conn.busy_timeout(Duration::ZERO) {
        return Outcome::Failed(error);
    }
    match conn.execute_batch("COMMIT") {
        Err(error) if code(&error) == Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => {
            Outcome::RefusedAtCommit(error.to_string())
        }
        _ => Outcome::Passed,
    }
}

/// Whether foreign keys are enforced, and one of them not before the commit.
fn has_deferred_keys(conn: &Connection) -> rusqlite::Result<bool> {
    if !conn.pragma_query_value(None, "foreign_keys", |row| row.get(0))? {
        return Ok(false);
    }
    let mut tables = conn.prepare("SELECT sql FROM main.sqlite_schema WHERE type = 'table'")?;
    let mut rows = tables.query([])?;
    while let Some(row) = rows.next()? {
        let sql = row.get_ref(0)?.as_bytes_or_null()?.unwrap_or_default();
        let sql = String::from_utf8_lossy(sql);
        let is_deferred = |token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("DEFERRED"));
        if tokens(&sql).any(is_deferred) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn refused(error: rusqlite::Error) -> Outcome {
    let said = error.to_string();
    match &error {
        _ if is_interrupted(&error) => Outcome::TooLong,
        rusqlite::Error::StatementChangedRows(_) => {
            Outcome::Refused("a trigger of the queue keeps a row of it from being written".to_owned())
        }
        rusqlite::Error::SqliteFailure(failure, _)
            if matches!(
                failure.code,
                rusqlite::ErrorCode::DatabaseBusy
                    | rusqlite::ErrorCode::DatabaseLocked
                    | rusqlite::ErrorCode::ReadOnly
                    | rusqlite::ErrorCode::DiskFull
                    | rusqlite::ErrorCode::CannotOpen
                    | rusqlite::ErrorCode::SystemIoFailure
            ) =>
        {
            Outcome::Failed(error)
        }
        _ => Outcome::Refused(said),
    }
}

fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted)
}

fn code(error: &rusqlite::Error) -> Option<i32> {
    Some(error.sqlite_error()?.extended_code)
}

/// What it would be reaped for.
fn as_if_silent() -> Evidence {
    Evidence {
        condition: Condition::C,
        reason: Reason::StaleHeartbeat,
        sign_of_life: None,
        threshold: Policy::default().stale_after,
        is_silence: true,
    }
}

fn update(of: Part, table: &TableInfo, key: &Id, assignments: &[(&ColumnInfo, Id)]) -> Shape {
    let places = assignments.iter().zip(2..);
    let set: Vec<_> = places
        .map(|((info, _), place)| format!("{} = ?{place}", identifier(&info.name)))
        .collect();
    let sql = format!(
        "UPDATE OR ABORT {} AS s SET {} WHERE {}",
        table.qualified_name(),
        set.join(", "),
        is_key("s", table)
    );
    let values = assignments.iter().map(|(_, value)| value.clone());
    Shape {
        of,
        sql,
        values: std::iter::once(key.clone()).chain(values).collect(),
    }
}

/// These columns of the row of a table that parameter 1 addresses.
fn row(alias: &str, table: &TableInfo, columns: &str) -> String {
    format!(
        "SELECT {columns} FROM {} AS {alias} WHERE {}",
        table.qualified_name(),
        is_key(alias, table)
    )
}

/// What addresses the row of a table that was made last.
fn newest_key(conn: &Connection, alias: &str, table: &TableInfo) -> rusqlite::Result<Option<Id>> {
    let sql = newest_rows((alias, table), &[key(alias, table)], "TRUE", 1);
    first(conn, &sql, &[])
}

fn first(conn: &Connection, sql: &str, parameters: &[&Id]) -> rusqlite::Result<Option<Id>> {
    let mut found = conn.prepare(sql)?;
    let mut rows = found.query(rusqlite::params_from_iter(parameters))?;
    let row = rows.next()?;
    row.map(|row| Ok(row.get_ref(0)?.into())).transpose()
}
