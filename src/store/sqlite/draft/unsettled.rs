//! Whether it is settled what shows life. Where a column that plays no role is fresher among running rows than every sign
//! that is in force, those signs may call a task dead whose worker writes that column: then the key is missing, and the
//! profile is refused until its reader has said what the column is.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::Connection;

use super::super::value::reading;
use super::asked::{apply, last_seen};
use super::doubts::{Doubts, Place};
use super::facts::is_empty;
use super::finding::Section;
use super::found::Found;
use super::hints::{HINTS, Hit};
use super::portrait::{Column, Portrait};
use super::signs::{Seen, Signs};
use super::tables::Tables;
use super::times::{Time, is_moment, sounds_like};
use super::view::{Task, View};
use crate::zombie::{Calendar, Id, Timestamp};

/// What lies so little ahead of now was written while this was read.
const JUST_NOW: Duration = Duration::from_secs(2);

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

impl View<'_> {
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
