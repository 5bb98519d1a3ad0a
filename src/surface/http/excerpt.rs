//! A page of a dry run: so many tasks in the order of their ids, and what each list says of them. Counts are of all.

use std::collections::BTreeSet;
use std::mem;

use serde::Serialize;
use serde_json::{Map, Value};
use zombie_sweeper::SweepReport;
use zombie_sweeper::report::Reap;

use super::cursor::Place;

/// A page ends early where its ids are longer than this together.
const LONGEST: usize = 1 << 20;

/// The pages of a report, which stands beside.
#[derive(Debug)]
pub(crate) struct Pages {
    /// All but the lists.
    head: Map<String, Value>,
    entries: Vec<(Place, Entry)>,
}

/// What a list says of a task: which list, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Reap(usize),
    Zombie(usize),
    Undecided(usize),
    Failed(usize),
    Parked(usize),
    Repeat(usize),
    HeldBack(usize),
}

impl Pages {
    /// The report is as before.
    pub(crate) fn of(report: &mut SweepReport) -> Self {
        let head = head(report);
        let mut entries = Vec::new();
        entries.extend(places(report.reaps.iter(), Entry::Reap, |reap| {
            Place::from(&reap.task_id)
        }));
        let zombies = report.zombies.iter().flatten();
        entries.extend(places(zombies, Entry::Zombie, |zombie| {
            Place::from(&zombie.task_id)
        }));
        entries.extend(places(&report.undecided, Entry::Undecided, |task| {
            Place::from(task.task_id.as_str())
        }));
        entries.extend(places(&report.failed, Entry::Failed, |task| {
            Place::from(task.task_id.as_str())
        }));
        entries.extend(places(&report.parked, Entry::Parked, Place::from));
        entries.extend(places(&report.repeats, Entry::Repeat, |task| {
            Place::from(&task.task_id)
        }));
        let held_back = report.held_back.iter().flat_map(|held| held.due.iter());
        entries.extend(places(held_back, Entry::HeldBack, |reap| {
            Place::from(&reap.task_id)
        }));
        entries.sort_unstable();
        Self { head, entries }
    }

    /// The page behind this place, with `next`: where the one behind that begins, null where there is none.
    pub(crate) fn page(
        &self,
        report: &SweepReport,
        after: Option<&Place>,
        limit: usize,
    ) -> Map<String, Value> {
        let begin = after.map_or(0, |after| self.entries.partition_point(|(at, _)| at <= after));
        let left = self.entries.get(begin..).unwrap_or_default();
        let mut page = Excerpt::of(report);
        let (mut tasks, mut last, mut length) = (0, None, 0);
        let mut told = left.len();
        for (index, (place, entry)) in left.iter().enumerate() {
            if last != Some(place) {
                if tasks == limit || length > LONGEST {
                    told = index;
                    break;
                }
                tasks += 1;
                last = Some(place);
            }
            length += page.add(*entry);
        }
        let mut json = self.head.clone();
        page.put(&mut json);
        let next = last.filter(|_| told < left.len()).map(Place::written);
        json.insert("next".to_owned(), next.into());
        json
    }
}

fn places<'a, T: 'a>(
    list: impl IntoIterator<Item = &'a T>,
    entry: fn(usize) -> Entry,
    place: impl Fn(&'a T) -> Place,
) -> impl Iterator<Item = (Place, Entry)> {
    let list = list.into_iter().enumerate();
    list.map(move |(index, task)| (place(task), entry(index)))
}

/// What a report says without its lists, and without the living, who are a matter for pages of their own.
fn head(report: &mut SweepReport) -> Map<String, Value> {
    let reaps = mem::take(&mut report.reaps);
    let zombies = report.zombies.take();
    let undecided = mem::take(&mut report.undecided);
    let failed = mem::take(&mut report.failed);
    let parked = mem::take(&mut report.parked);
    let repeats = mem::take(&mut report.repeats);
    let held_back = report.held_back.take();
    let living = report.living.take();
    let living_left = mem::take(&mut report.living_left);
    let head = serde_json::to_value(&*report);
    report.reaps = reaps;
    report.zombies = zombies;
    report.undecided = undecided;
    report.failed = failed;
    report.parked = parked;
    report.repeats = repeats;
    report.held_back = held_back;
    report.living = living;
    report.living_left = living_left;
    match head {
        Ok(Value::Object(head)) => head,
        _ => Map::new(),
    }
}

/// The lists as a page has them.
struct Excerpt<'r> {
    report: &'r SweepReport,
    reaps: Vec<&'r Reap>,
    zombies: Vec<Value>,
    undecided: Vec<Value>,
    failed: Vec<Value>,
    parked: Vec<Value>,
    repeats: Vec<Value>,
    held_back: Vec<&'r Reap>,
}

