//! Running tasks that are dead and still there, that nobody can judge, or that die again and again.

use std::collections::BTreeMap;

use super::census::Census;
use super::finding::{Code, Finding, Rows};
use super::schedule::OVERDUE;
use super::span::{micros, span};
use super::surroundings::{HoldingBack, Memory};
use crate::options::SweepOptions;
use crate::store::PastReaps;
use crate::sweep::NAMED_FROM;
use crate::zombie::{Timestamp, Undecided};

pub(super) fn tasks(census: &Census, memory: Option<&Memory>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let held_back = memory.and_then(|memory| memory.held_back.as_ref());
    findings.extend(zombies(census, held_back));
    findings.extend(undecided(census, memory));
    findings
}

/// Those that are dead; and where sweeps come and take none of them, that.
fn zombies(census: &Census, held_back: Option<&HoldingBack>) -> Vec<Finding> {
    let (rows, now) = (&census.zombies, census.now);
    if rows.is_empty() {
        return Vec::new();
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
    if let Some(held_back) = held_back {
        let advice = "no sweep takes them while it holds back more than its --at-most: see held_back";
        let waiting = Finding::new(Code::Zombies, seen, advice).of(rows);
        return vec![held(held_back), waiting];
    }
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
    vec![finding.of(rows)]
}

fn held(back: &HoldingBack) -> Finding {
    let [since, last] = [back.since, back.last].map(|at| Timestamp::from(at).to_rfc3339());
    let since = if since == last {
        String::new()
    } else {
        format!(", and none has reaped since {since}")
    };
    let seen = format!(
        "the last sweep, at {last}, reaped nothing, as it found {}, more than its --at-most{since}",
        counted(back.count, "zombie")
    );
    let advice = "look at them (--dry-run --format text): did the fleet die, could nobody write, is a clock off? Where they are \
                  dead indeed, sweep once with a larger --at-most";
    Finding::new(Code::HeldBack, seen, advice)
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
pub(super) fn repeats(past: PastReaps) -> Option<Finding> {
    let mut again = past.again;
    again.sort_by(|a, b| b.reaps.cmp(&a.reaps).then_with(|| a.task.cmp(&b.task)));
    let most = again.first()?.reaps;
    let (mut rows, mut parked) = (Rows::default(), Rows::default());
    for repeated in &again {
        rows.see(&repeated.task);
        if repeated.is_parked {
            parked.see(&repeated.task);
        }
    }
    let are_parked = match parked.count {
        0 => String::new(),
        count if count == rows.count => ", all parked by now".to_owned(),
        count => format!(", {count} parked by now"),
    };
    let seen = format!(
        "tasks reaped {NAMED_FROM} times or more within {}, up to {most} times, and no run of theirs was completed between \
         ({}{are_parked}): {rows}",
        span(SweepOptions::PARK_WITHIN),
        rows.count
    );
    let of_parked = (!parked.is_empty()).then(|| {
        format!(
            "what is parked ({parked}) stays so until it is mended and `zombie-sweeper unpark TASK` opens it"
        )
    });
    let set_aside = if past.can_park {
        format!("sweep with --park-after {NAMED_FROM}, which sets such tasks aside")
    } else {
        "set them aside until then".to_owned()
    };
    let of_others = (parked.count < rows.count).then_some(set_aside);
    let advice = ["they may kill their workers: find out what each of them does last".to_owned()];
    let advice: Vec<_> = advice.into_iter().chain(of_others).chain(of_parked).collect();
    Some(Finding::new(Code::Repeats, seen, advice.join("; ")).of(&rows))
}

pub(super) fn counted(count: impl TryInto<u64>, thing: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
