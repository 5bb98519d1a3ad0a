//! Whether it is settled what shows life. Where a column that plays no role is fresher among running rows than every sign
//! that is in force, those signs may call a task dead whose worker writes that column: then the key is missing, and the
//! profile is refused until its reader has said what the column is.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use rusqlite::Connection;

use super::super::value::{identifier, literal, reading};
use super::facts::{age, is_empty};
use super::finding::{Line, Section, Value};
use super::found::Found;
use super::hints::{HINTS, Hit};
use super::holders::sounds;
use super::links::{Link, links};
use super::portrait::{Column, Portrait};
use super::signs::{Seen, Signs};
use super::status::{Meaning, meaning, status};
use super::tables::{Runs, Tables, names_worker};
use super::times::{Time, is_moment, sounds_like};
use crate::zombie::{Calendar, Id, Timestamp};

/// So many running rows are looked at, and so many of each table that names them.
const ROWS: usize = 1_000;
/// What lies so little ahead of now was written while this was read.
const JUST_NOW: Duration = Duration::from_secs(2);
/// Workers that were seen so lately are at work.
const LATELY: Duration = Duration::from_secs(3_600);

/// Where a doubt belongs: the section, the key, and the column that may play the role, or else what is said of it.
type Place = (&'static str, &'static str, Result<String, String>);

/// What leaves open whether a task lives.
#[derive(Default)]
struct Doubts {
    /// How many running rows it is fresher in, and the newest of its moments.
    found: BTreeMap<Place, (usize, Option<Timestamp>)>,
    rows: usize,
}

impl Doubts {
    fn add(&mut self, place: Place, at: Option<Timestamp>) {
        let (count, newest) = self.found.entry(place).or_default();
        *count += 1;
        *newest = at.max(*newest);
    }
}

/// Makes missing what is not settled.
pub(super) fn settle(
    conn: &Connection,
    calendar: &Calendar,
    tables: &Tables<'_>,
    tasks: &Portrait,
    sections: &mut [Section],
) -> rusqlite::Result<()> {
    let found = Found::new(sections, false);
    let view = View::read(conn, calendar, tables, tasks, tables.runs.as_ref(), found)?;
    let doubts = view.doubts();
    let mut offered = Doubts::default();
    if let Some(runs) = &tables.maybe_runs {
        let found = Found::new(sections, true);
        offered = View::read(conn, calendar, tables, tasks, Some(runs), found)?.doubts();
        offered
            .found
            .retain(|(section, ..), _| section.starts_with("runs"));
    }
    apply(&doubts, sections, false, calendar);
    apply(&offered, sections, true, calendar);
    Ok(())
}

/// Whether workers are at work that no task or run is known to name.
pub(super) fn has_unknown_workers(
    conn: &Connection,
    calendar: &Calendar,
    tables: &Tables<'_>,
    tasks: &Portrait,
    sections: &[Section],
) -> rusqlite::Result<bool> {
    let Some(seen) = tables.workers.and_then(|workers| last_seen(workers, calendar)) else {
        return Ok(false);
    };
    let found = Found::new(sections, false);
    let view = View::read(conn, calendar, tables, tasks, tables.runs.as_ref(), found)?;
    let is_open = |task: &Vec<Id>| view.signs(&view.task(task)).leave_open(seen, calendar.now());
    Ok(view.tasks.iter().any(is_open))
}

/// When any worker was last seen, where that is lately.
fn last_seen(workers: &Portrait, calendar: &Calendar) -> Option<Timestamp> {
    let beats = super::times::times(workers)
        .into_iter()
        .filter(|timed| timed.time == Time::Heartbeat);
    let seen = beats.filter_map(|timed| timed.column.facts.newest).max()?;
    (!calendar.now().is_later_by(LATELY, seen)).then_some(seen)
}

