//! The rows by which a draft judges what shows life: running tasks, and what belongs to them.

use std::collections::HashMap;

use rusqlite::Connection;

use super::super::value::{identifier, literal};
use super::facts::is_empty;
use super::finding::Value;
use super::found::Found;
use super::hints::HINTS;
use super::links::{Link, links};
use super::portrait::Portrait;
use super::signs::{Seen, Signs};
use super::status::{Meaning, meaning, status};
use super::tables::{Runs, Tables, names_worker};
use crate::zombie::{Calendar, Id};

/// So many running rows are looked at, and so many of each table that names them.
const ROWS: usize = 1_000;

/// A task, and what belongs to it.
pub(super) struct Task<'r> {
    pub(super) own: Seen<'r>,
    /// Its runs that are not finished.
    pub(super) runs: Vec<Seen<'r>>,
    /// Whether it has others.
    pub(super) is_over: bool,
}

/// The rows by which a task is judged, as far as they are looked at.
pub(super) struct View<'v> {
    pub(super) calendar: &'v Calendar,
    pub(super) found: Found<'v>,
    pub(super) portrait: &'v Portrait,
    pub(super) tasks: Vec<Vec<Id>>,
    pub(super) waiting: Vec<Vec<Id>>,
    pub(super) runs: Option<RunRows<'v>>,
    pub(super) workers: Option<WorkerRows<'v>>,
    /// What names a task or a run otherwise.
    pub(super) others: Vec<Other<'v>>,
    /// Columns that may name a worker, but are not those in force.
    pub(super) namings: Vec<Naming<'v>>,
}

pub(super) struct RunRows<'v> {
    pub(super) table: &'v Portrait,
    pub(super) open: Vec<Vec<Id>>,
    pub(super) over: Vec<Vec<Id>>,
    pub(super) to_task: Vec<String>,
    pub(super) id: Vec<String>,
}

pub(super) struct WorkerRows<'v> {
    pub(super) table: &'v Portrait,
    pub(super) by_id: HashMap<Vec<Id>, Vec<Id>>,
}

/// The rows of a table that plays no role, and the columns by which they name tasks, or else runs.
pub(super) struct Other<'v> {
    pub(super) table: &'v Portrait,
    pub(super) rows: Vec<Vec<Id>>,
    pub(super) to: Vec<String>,
    pub(super) names_tasks: bool,
}

/// A column of tasks or runs, and the rows of the workers that it may name.
pub(super) struct Naming<'v> {
    pub(super) of_runs: bool,
    pub(super) column: String,
    pub(super) id: String,
    pub(super) table: &'v Portrait,
    pub(super) by_id: HashMap<Vec<Id>, Vec<Id>>,
}

impl<'v> View<'v> {
    pub(super) fn read(
        conn: &Connection,
        calendar: &'v Calendar,
        tables: &'v Tables<'_>,
        tasks: &'v Portrait,
        runs: Option<&'v Runs<'v>>,
        found: Found<'v>,
    ) -> rusqlite::Result<Self> {
        let (running, waiting) = conditions(conn, tasks, found)?;
        let rows = |condition: Option<String>| match condition {
            Some(condition) => tasks.rows_where(conn, ROWS, "t", &condition),
            None => Ok(Vec::new()),
        };
        let runs = match runs {
            Some(runs) => Some(RunRows::read(conn, runs, found)?),
            None => None,
        };
        let id = found.names("workers.columns", "id");
        let workers = tables.workers.filter(|_| !id.is_empty());
        let workers = match workers {
            Some(table) => Some(WorkerRows {
                table,
                by_id: by_id(conn, table, &id)?,
            }),
            None => None,
        };
        let mut view = Self {
            calendar,
            found,
            portrait: tasks,
            tasks: rows(running)?,
            waiting: rows(waiting)?,
            runs,
            workers,
            others: Vec::new(),
            namings: Vec::new(),
        };
        if !view.tasks.is_empty() {
            view.look_around(conn, tables)?;
        }
        Ok(view)
    }

