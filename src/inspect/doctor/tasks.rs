//! Running tasks that are dead and still there, that nobody can judge, or that die again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use super::census::Census;
use super::finding::{Code, Finding, Rows};
use super::span::{micros, span};
use super::surroundings::Memory;
use crate::zombie::{Id, Timestamp, Undecided};

/// How long a zombie may wait for a sweep: the schedules in the documentation come every quarter of an hour, and look twice.
const OVERDUE: Duration = Duration::from_secs(3600);

/// Within what time reaps of one task count as one story.
pub(super) const WITHIN: Duration = Duration::from_secs(72 * 3600);

/// From how many reaps of a task on its workers die of it, and not by chance.
pub(super) const AGAIN: usize = 3;

pub(super) fn tasks(census: &Census, memory: Option<&Memory>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(zombies(census));
    findings.extend(undecided(census, memory));
    findings
}

fn zombies(census: &Census) -> Option<Finding> {
    let (rows, now) = (&census.zombies, census.now);
    if rows.is_empty() {
        return None;
    }
    let since = census.due_since;
    let is_overdue = since.is_some_and(|since| now.is_later_by(OVERDUE, since));
    let waiting = since.map_or_else(String::new, |since| {
        format!(", the first for {}", span(micros(now.micros_since(since))))
    });
    let seen = format!(
        "a sweep would reap {} of the running tasks{waiting}: {rows}",
        rows.count
    );
    let finding = if is_overdue {
        let advice = "see whether anything starts the sweeper, and how its last sweep ended; then sweep";
        Finding::new(Code::NotSwept, seen, advice)
    } else {
        Finding::new(
            Code::Zombies,
            seen,
            "nothing, where a schedule sweeps: the next sweep takes them",
        )
    };
    Some(finding.of(rows))
}

/// One finding for each sort of thing that stands in the way.
fn undecided(census: &Census, memory: Option<&Memory>) -> Vec<Finding> {
    let mut by_reason: BTreeMap<String, (String, Rows, Option<Timestamp>)> = BTreeMap::new();
    for doubt in &census.undecided {
        let known = memory.and_then(|memory| memory.undecided_since.get(&doubt.task_id));
        let since = known.map(|since| Timestamp::from(*since)).or(doubt.newest);
        let first_of_its_sort = || (doubt.why.to_string(), Rows::default(), None);
        let (_, rows, first) = by_reason
            .entry(sort(&doubt.why))
            .or_insert_with(first_of_its_sort);
        rows.see(&doubt.task_id);
        if let Some(since) = since {
            *first = Some(first.map_or(since, |first| first.min(since)));
        }
    }
    let finding = |(why, rows, since): (String, Rows, Option<Timestamp>)| {
        let since = since.map_or_else(
            || "nothing says since when".to_owned(),
            |since| format!("since {} or later", since.to_rfc3339()),
        );
        let such_as = if rows.count > 1 { ", such as" } else { "" };
        let tasks = counted(rows.count, "running task");
        let seen = format!("nothing proves {tasks} dead or alive ({since}): {rows}{such_as}: {why}");
        let advice =
            "no sweep will ever reap them: give their rows a time that can be read, or reset them by hand";
        Finding::new(Code::Undecided, seen, advice).of(&rows)
    };
    by_reason.into_values().map(finding).collect()
}

/// What is the same for all that stand in the same way: the column, and what is wrong.
fn sort(why: &Undecided) -> String {
    match why {
        Undecided::Unreadable(_, unread) => format!("{:?} {}", unread.flaw, unread.column),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}

/// Tasks that are reaped again and again, without a completed run between.
pub(super) fn repeats(mut again: Vec<(Id, usize)>) -> Option<Finding> {
    again.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let (_, most) = *again.first()?;
    let mut rows = Rows::default();
    for (task, _) in &again {
        rows.see(task);
    }
    let seen = format!(
        "tasks reaped {AGAIN} times or more within {}, up to {most} times, and no run of theirs was completed between ({}): {rows}",
        span(WITHIN),
        rows.count
    );
    let advice =
        "they may kill their workers: find out what each of them does last, and set them aside until then";
    Some(Finding::new(Code::Repeats, seen, advice).of(&rows))
}

pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