/// The line of a column that names a worker, where workers are at work and none is known to name them.
pub(super) fn unknown_worker(
    line: Option<Line>,
    of: &Portrait,
    workers: &Portrait,
    calendar: &Calendar,
) -> Line {
    let name = &workers.table.name;
    let seen = last_seen(workers, calendar).map_or_else(String::new, |seen| age(seen, calendar));
    let why = format!(
        "what shows life is not settled: {name} looks like workers, and of their heartbeats {seen}, but no column is known to name \
         a row of it. Which one does, and by which column of {name} (workers.columns.id)?"
    );
    let known = line.into_iter().flat_map(|line| line.candidates);
    let mut known: Vec<_> = known.collect();
    for column in of.columns.iter().filter(|column| sounds(column).is_some()) {
        let value = Value::text(&column.info.name);
        if !known.iter().any(|(known, _)| *known == value) {
            known.push((value, "it sounds like one that holds a task".to_owned()));
        }
    }
    let none =
        "none does: then take the sections of workers out, and say table = \"\" in [workers]".to_owned();
    known.push((Value::empty_list(), none));
    Line::missing("worker", Value::text(""), why).or_any(known)
}

/// Whether a column of tasks or runs sounds like one that holds them.
pub(super) fn has_holder(of: &Portrait) -> bool {
    of.columns.iter().any(|column| sounds(column).is_some())
}

/// A task, and what belongs to it.
struct Task<'r> {
    own: Seen<'r>,
    /// Its runs that are not finished.
    runs: Vec<Seen<'r>>,
    /// Whether it has others.
    is_over: bool,
}

/// The rows by which a task is judged, as far as they are looked at.
struct View<'v> {
    calendar: &'v Calendar,
    found: Found<'v>,
    portrait: &'v Portrait,
    tasks: Vec<Vec<Id>>,
    waiting: Vec<Vec<Id>>,
    runs: Option<RunRows<'v>>,
    workers: Option<WorkerRows<'v>>,
    /// What names a task or a run otherwise.
    others: Vec<Other<'v>>,
    /// Columns that may name a worker, but are not those in force.
    namings: Vec<Naming<'v>>,
}

struct RunRows<'v> {
    table: &'v Portrait,
    open: Vec<Vec<Id>>,
    over: Vec<Vec<Id>>,
    to_task: Vec<String>,
    id: Vec<String>,
}

struct WorkerRows<'v> {
    table: &'v Portrait,
    by_id: HashMap<Vec<Id>, Vec<Id>>,
}

/// The rows of a table that plays no role, and the columns by which they name tasks, or else runs.
struct Other<'v> {
    table: &'v Portrait,
    rows: Vec<Vec<Id>>,
    to: Vec<String>,
    names_tasks: bool,
}

/// A column of tasks or runs, and the rows of the workers that it may name.
struct Naming<'v> {
    of_runs: bool,
    column: String,
    id: String,
    table: &'v Portrait,
    by_id: HashMap<Vec<Id>, Vec<Id>>,
}

