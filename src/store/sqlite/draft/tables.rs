//! Which table is what.

use rusqlite::Connection;

use super::hints::{HINTS, Hit, Phrases};
use super::holders::Holders;
use super::keys::is_run_id;
use super::links::{Link, links, links_by, names};
use super::open_by::OpenBy;
use super::portrait::{Column, Portrait};
use super::status::{Status, status};
use super::times::{Time, times};

/// The tables that play a part.
pub(super) struct Tables<'p> {
    pub(super) all: &'p [Portrait],
    pub(super) tasks: Option<&'p Portrait>,
    /// What else looks as much like a table of tasks.
    pub(super) rivals: Vec<&'p Portrait>,
    pub(super) runs: Option<Runs<'p>>,
    /// What may be runs: offered whole, and not taken.
    pub(super) maybe_runs: Option<Runs<'p>>,
    /// What looks like runs, but cannot be used as they are, and why.
    pub(super) no_runs: Vec<(&'p Portrait, &'static str)>,
    pub(super) workers: Option<&'p Portrait>,
    /// The column by which tasks and runs name a worker.
    pub(super) worker_id: Option<String>,
    /// The workers are known by the id of the task: a table with one heartbeat for each.
    pub(super) beats: Option<Link>,
    pub(super) no_workers: Vec<(&'p Portrait, &'static str)>,
    pub(super) events: Vec<Linked<'p>>,
    pub(super) no_events: Vec<(&'p Portrait, &'static str)>,
    pub(super) workspaces: Vec<Linked<'p>>,
    pub(super) projects: Option<&'p Portrait>,
}

/// A table, and the column by which it names the tasks.
pub(super) struct Linked<'p> {
    pub(super) table: &'p Portrait,
    pub(super) link: Link,
}

/// A table of runs.
pub(super) struct Runs<'p> {
    pub(super) table: &'p Portrait,
    pub(super) link: Link,
    /// What is null in a run at work, where no word says so.
    pub(super) open_by: Option<OpenBy>,
}

/// How much a table is like one of tasks.
struct Weighed<'p> {
    table: &'p Portrait,
    weight: i32,
    is_queue: bool,
}

impl<'p> Tables<'p> {
    pub(super) fn find(conn: &Connection, all: &'p [Portrait]) -> rusqlite::Result<Self> {
        let mut weighed: Vec<_> = all.iter().map(weigh).collect();
        let like_tasks = &HINTS.tables.tasks;
        for place in 0..weighed.len() {
            let Some(this) = weighed.get(place) else { break };
            let table = this.table;
            let (mut named_by, mut names_one) = (0, false);
            for other in &weighed {
                if std::ptr::eq(other.table, table) || other.weight < 2 && this.weight < 2 {
                    continue;
                }
                if this.weight >= 2 && names(conn, other.table, table, like_tasks)? {
                    named_by += 1;
                }
                // A task may well name a run; only what names a task is none itself.
                let is_run = |table| Sounds::of(table).is_most_like(&HINTS.tables.runs);
                let is_task = other.weight >= 4 && other.is_queue && (!is_run(other.table) || is_run(table));
                names_one |= is_task && names(conn, table, other.table, like_tasks)?;
            }
            if let Some(this) = weighed.get_mut(place) {
                this.weight += named_by.min(3) - if names_one { 4 } else { 0 };
            }
        }
        weighed.retain(|weighed| weighed.is_queue && weighed.weight >= 5);
        weighed.sort_by_key(|weighed| std::cmp::Reverse(weighed.weight));
        let best = weighed.first().map(|best| best.weight);
        let mut likeliest = weighed
            .iter()
            .filter(|weighed| Some(weighed.weight) == best)
            .map(|best| best.table);
        let tasks = likeliest.next();
        let mut found = Self {
            all,
            tasks,
            rivals: likeliest.collect(),
            runs: None,
            maybe_runs: None,
            no_runs: Vec::new(),
            workers: None,
            worker_id: None,
            beats: None,
            no_workers: Vec::new(),
            events: Vec::new(),
            no_events: Vec::new(),
            workspaces: Vec::new(),
            projects: None,
        };
        if let Some(tasks) = tasks {
            found.find_others(conn, all, tasks)?;
        }
        Ok(found)
    }

