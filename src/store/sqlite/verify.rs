//! Whether a zombie still is as it was seen: asked under the write lock, so by key and by value alone. However long the
//! history is and whatever the schema lacks, it takes a few lookups for each zombie.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Row, Statement};

use super::facts::Facts;
use super::layout::{ID, WorkerLayout};
use super::meeting::is_led;
use super::newcomers::Newcomers;
use super::print::print;
use super::repeated::prepare_aside;
use super::row::values;
use super::schema::{Runs, Schema};
use super::statements;
use super::workers::KnownWorkers;
use crate::zombie::{Id, Worker, Zombie};

/// Compares zombies with what stands in the database now.
pub(super) struct Verifier<'c> {
    task: Statement<'c>,
    /// Where the queue has runs.
    runs: Option<OfRuns<'c>>,
    workers: OfWorkers<'c>,
}

struct OfRuns<'c> {
    run: Statement<'c>,
    /// The unfinished runs of a task, where an index leads to them: asked again of one with a short history.
    others: Option<Statement<'c>>,
    newcomers: Newcomers<'c>,
}

/// How the workers that zombies name are found.
enum OfWorkers<'c> {
    /// They have no rows.
    None,
    /// An index leads from a name to its rows, of so many columns.
    Led(Statement<'c>, usize),
    /// All of them are read once for a batch: they are few.
    Read {
        all: Statement<'c>,
        columns: usize,
        now: HashMap<Id, u64>,
    },
    /// They are too many for that: nothing can tell whether one has changed.
    Unknown,
}

/// How many workers may be read under the lock: some milliseconds' worth.
const FEW_WORKERS: usize = 10_000;

impl<'c> Verifier<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &Schema,
        facts: &Facts<'_>,
        in_project: &str,
    ) -> rusqlite::Result<Self> {
        let runs = schema.runs.as_ref();
        let runs = runs.map(|runs| OfRuns::new(conn, schema, runs, facts));
        Ok(Self {
            task: prepare_aside(conn, &statements::task_row(schema, &facts.tasks, in_project))?,
            runs: runs.transpose()?,
            workers: OfWorkers::new(conn, schema, facts)?,
        })
    }

    /// In the read transaction of the look: notes which runs there are.
    pub(super) fn note(&mut self, facts: &Facts<'_>, zombies: &[Zombie]) -> rusqlite::Result<()> {
        match &mut self.runs {
            Some(runs) => runs.newcomers.note(facts, zombies),
            None => Ok(()),
        }
    }

    /// Under the lock, once for a batch.
    pub(super) fn begin(&mut self, facts: &Facts<'_>) -> rusqlite::Result<()> {
        self.workers.begin()?;
        match &mut self.runs {
            Some(runs) => runs.newcomers.begin(facts),
            None => Ok(()),
        }
    }

    /// Under the lock: whether nothing that the verdict rested on has changed, runs inserted since included.
    pub(super) fn is_unchanged(&mut self, facts: &Facts<'_>, zombie: &Zombie) -> rusqlite::Result<bool> {
        let suspect = &zombie.suspect;
        let columns = facts.tasks.places.len();
        if print_of_row(&mut self.task, &suspect.key, columns)? != Some(suspect.print) {
            return Ok(false);
        }
        for worker in suspect.workers() {
            if !self.workers.is_unchanged(worker)? {
                return Ok(false);
            }
        }
        match &mut self.runs {
            Some(runs) => runs.are_unchanged(facts, zombie),
            None => Ok(true),
        }
    }
}

impl<'c> OfWorkers<'c> {
    fn new(conn: &'c Connection, schema: &Schema, facts: &Facts<'_>) -> rusqlite::Result<Self> {
        let Some(workers) = &schema.workers else {
            return Ok(Self::None);
        };
        let layout = WorkerLayout::new(workers);
        let of_runs = schema.runs.as_ref().and_then(|runs| runs.worker.as_ref());
        for by in schema.tasks.worker.iter().chain(of_runs) {
            if !is_led(conn, &workers.table, &workers.id, by)? {
                let count = facts.workers.as_ref().map_or(0, KnownWorkers::rows);
                if count > FEW_WORKERS {
                    return Ok(Self::Unknown);
                }
                return Ok(Self::Read {
                    all: prepare_aside(conn, &statements::all_workers(workers, &layout))?,
                    columns: layout.places.len(),
                    now: HashMap::new(),
                });
            }
        }
        let rows = prepare_aside(conn, &statements::worker_rows(workers, &layout))?;
        Ok(Self::Led(rows, layout.places.len()))
    }

    /// Under the lock, once for a batch.
    fn begin(&mut self) -> rusqlite::Result<()> {
        let Self::Read { all, columns, now } = self else {
            return Ok(());
        };
        now.clear();
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let name = Id::from(row.get_ref(ID)?).by_value();
            let print = now.entry(name).or_default();
            *print = print.wrapping_add(print_of_values(row, *columns)?);
        }
        Ok(())
    }

    fn is_unchanged(&mut self, worker: &Worker) -> rusqlite::Result<bool> {
        match self {
            Self::None => Ok(true),
            Self::Unknown => Ok(false),
            Self::Read { now, .. } => {
                Ok(now.get(&worker.id.by_value()).copied().unwrap_or_default() == worker.print)
            }
            Self::Led(rows, columns) => {
                let mut print = 0_u64;
                let mut rows = rows.query([&worker.id])?;
                while let Some(row) = rows.next()? {
                    print = print.wrapping_add(print_of_values(row, *columns)?);
                }
                Ok(print == worker.print)
            }
        }
    }
}

impl<'c> OfRuns<'c> {
    fn new(conn: &'c Connection, schema: &Schema, runs: &Runs, facts: &Facts<'_>) -> rusqlite::Result<Self> {
        let is_led = is_led(conn, &runs.table, &runs.task, &schema.tasks.id)?;
        let others = is_led.then(|| prepare_aside(conn, &statements::runs_of_task(schema, &facts.runs)));
        Ok(Self {
            run: prepare_aside(conn, &statements::run_row(schema, &facts.runs))?,
            others: others.transpose()?,
            newcomers: Newcomers::new(conn, schema, runs, is_led)?,
        })
    }

    fn are_unchanged(&mut self, facts: &Facts<'_>, zombie: &Zombie) -> rusqlite::Result<bool> {
        if !self.newcomers.can_be_told() {
            return Ok(false);
        }
        let suspect = &zombie.suspect;
        let columns = facts.runs.places.len();
        let active = suspect.active.own();
        for run in active.into_iter().chain(&suspect.others) {
            if print_of_row(&mut self.run, &run.key, columns)? != Some(run.print) {
                return Ok(false);
            }
        }
        if let (Some(others), Some(before)) = (&mut self.others, suspect.others_print) {
            let mut print = 0_u64;
            let mut rows = others.query((&suspect.id, active.map(|row| &row.key)))?;
            while let Some(row) = rows.next()? {
                print = print.wrapping_add(print_of_values(row, columns)?);
            }
            // A run that is finished already says nothing beside an active one, but may be the one that was missing.
            if print != before || active.is_some() {
                return Ok(print == before);
            }
        }
        Ok(!self.newcomers.may_have_come(facts, &suspect.id)?)
    }
}

fn print_of_row(statement: &mut Statement<'_>, key: &Id, columns: usize) -> rusqlite::Result<Option<u64>> {
    let print = statement.query_row([key], |row| print_of_values(row, columns));
    print.optional()
}

fn print_of_values(row: &Row<'_>, columns: usize) -> rusqlite::Result<u64> {
    Ok(print(&values(row, 0, columns)?))
}