impl<'v> View<'v> {
    fn read(
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

    fn task<'r>(&'r self, row: &'r [Id]) -> Task<'r> {
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

    fn worker(&self, name: &Vec<Id>) -> Option<Seen<'_>> {
        let workers = self.workers.as_ref()?;
        let row = workers.by_id.get(name)?;
        Some(Seen {
            portrait: workers.table,
            row,
        })
    }

    /// Every sign in force that shows whether a task lives.
    fn signs(&self, task: &Task<'_>) -> Signs {
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
        match &self.runs {
            None if own.is_nothing() => claim,
            None => own,
            Some(_) if task.runs.is_empty() || of_runs.is_nothing() => claim.and(of_runs),
            Some(_) => of_runs.and(Signs { start: None, ..own }),
        }
    }

    fn doubts(&self) -> Doubts {
        let mut doubts = Doubts {
            rows: self.tasks.len(),
            ..Doubts::default()
        };
        let leases = self.leases();
        for row in &self.tasks {
            let task = self.task(row);
            let signs = self.signs(&task);
            if task.is_over || self.has_ended(&task, signs) {
                continue;
            }
            let mut of_row = BTreeMap::new();
            self.see(&mut of_row, "tasks.columns", task.own, signs, &leases.0);
            for run in &task.runs {
                self.see(&mut of_row, "runs.columns", *run, signs, &leases.1);
            }
            self.see_workers(&mut of_row, &task, signs);
            self.see_others(&mut of_row, &task, signs);
            for (place, at) in of_row {
                doubts.add(place, at);
            }
        }
        doubts
    }

    /// A task that is its own run, and has an end, is undecided.
    fn has_ended(&self, task: &Task<'_>, signs: Signs) -> bool {
        let ended = task
            .own
            .newest(&self.found.names("tasks.columns", "ended"), self.calendar);
        self.runs.is_none() && ended.is_some() && ended >= signs.start.max(signs.beat)
    }

    /// Looks at every moment of a row.
    fn see(
        &self,
        found: &mut BTreeMap<Place, Option<Timestamp>>,
        section: &'static str,
        seen: Seen<'_>,
        signs: Signs,
        leases: &[String],
    ) {
        let now = self.calendar.now();
        for (column, value) in seen.columns() {
            let name = || Ok(column.info.name.clone());
            if is_length(column) && !is_empty(value) && leases.contains(&column.info.name) {
                if signs.leave_open_a_lease(now) && signs.lease.is_none() {
                    let said = format!("{} sounds like how long a claim lasts", column.info.name);
                    found.insert((section, "lease", Err(said)), None);
                }
                continue;
            }
            let Some(at) = moment(column, value, self.calendar) else {
                continue;
            };
            if at > now.plus(JUST_NOW) {
                if leases.contains(&column.info.name) && signs.leave_open_a_lease(now) {
                    found.insert((section, "lease", name()), Some(at));
                }
            } else if !is_due(column) && !self.is_of_a_worker_alone(seen, column) && signs.leave_open(at, now)
            {
                found.insert((section, "heartbeat", name()), Some(at));
            }
        }
    }

    /// The workers that a task and its runs name, or may.
    fn see_workers(&self, found: &mut BTreeMap<Place, Option<Timestamp>>, task: &Task<'_>, signs: Signs) {
        let named = |seen: &Seen<'_>, section| {
            let name = seen.key(&self.found.names(section, "worker"))?;
            self.worker(&name)
        };
        let mut seen = vec![named(&task.own, "tasks.columns")];
        seen.extend(task.runs.iter().map(|run| named(run, "runs.columns")));
        let beats = self.found.names("workers.columns", "heartbeat");
        for worker in seen.into_iter().flatten() {
            // One that beats, and is not believed, is another one under the same name.
            let is_another = worker.newest(&beats, self.calendar) > signs.beat;
            if !is_another {
                self.see(found, "workers.columns", worker, signs, &[]);
            }
        }
        for naming in &self.namings {
            let section = if naming.of_runs {
                "runs.columns"
            } else {
                "tasks.columns"
            };
            if self.found.names(section, "worker").contains(&naming.column) {
                continue;
            }
            let of = if naming.of_runs {
                task.runs.clone()
            } else {
                vec![task.own]
            };
            let columns = [naming.column.clone()];
            let rows = of
                .iter()
                .filter_map(|seen| naming.by_id.get(&seen.key(&columns)?));
            for row in rows {
                let worker = Seen {
                    portrait: naming.table,
                    row,
                };
                if let Some(at) = self.freshest(worker, signs) {
                    let (column, table) = (&naming.column, &naming.table.table.name);
                    let said = format!(
                        "{column} names a row of {table} by {}, which has a later time",
                        naming.id
                    );
                    found.insert((section, "worker", Err(said)), Some(at));
                }
            }
        }
    }

    /// A worker that has begun since is another one under the same name.
    fn is_of_a_worker_alone(&self, seen: Seen<'_>, column: &Column) -> bool {
        let mut workers = self.namings.iter().map(|naming| naming.table);
        let of_workers = self
            .workers
            .iter()
            .any(|workers| std::ptr::eq(workers.table, seen.portrait))
            || workers.any(|table| std::ptr::eq(table, seen.portrait));
        let begins = |(time, hit): (Time, Hit)| hit.sure && matches!(time, Time::Started | Time::Created);
        of_workers && sounds_like(&column.words).is_some_and(begins)
    }

