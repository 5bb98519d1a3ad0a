//! How a run is found that was inserted between the look and the lock.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row, Statement};

use super::catalog::RowIds;
use super::facts::Facts;
use super::pace::Pace;
use super::print::print_of;
use super::repeated::prepare_aside;
use super::schema::{Runs, Schema};
use super::statements;
use crate::zombie::{Id, Zombie};

/// How many runs are looked through under the lock at most, to see whether one was inserted since: about 10 ms.
const MOST: usize = 50_000;

/// How long that look may take: one at wide rows takes longer than at many. Where it does, the zombies are read anew without
/// the lock until nothing changes meanwhile, or left to the next sweep.
const QUICK: Duration = Duration::from_millis(20);

/// How a run that was inserted since the look is found.
pub(super) enum Newcomers<'c> {
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
pub(super) struct Keys {
    count: usize,
    sum: u64,
}

impl Keys {
    fn add(&mut self, key: &Id) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(print_of(key));
    }
}

impl<'c> Newcomers<'c> {
    /// `is_led` is whether an index leads from a task to its runs.
    pub(super) fn new(
        conn: &'c Connection,
        schema: &Schema,
        runs: &Runs,
        is_led: bool,
    ) -> rusqlite::Result<Self> {
        Ok(
            if runs.table.row_ids() == RowIds::Ascending && runs.table.rowid().is_some() {
                Self::Behind {
                    newest: prepare_aside(conn, &statements::newest_run(schema))?,
                    behind: prepare_aside(conn, &statements::runs_behind(schema, MOST))?,
                    mark: None,
                    tasks: None,
                }
            } else if is_led {
                Self::ByIndex {
                    keys: prepare_aside(conn, &statements::keys_of_task(schema))?,
                    seen: HashMap::new(),
                }
            } else {
                Self::ByLook {
                    keys: prepare_aside(conn, &statements::tasks_of_runs(schema))?,
                    seen: HashMap::new(),
                    now: HashMap::new(),
                    is_short: false,
                }
            },
        )
    }

    /// In the read transaction of the look: notes which runs there are.
    pub(super) fn note(&mut self, facts: &Facts<'_>, zombies: &[Zombie]) -> rusqlite::Result<()> {
        match self {
            Self::Behind { newest, mark, .. } => {
                *mark = newest.query_row([], three).optional()?;
            }
            Self::ByIndex { keys, seen } => {
                seen.clear();
                for zombie in zombies {
                    let task = &zombie.suspect.id;
                    seen.insert(task.clone(), keys_of(keys, task)?);
                }
            }
            Self::ByLook {
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

    /// Under the lock, once for a batch.
    pub(super) fn begin(&mut self, facts: &Facts<'_>) -> rusqlite::Result<()> {
        match self {
            Self::Behind {
                behind, mark, tasks, ..
            } => *tasks = newcomers(behind, facts, mark.as_ref())?,
            Self::ByIndex { .. } => {}
            Self::ByLook {
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

    /// Whether the look was short enough to be taken again under the lock.
    pub(super) fn can_be_told(&self) -> bool {
        !matches!(self, Self::ByLook { is_short: false, .. })
    }

    /// Under the lock: whether a run of this task may have been inserted since.
    pub(super) fn may_have_come(&mut self, facts: &Facts<'_>, id: &Id) -> rusqlite::Result<bool> {
        let task = facts.task_value(id);
        match self {
            Self::Behind { tasks, .. } => Ok(tasks.as_ref().is_none_or(|tasks| tasks.contains(&task))),
            Self::ByIndex { keys, seen } => match seen.get(id) {
                Some(before) if before.count <= MOST * 4 => Ok(keys_of(keys, id)? != *before),
                _ => Ok(true),
            },
            Self::ByLook { seen, now, .. } => {
                Ok(now.get(&task).is_none_or(|now| Some(now) != seen.get(&task)))
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
