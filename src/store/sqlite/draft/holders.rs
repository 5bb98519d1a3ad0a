//! What a reap changes besides: who holds a task, and how often it was tried.

use super::finding::{Line, Value, running_have};
use super::hints::HINTS;
use super::moments::Moments;
use super::portrait::{Column, Portrait};
use super::status::Status;
use super::times::{Time, is_moment};
use crate::zombie::Id;

/// The columns that say who holds a task.
pub(super) struct Holders<'p> {
    tasks: &'p Portrait,
    moments: &'p Moments<'p>,
    /// What a reap never clears by this list.
    kept: Vec<String>,
}

impl<'p> Holders<'p> {
    pub(super) fn new(
        tasks: &'p Portrait,
        moments: &'p Moments<'p>,
        status: Option<&Status>,
        active_run: &[String],
    ) -> Self {
        let mut kept = tasks.key.clone();
        kept.extend(status.map(|status| status.name.clone()));
        kept.extend_from_slice(active_run);
        Self { tasks, moments, kept }
    }

    /// The columns that sound so by themselves.
    pub(super) fn named(tasks: &Portrait) -> Vec<String> {
        let named = tasks.columns.iter().filter(|column| sounds(column) == Some(true));
        named.map(|column| column.info.name.clone()).collect()
    }

    /// What is emptied: who holds a task, and the start of a claim, where no waiting task has one.
    pub(super) fn clear(&self, has_runs: bool) -> Line {
        let (mut names, mut said, mut doubtful) = (Vec::new(), Vec::new(), Vec::new());
        for column in &self.tasks.columns {
            let name = &column.info.name;
            if self.kept.contains(name) || column.info.key_place > 0 || column.info.generated {
                continue;
            }
            let (running, open) = (self.moments.running_facts(name), self.moments.open_facts(name));
            // Where nothing runs just now, the name speaks, unless what waits has a value as well.
            let by_name = running.rows == 0 && open.filled == 0;
            let tells = by_name || running.filled > 0 && open.none_filled();
            let believed = match sounds(column) {
                Some(_) if column.facts.json > 0 => None,
                Some(true) => Some(by_name || running.filled > 0 && open.filled == 0),
                Some(false) if running.filled > 0 => Some(tells),
                None if self.is_start(column, has_runs) => Some(tells),
                Some(false) | None => None,
            };
            let why = match (running.rows, open.rows) {
                (0, 0) => format!("{name}: named so; no row is known to run, and none to wait"),
                (0, _) => format!(
                    "{name}: named so; no row is known to run, and {} of {} waiting ones have one",
                    open.filled, open.rows
                ),
                _ => format!(
                    "{name}: filled in {} of {} running rows and {} of {} waiting ones",
                    running.filled, running.rows, open.filled, open.rows
                ),
            };
            match believed {
                Some(true) => {
                    names.push(name.clone());
                    said.push(why);
                }
                Some(false) => doubtful.push((name.clone(), why)),
                None => {}
            }
        }
        let with = |name: String| Value::List(names.iter().cloned().chain([name]).collect());
        let doubtful: Vec<_> = doubtful
            .into_iter()
            .map(|(name, why)| (with(name), why))
            .collect();
        let why = if names.is_empty() {
            "no column is found that says who holds a task".to_owned()
        } else {
            said.join("; ")
        };
        Line::found("clear", Value::List(names), why).or_any(doubtful)
    }

    /// A task that is its own run begins anew; beside runs, only the start of a claim is let go.
    fn is_start(&self, column: &Column, has_runs: bool) -> bool {
        let is_start = self.moments.named(&[Time::Started]).contains(&column.info.name);
        is_start && (!has_runs || HINTS.columns.claim.find(&column.words).is_some())
    }

    /// What counts the attempts, if a reap is to count one more.
    pub(super) fn increment(&self, finished: &[Vec<Id>]) -> Line {
        let counts = self.tasks.columns.iter().filter(|column| {
            let is_count = HINTS.columns.attempts.find(&column.words).is_some();
            is_count
                && column.info.is_numeric()
                && HINTS.columns.limits.find(&column.words).is_none()
                && !is_moment(column)
                && !self.kept.contains(&column.info.name)
        });
        let mut line = Line::none(
            "increment",
            "none found: no column is called like a count of attempts",
        );
        for column in counts {
            let name = &column.info.name;
            let running = self.moments.running_facts(name);
            let finished = self.moments.facts(finished, name);
            let (none, some) = (running.filled == 0, finished.all_filled());
            let over = match finished.rows {
                0 => String::new(),
                rows => format!(", and {} of {rows} finished ones", finished.filled),
            };
            let why = running_have(running.filled, running.rows, "a count above 0");
            let why = format!("{name}: {why}{over}");
            let value = Value::List(vec![name.clone()]);
            if none && some && running.rows > 2 && finished.rows > 2 {
                return Line::found(
                    "increment",
                    value,
                    format!("{why}: an attempt is counted when it is over"),
                );
            }
            let why = if running.all_filled() {
                format!("{why}: an attempt is counted when it begins, it seems")
            } else {
                why
            };
            let asked = Line::none(
                "increment",
                "only a count that grows when an attempt is over needs one more from a reap",
            );
            line = asked.or_any(line.candidates).or(value, why);
        }
        line
    }
}

/// Whether a column sounds like a holder, and whether by itself.
pub(super) fn sounds(column: &Column) -> Option<bool> {
    let hints = &HINTS.columns;
    if is_moment(column)
        || hints.limits.find(&column.words).is_some()
        || hints.attempts.find(&column.words).is_some_and(|hit| hit.sure)
    {
        return None;
    }
    let handle = |words: &[String]| match words {
        [before @ .., last] if hints.handle.exactly(std::slice::from_ref(last)).is_some() => {
            hints.holder.at_the_end(before)
        }
        _ => None,
    };
    let hit = hints
        .holder
        .at_the_end(&column.words)
        .or_else(|| handle(&column.words))?;
    Some(hit.sure)
}