    fn see_others(&self, found: &mut BTreeMap<Place, Option<Timestamp>>, task: &Task<'_>, signs: Signs) {
        let of_task = task.own.key(&self.portrait.key);
        let id = self.runs.as_ref().map_or(&[][..], |runs| &runs.id);
        let of_runs: Vec<_> = task.runs.iter().filter_map(|run| run.key(id)).collect();
        for other in &self.others {
            let (table, name) = (other.table, &other.table.table.name);
            let rows = other.rows.iter().map(|row| Seen { portrait: table, row });
            let of_it = rows.filter(|seen| {
                let to = seen.key(&other.to);
                to.is_some()
                    && if other.names_tasks {
                        to == of_task
                    } else {
                        to.is_some_and(|to| of_runs.contains(&to))
                    }
            });
            if let Some(at) = of_it.filter_map(|seen| self.freshest(seen, signs)).max() {
                let what = if other.names_tasks { "it" } else { "its run" };
                let said = format!("a row of {name} names {what}, and has a later time");
                found.insert(("tasks.columns", "heartbeat", Err(said)), Some(at));
            }
        }
    }

    /// The newest moment of a row, where the signs in force leave it open.
    fn freshest(&self, seen: Seen<'_>, signs: Signs) -> Option<Timestamp> {
        let now = self.calendar.now();
        let moments = seen
            .columns()
            .filter(|(column, _)| !is_due(column) && !self.is_of_a_worker_alone(seen, column));
        let moments = moments.filter_map(|(column, value)| moment(column, value, self.calendar));
        let past = moments.filter(|at| *at <= now.plus(JUST_NOW) && signs.leave_open(*at, now));
        past.max()
    }

    /// The columns that may hold a lease, whatever they are called: some task that runs has one ahead of now, and none that
    /// waits. Of the tasks, and of the runs.
    fn leases(&self) -> (Vec<String>, Vec<String>) {
        let find = |portrait: &Portrait, running: &[Vec<Id>], waiting: &[Vec<Id>], section: &str| {
            let taken = self.found.names(section, "lease");
            let span = self.found.span(section);
            let found = portrait.columns.iter().filter(|column| {
                let name = &column.info.name;
                let facts = |rows: &[Vec<Id>]| portrait.facts(rows, name, self.calendar);
                let (running, waiting) = (facts(running), facts(waiting));
                let is_in_force = taken.contains(name) || span.is_some_and(|(_, seconds)| seconds == name);
                if is_in_force {
                    false
                } else if is_length(column) {
                    let is_sure = HINTS
                        .columns
                        .lease_seconds
                        .find(&column.words)
                        .is_none_or(|hit| hit.sure);
                    running.filled > 0 && (is_sure || waiting.none_filled())
                } else {
                    running.ahead > 0 && waiting.ahead == 0
                }
            });
            found.map(|column| column.info.name.clone()).collect()
        };
        let of_tasks = find(self.portrait, &self.tasks, &self.waiting, "tasks.columns");
        let of_runs = self
            .runs
            .as_ref()
            .map_or_else(Vec::new, |runs| find(runs.table, &runs.open, &[], "runs.columns"));
        (of_tasks, of_runs)
    }
}