    /// Reads what plays no role, and names a task, a run or a worker all the same.
    fn look_around(&mut self, conn: &Connection, tables: &'v Tables<'_>) -> rusqlite::Result<()> {
        let runs = self.runs.as_ref().map(|runs| runs.table);
        let known = [Some(self.portrait), runs, tables.workers];
        let is_known = |table: &Portrait| known.iter().flatten().any(|known| std::ptr::eq(*known, table));
        for table in tables.all.iter().filter(|table| !is_known(table)) {
            let link = |to, sounds| -> rusqlite::Result<Option<Link>> {
                Ok(links(conn, table, to, sounds)?.into_iter().find(Link::is_sure))
            };
            let (mut found, mut names_tasks) = (link(self.portrait, &HINTS.tables.tasks)?, true);
            if let (None, Some(runs)) = (&found, runs) {
                (found, names_tasks) = (link(runs, &HINTS.tables.runs)?, false);
            }
            if let Some(link) = found {
                self.others.push(Other {
                    table,
                    rows: table.rows(conn, ROWS, None)?,
                    to: link.columns(),
                    names_tasks,
                });
            }
        }
        let like_workers = tables.workers.into_iter().filter(|_| tables.beats.is_none());
        for table in like_workers.chain(tables.no_workers.iter().map(|(table, _)| *table)) {
            for id in table.unique() {
                self.take_namings(conn, table, &id)?;
            }
        }
        Ok(())
    }

    fn take_namings(&mut self, conn: &Connection, table: &'v Portrait, id: &str) -> rusqlite::Result<()> {
        let runs = self.runs.as_ref().map(|runs| runs.table);
        for (of, of_runs) in [(Some(self.portrait), false), (runs, true)] {
            let Some(of) = of else { continue };
            for (link, is_sure) in names_worker(conn, of, table, id)? {
                if is_sure {
                    self.namings.push(Naming {
                        of_runs,
                        column: link.column,
                        id: id.to_owned(),
                        table,
                        by_id: by_id(conn, table, &[id.to_owned()])?,
                    });
                }
            }
        }
        Ok(())
    }

    pub(super) fn task<'r>(&'r self, row: &'r [Id]) -> Task<'r> {
        let own = Seen {
            portrait: self.portrait,
            row,
        };
        let key = own
            .key(&self.portrait.key)
            .or_else(|| own.key(&self.found.names("tasks.columns", "id")));
        let (mut runs, mut over) = (Vec::new(), Vec::new());
        if let (Some(all), Some(key)) = (&self.runs, key) {
            let of_task = |row: &&'r Vec<Id>| all.seen(row).key(&all.to_task).as_ref() == Some(&key);
            runs.extend(all.open.iter().filter(of_task).map(|row| all.seen(row)));
            over.extend(all.over.iter().filter(of_task).map(|row| all.seen(row)));
        }
        let ended = self.found.names("runs.columns", "ended");
        let ended = over
            .iter()
            .filter_map(|run| run.newest(&ended, self.calendar))
            .max();
        let started = own.newest(&self.found.names("tasks.columns", "started"), self.calendar);
        let is_over = runs.is_empty() && !over.is_empty() && started <= ended;
        Task { own, runs, is_over }
    }

    /// What is in force of a row: its own moments, and those of the worker that it names.
    fn of_row(&self, seen: Seen<'_>, section: &'static str) -> Signs {
        let newest = |key: &str| seen.newest(&self.found.names(section, key), self.calendar);
        let own = Signs {
            beat: newest("heartbeat"),
            start: newest("started"),
            lease: seen.lease(self.found, section, self.calendar),
            is_gone: false,
        };
        let name = seen.key(&self.found.names(section, "worker"));
        let Some(name) = name.filter(|_| self.workers.is_some()) else {
            return own;
        };
        let Some(worker) = self.worker(&name) else {
            return Signs { is_gone: true, ..own };
        };
        let newest = |key: &str| worker.newest(&self.found.names("workers.columns", key), self.calendar);
        let gone = self.found.names("workers.words", "gone");
        let status = self.found.names("workers.columns", "status");
        let is_gone = status.iter().filter_map(|status| worker.value(status));
        let is_gone = is_gone.map(Id::to_string).any(|word| gone.contains(&word));
        // Who began after the work did is another one under the same name.
        let is_other = own.start.is_some() && newest("started") > own.start;
        if is_gone || is_other {
            return Signs { is_gone: true, ..own };
        }
        own.and(Signs {
            beat: newest("heartbeat"),
            lease: worker.lease(self.found, "workers.columns", self.calendar),
            ..Signs::default()
        })
    }

