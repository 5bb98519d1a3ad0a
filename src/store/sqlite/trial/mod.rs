//! A reap of one row under the write lock, undone whatever comes of it: what the queue's own triggers, checks and functions
//! say of it is known before they have a say in a sweep.

mod aged;
mod attempt;
mod candidate;
mod made_up;
mod shape;
mod stage;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::store::{Opened, data_version};
use crate::options::SweepOptions;
use crate::store::attempt::{AT_WORK, Attempt, Outcome, ZOMBIE};
use crate::store::error::StoreError;
use crate::zombie::{Notes, Suspect, Verdict};
use attempt::{Came, Deadline};
use candidate::Candidate;
use stage::Stage;

/// After how many of its steps, each far below a microsecond, a statement looks whether its time is over.
const STEPS: i32 = 1_000;

/// How often another row is looked for where the last has changed meanwhile.
const ROUNDS: usize = 4;

/// Reaps one row and undoes it: that of a zombie, else of a task that is brought into the shape of one, a running one first.
/// It takes the write lock, for 40 ms unless one function of the queue's takes longer, and `stop` ends it early. `None` where there is no such row.
///
/// The connection commits nothing ever after: its commit hook makes a rollback of any commit, its progress handler asks
/// `stop`, and its rollback journal is in memory.
pub(crate) fn try_reap(
    conn: &mut Connection,
    opts: &SweepOptions,
    stopwatch: Instant,
    stop: impl Fn() -> bool + Send + 'static,
) -> Result<Option<Attempt>, StoreError> {
    let ready = || StoreError::sqlite("make ready to try a reap");
    let deadline = Arc::new(Deadline::default());
    let until = Arc::clone(&deadline);
    conn.commit_hook(Some(|| true)).map_err(ready())?;
    let is_over = move || stop() || until.is_over(stopwatch.elapsed());
    conn.progress_handler(STEPS, Some(is_over)).map_err(ready())?;
    // Else what does not fit into memory would be written to the file before it is undone.
    conn.pragma_update(None, "cache_spill", false).map_err(ready())?;
    let conn = &*conn;
    keep_journal_in_memory(conn).map_err(ready())?;
    let opened = Opened::read(conn, opts, stopwatch)?;
    let mut stage = Stage {
        conn,
        schema: &opened.schema,
        opts,
        loader: opened.loader(conn, opts)?,
    };
    let mut last = None;
    for _ in 0..ROUNDS {
        let looking = StoreError::sqlite("look for a row to try");
        let Some((of, mut candidate)) = stage.choose().map_err(looking)? else {
            break;
        };
        let mut tried = stage.try_once(&mut candidate, &deadline);
        while matches!(tried.came, Came::Reshaped) {
            tried = stage.try_once(&mut candidate, &deadline);
        }
        let outcome = match tried.came {
            Came::Failed(error) => return Err(StoreError::sqlite("try a reap")(error)),
            Came::Of(outcome) => outcome,
            Came::Reshaped => continue,
        };
        let is_over = !matches!(outcome, Outcome::MovedOn);
        last = Some(Attempt {
            task_id: candidate.zombie.suspect.id.clone(),
            of,
            outcome,
            wrote: tried.wrote,
            lock: tried.lock,
        });
        if is_over {
            break;
        }
    }
    Ok(last)
}

impl Stage<'_> {
    /// What to reap, and what it is.
    fn choose(&mut self) -> rusqlite::Result<Option<(&'static str, Candidate)>> {
        let _read = Transaction::new_unchecked(self.conn, TransactionBehavior::Deferred)?;
        let mut notes = Notes::default();
        self.loader
            .begin(data_version(self.conn)?, Duration::ZERO, &mut notes)?;
        let (mut zombie, mut at_work) = (None, None);
        let (opts, now) = (self.opts, self.opts.now.into());
        let find_zombie = |suspect: Suspect| match suspect.verdict(&opts.policy_of(&suspect), now) {
            Verdict::Zombie(evidence) => {
                zombie = Some((suspect, evidence));
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        };
        self.loader.scan(None, &mut notes, find_zombie)?;
        if let Some((suspect, evidence)) = zombie {
            return Ok(Some((ZOMBIE, self.candidate(suspect, Some(evidence))?)));
        }
        self.loader.hand_over_the_living(true);
        let find_any = |suspect| {
            at_work = Some(suspect);
            ControlFlow::Break(())
        };
        let scan = self.loader.scan(None, &mut notes, find_any);
        self.loader.hand_over_the_living(false);
        scan?;
        if let Some(suspect) = at_work {
            return Ok(Some((AT_WORK, self.candidate(suspect, None)?)));
        }
        Ok(self.made_up()?.map(|candidate| ("made_up", candidate)))
    }
}

/// Where the database keeps a rollback journal: keeps that of this connection in memory. What is never committed and never
/// spilt changes no file, so that none has to be made under the lock.
fn keep_journal_in_memory(conn: &Connection) -> rusqlite::Result<()> {
    // In a transaction, as SQLite then refuses to leave the mode of a log, should the database have come to one meanwhile.
    let read = Transaction::new_unchecked(conn, TransactionBehavior::Deferred)?;
    read.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()))?;
    let mode: String = read.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        read.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    }
    read.finish()
}