    fn find_others(
        &mut self,
        conn: &Connection,
        all: &'p [Portrait],
        tasks: &'p Portrait,
    ) -> rusqlite::Result<()> {
        let others = || all.iter().filter(|other| !std::ptr::eq(*other, tasks));
        for table in others() {
            let Some(link) = links(conn, table, tasks, &HINTS.tables.tasks)?
                .into_iter()
                .find(Link::is_sure)
            else {
                continue;
            };
            let linked = Linked { table, link };
            let name = Sounds::of(table);
            if linked.link.is_single()
                && table.is_unique(&linked.link.column)
                && shows_life(table)
                && self.workers.is_none()
            {
                self.workers = Some(table);
                self.beats = Some(linked.link);
            } else if name.is(&HINTS.tables.workspaces) {
                self.workspaces.push(linked);
            } else if table.key.iter().all(|key| linked.link.columns().contains(key)) && !table.key.is_empty()
            {
                if name.is(&HINTS.tables.runs) {
                    self.no_runs
                        .push((table, "it has one row for each task, known by the task's id"));
                }
            } else if name.is_most_like(&HINTS.tables.events) {
                // A log may be of anything; that it is of tasks is told by a key or by what stands in it.
                if name.is_surely(&HINTS.tables.events) || linked.link.is_more_than_a_name() {
                    self.events.push(linked);
                } else {
                    self.no_events.push((
                        table,
                        "it may be a log of something else: no value in it is the id of a task",
                    ));
                }
            } else if name.is(&HINTS.tables.runs) && !name.is(&HINTS.tables.others) {
                self.take_runs(conn, linked, tasks)?;
            }
        }
        for table in others() {
            let name = Sounds::of(table);
            if name.is_most_like(&HINTS.tables.workers) && !name.is(&HINTS.tables.others) {
                self.take_workers(table);
            } else if name.is(&HINTS.tables.projects) && self.projects.is_none() {
                self.projects = Some(table);
            }
        }
        self.find_worker_id(conn, tasks)
    }

    /// A worker may be named by its key, or by any other column in which no two have the same: what stands in the columns
    /// that name one tells.
    fn find_worker_id(&mut self, conn: &Connection, tasks: &Portrait) -> rusqlite::Result<()> {
        let Some(workers) = self.workers else {
            return Ok(());
        };
        if let Some(beats) = &self.beats {
            self.worker_id = Some(beats.column.clone());
            return Ok(());
        }
        self.worker_id = workers.id().map(str::to_owned);
        let runs = self.runs.as_ref().or(self.maybe_runs.as_ref());
        let mut best = None;
        for id in workers.unique() {
            for from in [Some(tasks), runs.map(|runs| runs.table)].into_iter().flatten() {
                let found = names_worker(conn, from, workers, &id)?;
                let weight = found
                    .iter()
                    .filter(|(_, sure)| *sure)
                    .map(|(link, _)| link.weight())
                    .max();
                if weight > best {
                    best = weight;
                    self.worker_id = Some(id.clone());
                }
            }
        }
        Ok(())
    }

    /// A table of runs says of each whether it is over, or shows life.
    fn take_runs(&mut self, conn: &Connection, linked: Linked<'p>, tasks: &Portrait) -> rusqlite::Result<()> {
        let Linked { table, link } = linked;
        let signs = times(table);
        let shows_life = signs
            .iter()
            .any(|sign| matches!(sign.time, Time::Heartbeat | Time::Lease));
        let pointed_at = links(conn, tasks, table, &HINTS.tables.runs)?
            .iter()
            .any(Link::is_sure);
        let has_times = signs
            .iter()
            .any(|sign| matches!(sign.time, Time::Started | Time::Ended | Time::Heartbeat));
        let status = status(table);
        let open_by = OpenBy::find(conn, table, status.as_ref())?;
        let is_told = open_by.as_ref().is_some_and(|open_by| open_by.is_strong);
        let is_sure = status.is_some() || shows_life || pointed_at || is_told;
        let runs = Runs { table, link, open_by };
        if !has_times {
            self.no_runs.push((
                table,
                "no column of it is known to hold the time of a start or an end",
            ));
        } else if is_sure && runs.can_have_id() {
            if self.runs.is_some() {
                self.no_runs
                    .push((table, "there is another that looks like runs"));
            } else {
                self.runs = Some(runs);
            }
        } else if !is_sure && runs.open_by.is_none() {
            self.no_runs
                .push((table, "it has no status, and nothing that shows life"));
        } else if self.maybe_runs.is_none() {
            self.maybe_runs = Some(runs);
        } else {
            self.no_runs
                .push((table, "there is another that looks like runs"));
        }
        Ok(())
    }