    pub(super) fn worker(&self, name: &Vec<Id>) -> Option<Seen<'_>> {
        let workers = self.workers.as_ref()?;
        let row = workers.by_id.get(name)?;
        Some(Seen {
            portrait: workers.table,
            row,
        })
    }

    /// Every sign in force that shows whether a task lives.
    pub(super) fn signs(&self, task: &Task<'_>) -> Signs {
        let own = self.of_row(task.own, "tasks.columns");
        let updated = || {
            task.own
                .newest(&self.found.names("tasks.columns", "updated"), self.calendar)
        };
        let of_runs = task.runs.iter().map(|run| {
            let signs = self.of_row(*run, "runs.columns");
            let created = || run.newest(&self.found.names("runs.columns", "created"), self.calendar);
            Signs {
                start: signs.start.or_else(created),
                ..signs
            }
        });
        let of_runs = of_runs.fold(Signs::default(), Signs::and);
        let claim = Signs {
            start: own.start.max(updated()),
            ..own
        };
        // A run that shows nothing is judged by the claim, where the claim has more than a start.
        let has_more = own.beat.is_some() || updated().is_some();
        match &self.runs {
            None if own.is_nothing() => claim,
            None => own,
            Some(_) if task.runs.is_empty() => claim,
            Some(_) if of_runs.is_nothing() && has_more => claim.and(of_runs),
            Some(_) => of_runs.and(Signs { start: None, ..own }),
        }
    }
}

impl<'v> RunRows<'v> {
    /// What is not finished, by its word or by the condition.
    pub(super) fn read(conn: &Connection, runs: &'v Runs<'_>, found: Found<'_>) -> rusqlite::Result<Self> {
        let table = runs.table;
        let finished = found.names("runs.words", "finished");
        let word = found.names("runs.columns", "status");
        let ended = found.names("runs.columns", "ended");
        let open = match found.text("runs", "running_where") {
            Some(condition) => table.rows_where(conn, ROWS, "r", condition)?,
            None => Vec::new(),
        };
        let is_told = found.text("runs", "running_where").is_some();
        let all = table.rows(conn, ROWS, None)?;
        let is_over = |row: &Vec<Id>| {
            let seen = Seen { portrait: table, row };
            let is_filled = |name: &String| seen.value(name).is_some_and(|value| !is_empty(value));
            match word.first().and_then(|word| seen.value(word)) {
                _ if is_told => !open.contains(row),
                Some(word) => finished.contains(&word.to_string()),
                None => ended.iter().any(is_filled),
            }
        };
        let (over, open) = all.into_iter().partition(is_over);
        Ok(Self {
            table,
            open,
            over,
            to_task: runs.link.columns(),
            id: found.names("runs.columns", "id"),
        })
    }

    pub(super) fn seen<'r>(&'r self, row: &'r [Id]) -> Seen<'r> {
        Seen {
            portrait: self.table,
            row,
        }
    }
}

/// What is true of a task that runs and may be reaped, and of one that waits.
fn conditions(
    conn: &Connection,
    tasks: &Portrait,
    found: Found<'_>,
) -> rusqlite::Result<(Option<String>, Option<String>)> {
    let left_alone = found.text("tasks", "where");
    let left_alone = left_alone.map_or_else(String::new, |condition| format!(" AND ({condition})"));
    let Some(status) = status(tasks) else {
        // Which one is true of a running task is asked; the first is as good a guess as any.
        let asked = found
            .line("tasks", "running_where")
            .and_then(|line| line.candidates.first());
        let Some((Value::Text(condition), _)) = asked else {
            return Ok((None, None));
        };
        return Ok((
            Some(format!("({condition}){left_alone}")),
            Some(format!("NOT coalesce({condition}, 0)")),
        ));
    };
    let running = found.names("tasks.words", "running");
    let open = found.names("tasks.words", "open");
    let words = status.words(conn, tasks)?.into_iter().map(|word| word.text);
    let waits = |word: &String| {
        let sounds_so = matches!(meaning(word), Some((Meaning::Open, _)));
        !running.contains(word) && (sounds_so || open.contains(word))
    };
    let waiting: Vec<_> = words.filter(waits).collect();
    let has = |words: &[String]| {
        let words: Vec<_> = words.iter().map(|word| literal(word)).collect();
        let column = identifier(&status.name);
        (!words.is_empty()).then(|| format!("CAST(t.{column} AS TEXT) IN ({})", words.join(", ")))
    };
    Ok((has(&running).map(|running| running + &left_alone), has(&waiting)))
}

fn by_id(conn: &Connection, table: &Portrait, id: &[String]) -> rusqlite::Result<HashMap<Vec<Id>, Vec<Id>>> {
    let rows = table.rows(conn, ROWS, None)?;
    let named = rows.into_iter().filter_map(|row| {
        let name = Seen {
            portrait: table,
            row: &row,
        }
        .key(id)?;
        Some((name, row))
    });
    Ok(named.collect())
}