impl<'v> RunRows<'v> {
    /// What is not finished, by its word or by the condition.
    fn read(conn: &Connection, runs: &'v Runs<'_>, found: Found<'_>) -> rusqlite::Result<Self> {
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

    fn seen<'r>(&'r self, row: &'r [Id]) -> Seen<'r> {
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

/// A moment in a column of moments.
fn moment(column: &Column, value: &Id, calendar: &Calendar) -> Option<Timestamp> {
    is_moment(column)
        .then(|| reading(value.as_value(), calendar).at())
        .flatten()
}

/// What is called so is due at its moment; once that is past, it protects nobody, whatever role it plays.
fn is_due(column: &Column) -> bool {
    let time = sounds_like(&column.words).map(|(time, _)| time);
    matches!(time, Some(Time::Lease | Time::Deadline | Time::NextEligible))
}

/// Whether a number may be how long a claim lasts, in whatever unit.
fn is_length(column: &Column) -> bool {
    const UNITS: [&str; 14] = [
        "ms",
        "milli",
        "millisecond",
        "sec",
        "second",
        "s",
        "min",
        "minute",
        "hour",
        "ttl",
        "duration",
        "timeout",
        "length",
        "time",
    ];
    let is_number = column.info.is_numeric() && column.facts.times == 0;
    let has_unit = column
        .words
        .last()
        .is_some_and(|last| UNITS.contains(&last.as_str()));
    let is_lease = || sounds_like(&column.words).is_some_and(|(time, _)| time == Time::Lease);
    let of_a_lease = || is_lease() || HINTS.columns.claim.find(&column.words).is_some();
    is_number && (HINTS.columns.lease_seconds.find(&column.words).is_some() || has_unit && of_a_lease())
}

/// Says of each key in doubt that it is missing, and what it may be.
fn apply(doubts: &Doubts, sections: &mut [Section], is_offer: bool, calendar: &Calendar) {
    for section in sections.iter_mut().filter(|section| section.is_offer == is_offer) {
        let mut by_key: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for doubt in doubts
            .found
            .iter()
            .filter(|((name, ..), _)| *name == section.name)
        {
            by_key.entry(doubt.0.1).or_default().push(doubt);
        }
        for (key, of_key) in by_key {
            if !section.lines.iter().any(|line| line.key == key) {
                section.lines.push(Line::none(key, ""));
            }
            for line in section.lines.iter_mut().filter(|line| line.key == key) {
                *line = missing(line, &of_key, doubts.rows, calendar);
            }
        }
    }
}

fn missing(
    line: &Line,
    doubts: &[(&Place, &(usize, Option<Timestamp>))],
    rows: usize,
    calendar: &Calendar,
) -> Line {
    let names = line.names();
    let mut said = Vec::new();
    let mut candidates = Vec::new();
    for ((_, _, column), (count, newest)) in doubts {
        let age = newest.map_or_else(String::new, |newest| format!("; {}", age(newest, calendar)));
        match column {
            Ok(column) => {
                let with = names.iter().chain([column]).cloned().collect();
                let is = match line.key.as_str() {
                    "lease" => "ahead of now, though nothing in force says that it lives",
                    _ => "later than every sign in force",
                };
                candidates.push((
                    Value::OneOrMore(with),
                    format!("in {count} of {rows} running rows {is}{age}"),
                ));
            }
            Err(what) => said.push(format!("in {count} of {rows} running rows {what}{age}")),
        }
    }
    let is_known = |value: &Value| match value {
        Value::Text(name) => candidates
            .iter()
            .any(|(other, _)| *other == Value::OneOrMore(vec![name.clone()])),
        _ => false,
    };
    let before: Vec<_> = line
        .candidates
        .iter()
        .filter(|(value, _)| !is_known(value))
        .cloned()
        .collect();
    let mut all = candidates.clone();
    all.extend(before);
    let none = match &line.value {
        Some(value) if line.key == "lease" && matches!(value, Value::Lease { .. }) => value.clone(),
        _ => Value::OneOrMore(names.clone()),
    };
    let none = if names.is_empty() && !matches!(none, Value::Lease { .. }) {
        Value::empty_list()
    } else {
        none
    };
    all.push((none, "if nothing else shows that a worker lives".to_owned()));
    let what = match line.key.as_str() {
        "lease" => "is there a lease that is not in force?",
        "worker" => "does another column name the worker?",
        _ => "is one of these written while a worker is at it?",
    };
    said.insert(0, format!("what shows life is not settled: {what}"));
    Line::missing(&line.key, Value::text(""), said.join("; ")).or_any(all)
}
