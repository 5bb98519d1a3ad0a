//! Whether a zombie still is as it was seen: asked under the write lock, so by key and by value alone. However long the
//! history is and whatever the schema lacks, it takes a few lookups for each zombie.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row, Statement};

use super::catalog::RowIds;
use super::facts::{Facts, values};
use super::layout::WorkerLayout;
use super::pace::Pace;
use super::print::{print, print_of};
use super::repeated::prepare_aside;
use super::runs::is_led;
use super::schema::{Runs, Schema};
use super::statements;
use crate::zombie::{Id, Worker, Zombie};

/// How many runs are looked through under the lock at most, to see whether one was inserted since: about 10 ms.
const MOST: usize = 50_000;

/// How long that look may take: one at wide rows takes longer than at many. Where it does, the zombies are read anew without
/// the lock until nothing changes meanwhile, or left to the next sweep.
const QUICK: Duration = Duration::from_millis(20);

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
    /// Nothing can tell whether one has changed.
    Unknown,
}

/// How a run that was inserted since the look is found.
enum Newcomers<'c> {
    /// Row ids ascend, so it stands behind the run that stood last.
    Behind {
        newest: Statement<'c>,
        behind: Statement<'c>,
        mark: Option<[Id; 3]>,
        /// The tasks that have got runs since; `None`: nothing can tell.
        tasks: Option<HashSet<Id>>,
    },
    /// An index leads from a task to the keys of its runs.
    ByIndex {
        keys: Statement<'c>,
        seen: HashMap<Id, Keys>,
    },
    /// By a look at the keys of all runs.
    ByLook {
        keys: Statement<'c>,
        seen: HashMap<Id, Keys>,
        now: HashMap<Id, Keys>,
        /// Whether the look is short enough to be taken under the lock.
        is_short: bool,
    },
}

/// The keys of a task's runs, in whatever order: how many, and a sum that tells whether they are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Keys {
    count: usize,
    sum: u64,
}

