//! How a draft asks what shows life: the key is missing, and what it may be stands below it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::doubts::{Doubts, Place};
use super::facts::age;
use super::finding::{Line, Section, Value};
use super::holders::sounds;
use super::portrait::Portrait;
use super::times::Time;
use crate::zombie::{Calendar, Timestamp};

/// Workers that were seen so lately are at work.
const LATELY: Duration = Duration::from_secs(3_600);

/// When any worker was last seen, where that is lately.
pub(super) fn last_seen(workers: &Portrait, calendar: &Calendar) -> Option<Timestamp> {
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

/// Says of each key in doubt that it is missing, and what it may be.
pub(super) fn apply(doubts: &Doubts, sections: &mut [Section], is_offer: bool, calendar: &Calendar) {
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