    /// A table of workers says when each was seen.
    fn take_workers(&mut self, table: &'p Portrait) {
        if !shows_life(table) {
            self.no_workers.push((table, "it has no heartbeat"));
        } else if self.workers.is_some() {
            self.no_workers
                .push((table, "there is another that looks like workers"));
        } else {
            self.workers = Some(table);
        }
    }
}

/// The columns that may name a worker by `id`, and of each whether it is believed.
pub(super) fn names_worker(
    conn: &Connection,
    from: &Portrait,
    workers: &Portrait,
    id: &str,
) -> rusqlite::Result<Vec<(Link, bool)>> {
    let links = links_by(conn, from, workers, Some(id), &HINTS.tables.workers)?;
    let links = links.into_iter().filter(|link| !from.key.contains(&link.column));
    let judged = links.map(|link| {
        let holds = |column: &Column| HINTS.columns.holder.find(&column.words).is_some();
        let held = from.column(&link.column).is_some_and(holds);
        let sure = link.is_sure_of_some() && (link.foreign_key || link.hits > 0 || held);
        (link, sure)
    });
    Ok(judged.collect())
}

impl Runs<'_> {
    /// Whether a column of it is its key, or is called so: without one no run can be closed.
    pub(super) fn can_have_id(&self) -> bool {
        let table = self.table;
        !table.key.is_empty() || table.columns.iter().any(|column| is_run_id(table, column))
    }
}

fn shows_life(table: &Portrait) -> bool {
    times(table)
        .iter()
        .any(|sign| sign.time == Time::Heartbeat && sign.sure)
}

/// What the name of a table sounds like.
struct Sounds<'p>(&'p [String]);

impl<'p> Sounds<'p> {
    fn of(table: &'p Portrait) -> Self {
        Self(&table.words)
    }

    fn is(&self, like: &Phrases) -> bool {
        like.find(self.0).is_some()
    }

    /// Whether a word says so that is believed by itself.
    fn is_surely(&self, like: &Phrases) -> bool {
        like.find(self.0).is_some_and(|hit| hit.sure)
    }

    /// Whether the last word says so: `job_events` are events, and `event_jobs` are jobs.
    fn is_most_like(&self, like: &Phrases) -> bool {
        let last = self.0.last().map(std::slice::from_ref).unwrap_or_default();
        like.find(last).is_some()
    }
}

fn weigh(table: &Portrait) -> Weighed<'_> {
    let hints = &HINTS.tables;
    let sounds = Sounds::of(table);
    let mut weight = match hints.tasks.find(&table.words) {
        Some(Hit {
            sure: true, whole, ..
        }) => 3 + i32::from(whole),
        Some(_) => 1,
        None => 0,
    };
    let is_called_so = weight > 0;
    if sounds.is_most_like(&hints.events) || sounds.is_most_like(&hints.workers) || sounds.is(&hints.others) {
        weight -= 3;
    }
    let found = status(table);
    weight += found
        .as_ref()
        .map_or(0, |status: &Status| if status.weight >= 8 { 4 } else { 2 });
    let times = times(table);
    let is_leased = times.iter().any(|sign| sign.time == Time::Lease && sign.sure);
    // A message that is taken until some moment, and is gone when it is done, needs no status, and not much else.
    let is_of_leases = is_called_so && is_leased && found.is_none();
    weight += if is_of_leases { 2 } else { 0 };
    let mut signs: Vec<_> = times.iter().map(|sign| sign.time).collect();
    signs.dedup();
    let of_work = |time: &Time| !matches!(time, Time::Updated | Time::Created | Time::Past);
    let signs = signs.iter().filter(|time| of_work(time)).count();
    let has = |like: &Phrases| {
        let found = table
            .columns
            .iter()
            .filter(|column| like.exactly(&column.words).is_some());
        found.count()
    };
    let held = usize::from(!Holders::named(table).is_empty()) + has(&HINTS.columns.attempts).min(1);
    let of_a_queue = has(&HINTS.columns.of_a_queue).min(3);
    let evidence = signs + held + of_a_queue;
    weight += i32::try_from(evidence).unwrap_or(0);
    let is_queue = match found {
        Some(_) => is_called_so || evidence > 1,
        None => evidence > 2 && signs + held > 0 || is_of_leases,
    };
    Weighed {
        table,
        weight,
        is_queue,
    }
}