impl Keys {
    fn add(&mut self, key: &Id) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(print_of(key));
    }
}

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
            task: prepare_aside(conn, &statements::task_row(schema, facts, in_project))?,
            runs: runs.transpose()?,
            workers: OfWorkers::new(conn, schema)?,
        })
    }

    /// In the read transaction of the look: notes which runs there are.
    pub(super) fn note(&mut self, facts: &Facts<'_>, zombies: &[Zombie]) -> rusqlite::Result<()> {
        match &mut self.runs {
            Some(runs) => runs.note(facts, zombies),
            None => Ok(()),
        }
    }

    /// Under the lock, once for a batch.
    pub(super) fn begin(&mut self, facts: &Facts<'_>) -> rusqlite::Result<()> {
        match &mut self.runs {
            Some(runs) => runs.begin(facts),
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
    fn new(conn: &'c Connection, schema: &Schema) -> rusqlite::Result<Self> {
        let Some(workers) = &schema.workers else {
            return Ok(Self::None);
        };
        let of_runs = schema.runs.as_ref().and_then(|runs| runs.worker.as_ref());
        for by in schema.tasks.worker.iter().chain(of_runs) {
            if !is_led(conn, &workers.table, &workers.id, by)? {
                return Ok(Self::Unknown);
            }
        }
        let layout = WorkerLayout::new(workers);
        let rows = prepare_aside(conn, &statements::worker_rows(workers, &layout))?;
        Ok(Self::Led(rows, layout.places.len()))
    }

    fn is_unchanged(&mut self, worker: &Worker) -> rusqlite::Result<bool> {
        let Self::Led(rows, columns) = self else {
            return Ok(matches!(self, Self::None));
        };
        let mut print = 0_u64;
        let mut rows = rows.query([&worker.id])?;
        while let Some(row) = rows.next()? {
            print = print.wrapping_add(print_of_values(row, *columns)?);
        }
        Ok(print == worker.print)
    }
}

impl<'c> OfRuns<'c> {
    fn new(conn: &'c Connection, schema: &Schema, runs: &Runs, facts: &Facts<'_>) -> rusqlite::Result<Self> {
        let is_led = is_led(conn, &runs.table, &runs.task, &schema.tasks.id)?;
        let others = is_led.then(|| prepare_aside(conn, &statements::runs_of_task(schema, facts)));
        let newcomers = if runs.table.row_ids() == RowIds::Ascending && runs.table.rowid().is_some() {
            Newcomers::Behind {
                newest: prepare_aside(conn, &statements::newest_run(schema))?,
                behind: prepare_aside(conn, &statements::runs_behind(schema, MOST))?,
                mark: None,
                tasks: None,
            }
        } else if is_led {
            Newcomers::ByIndex {
                keys: prepare_aside(conn, &statements::keys_of_task(schema))?,
                seen: HashMap::new(),
            }
        } else {
            Newcomers::ByLook {
                keys: prepare_aside(conn, &statements::tasks_of_runs(schema))?,
                seen: HashMap::new(),
                now: HashMap::new(),
                is_short: false,
            }
        };
        Ok(Self {
            run: prepare_aside(conn, &statements::run_row(schema, facts))?,
            others: others.transpose()?,
            newcomers,
        })
    }

    fn note(&mut self, facts: &Facts<'_>, zombies: &[Zombie]) -> rusqlite::Result<()> {
        match &mut self.newcomers {
            Newcomers::Behind { newest, mark, .. } => {
                *mark = newest.query_row([], three).optional()?;
            }
            Newcomers::ByIndex { keys, seen } => {
                seen.clear();
                for zombie in zombies {
                    let task = &zombie.suspect.id;
                    seen.insert(task.clone(), keys_of(keys, task)?);
                }
            }
            Newcomers::ByLook {
                keys, seen, is_short, ..
            } => {
                let pace = Pace::begin(facts.stopwatch);
                seen.clear();
                seen.extend(
                    zombies
                        .iter()
                        .map(|zombie| (facts.task_value(&zombie.suspect.id), Keys::default())),
                );
                *is_short = look(keys, facts, seen)? <= MOST && pace.is_within(QUICK);
            }
        }
        Ok(())
    }

    fn begin(&mut self, facts: &Facts<'_>) -> rusqlite::Result<()> {
        match &mut self.newcomers {
            Newcomers::Behind {
                behind, mark, tasks, ..
            } => *tasks = newcomers(behind, facts, mark.as_ref())?,
            Newcomers::ByIndex { .. } => {}
            Newcomers::ByLook {
                keys,
                seen,
                now,
                is_short,
            } => {
                now.clear();
                if *is_short {
                    now.extend(seen.keys().map(|task| (task.clone(), Keys::default())));
                    look(keys, facts, now)?;
                }
            }
        }
        Ok(())
    }

    fn are_unchanged(&mut self, facts: &Facts<'_>, zombie: &Zombie) -> rusqlite::Result<bool> {
        if let Newcomers::ByLook { is_short: false, .. } = self.newcomers {
            return Ok(false); // nothing can tell
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
        let task = facts.task_value(&suspect.id);
        match &mut self.newcomers {
            Newcomers::Behind { tasks, .. } => Ok(tasks.as_ref().is_some_and(|tasks| !tasks.contains(&task))),
            Newcomers::ByIndex { keys, seen } => match seen.get(&suspect.id) {
                Some(before) if before.count <= MOST * 4 => Ok(keys_of(keys, &suspect.id)? == *before),
                _ => Ok(false),
            },
            Newcomers::ByLook { seen, now, .. } => {
                Ok(now.get(&task).is_some_and(|now| Some(now) == seen.get(&task)))
            }
        }
    }
}

/// The tasks of the runs that were inserted since the mark; `None` where they are too many, or the run at the mark is no
/// longer what it was, so that what came later may stand before it.
fn newcomers(
    behind: &mut Statement<'_>,
    facts: &Facts<'_>,
    mark: Option<&[Id; 3]>,
) -> rusqlite::Result<Option<HashSet<Id>>> {
    let mut tasks = HashSet::new();
    let first = mark.map_or(Id::Integer(i64::MIN), |[key, ..]| key.clone());
    let mut rows = behind.query([&first])?;
    let mut found = 0;
    while let Some(row) = rows.next()? {
        let run = three(row)?;
        if found == 0 && mark.is_some_and(|mark| *mark != run) {
            return Ok(None);
        }
        if found > 0 || mark.is_none() {
            let [_, _, task] = run;
            tasks.insert(facts.task_value(&task));
        }
        found += 1;
    }
    let is_whole = found < MOST && (mark.is_none() || found > 0);
    Ok(is_whole.then_some(tasks))
}

fn three(row: &Row<'_>) -> rusqlite::Result<[Id; 3]> {
    Ok([
        row.get_ref(0)?.into(),
        row.get_ref(1)?.into(),
        row.get_ref(2)?.into(),
    ])
}

fn keys_of(keys: &mut Statement<'_>, task: &Id) -> rusqlite::Result<Keys> {
    let mut found = Keys::default();
    let mut rows = keys.query([task])?;
    while let Some(row) = rows.next()? {
        found.add(&row.get_ref(0)?.into());
    }
    Ok(found)
}

/// Adds up the keys of the runs of these tasks; returns how many runs there are in all.
fn look(
    keys: &mut Statement<'_>,
    facts: &Facts<'_>,
    tasks: &mut HashMap<Id, Keys>,
) -> rusqlite::Result<usize> {
    let mut found = 0;
    let mut rows = keys.query([])?;
    while let Some(row) = rows.next()? {
        found += 1;
        if let Some(of_task) = tasks.get_mut(&facts.task_value(&row.get_ref(0)?.into())) {
            of_task.add(&row.get_ref(2)?.into());
        }
    }
    Ok(found)
}

fn print_of_row(statement: &mut Statement<'_>, key: &Id, columns: usize) -> rusqlite::Result<Option<u64>> {
    let print = statement.query_row([key], |row| print_of_values(row, columns));
    print.optional()
}

fn print_of_values(row: &Row<'_>, columns: usize) -> rusqlite::Result<u64> {
    Ok(print(&values(row, 0, columns)?))
}