impl<'r> Excerpt<'r> {
    fn of(report: &'r SweepReport) -> Self {
        Self {
            report,
            reaps: Vec::new(),
            zombies: Vec::new(),
            undecided: Vec::new(),
            failed: Vec::new(),
            parked: Vec::new(),
            repeats: Vec::new(),
            held_back: Vec::new(),
        }
    }

    /// How long that is, about.
    fn add(&mut self, entry: Entry) -> usize {
        let report = self.report;
        match entry {
            Entry::Reap(index) => {
                let reap = report.reaps.iter().nth(index);
                self.reaps.extend(reap);
                reap.map_or(0, length)
            }
            Entry::HeldBack(index) => {
                let due = report.held_back.as_ref().map(|held| held.due.iter());
                let reap = due.and_then(|mut due| due.nth(index));
                self.held_back.extend(reap);
                reap.map_or(0, length)
            }
            Entry::Zombie(index) => put(
                &mut self.zombies,
                report.zombies.as_ref().and_then(|list| list.get(index)),
            ),
            Entry::Undecided(index) => put(&mut self.undecided, report.undecided.get(index)),
            Entry::Failed(index) => put(&mut self.failed, report.failed.get(index)),
            Entry::Parked(index) => put(&mut self.parked, report.parked.get(index)),
            Entry::Repeat(index) => put(&mut self.repeats, report.repeats.get(index)),
        }
    }

    /// Puts the lists where they belong.
    fn put(self, json: &mut Map<String, Value>) {
        let (ids, reasons) = ids_and_reasons(&self.reaps);
        json.insert("reaped".to_owned(), self.report.reaps.len().into());
        json.insert("task_ids".to_owned(), ids);
        json.insert("reasons".to_owned(), reasons);
        if self.report.zombies.is_some() {
            json.insert("zombies".to_owned(), self.zombies.into());
        }
        json.insert("undecided".to_owned(), self.undecided.into());
        json.insert("failed".to_owned(), self.failed.into());
        json.insert("parked".to_owned(), self.parked.into());
        json.insert("repeats".to_owned(), self.repeats.into());
        if let Some(held) = &self.report.held_back {
            let (ids, reasons) = ids_and_reasons(&self.held_back);
            let mut told = Map::new();
            told.insert("at_most".to_owned(), held.at_most.into());
            if held.reaped_lately > 0 {
                told.insert("reaped_lately".to_owned(), held.reaped_lately.into());
            }
            told.insert("due".to_owned(), held.due.len().into());
            told.insert("task_ids".to_owned(), ids);
            told.insert("reasons".to_owned(), reasons);
            json.insert("held_back".to_owned(), told.into());
        }
    }
}

fn length(reap: &Reap) -> usize {
    reap.task_id.to_string().len()
}

fn put(list: &mut Vec<Value>, found: Option<&impl Serialize>) -> usize {
    let Some(value) = found.and_then(|found| serde_json::to_value(found).ok()) else {
        return 0;
    };
    let length = value.to_string().len();
    list.push(value);
    length
}

/// As the summary has them: ids that look alike are told once.
fn ids_and_reasons(reaps: &[&Reap]) -> (Value, Value) {
    let mut seen = BTreeSet::new();
    let mut reasons = Map::new();
    let mut ids = Vec::new();
    for reap in reaps {
        let id = reap.task_id.to_string();
        if seen.insert(id.clone()) {
            reasons.insert(id.clone(), serde_json::to_value(&reap.reason).unwrap_or_default());
            ids.push(Value::String(id));
        }
    }
    (Value::Array(ids), Value::Object(reasons))
}
