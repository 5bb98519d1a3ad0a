//! Who is left alone, and who comes again and again.

use std::collections::HashMap;

use maud::{Markup, html};
use zombie_sweeper::SweepReport;

use crate::surface::page::asked::Asked;
use crate::surface::page::said::{self, capital, number};

/// How many reasons are told.
const REASONS: usize = 20;

/// How many tasks are named for one reason.
const NAMED: usize = 12;

pub(super) fn left(asked: &Asked, report: &SweepReport) -> Markup {
    let undecided = report.undecided.iter().map(|task| {
        let id = (!task.has_no_id).then_some(task.task_id.as_str());
        (id, task.why.as_str())
    });
    let failed = report
        .failed
        .iter()
        .map(|task| (Some(task.task_id.as_str()), task.why.as_str()));
    let (undecided, failed) = (alike(asked, undecided), alike(asked, failed));
    let parked: Vec<_> = report
        .parked
        .iter()
        .map(ToString::to_string)
        .filter(|id| asked.lets_through(id))
        .collect();
    let repeats = report
        .repeats
        .iter()
        .map(|repeat| (repeat.task_id.to_string(), repeat.reaps));
    let repeats: Vec<_> = repeats.filter(|(id, _)| asked.lets_through(id)).collect();
    html! {
        @if !undecided.is_empty() {
            section.card aria-labelledby="undecided" {
                h2 #undecided { "Undecided " span.count { (number(sum(&undecided))) } }
                p.hint { "Nothing proves them dead or alive. They are never reaped: somebody has to look." }
                (reasons(&undecided, asked))
            }
        }
        @if !failed.is_empty() {
            section.card aria-labelledby="failed" {
                h2 #failed { "Cannot be reaped " span.count { (number(sum(&failed))) } }
                p.hint { "Zombies that the database would not let a sweep write." }
                (reasons(&failed, asked))
            }
        }
        @if !parked.is_empty() {
            section.card aria-labelledby="parked" {
                h2 #parked { "Would be parked " span.count { (number(parked.len())) } }
                p.hint { "They fell silent so often in a row that a sweep puts them aside, and does not open them." }
                p { (names(parked.iter().map(|id| Some(id.as_str())), asked)) }
            }
        }
        @if !repeats.is_empty() {
            section.card aria-labelledby="repeats" {
                h2 #repeats { "Silent again and again " span.count { (number(repeats.len())) } }
                ul.plain { @for (task, reaps) in repeats.iter().take(NAMED) {
                    li { (said::task(task, asked.project.as_deref())) ", this would be reap " b { (number(*reaps)) } " in a row" }
                } }
                @if repeats.len() > NAMED { p.hint { "and " (number(repeats.len() - NAMED)) " more" } }
            }
        }
    }
}

/// A sentence, and the tasks that it is about. One may have no id.
type Alike<'r> = (&'r str, Vec<Option<&'r str>>);

/// The same sentence is said once, of all the tasks that it is about.
fn alike<'r>(asked: &Asked, tasks: impl Iterator<Item = (Option<&'r str>, &'r str)>) -> Vec<Alike<'r>> {
    let mut alike: Vec<Alike<'_>> = Vec::new();
    let mut places = HashMap::new();
    for (task, why) in tasks.filter(|(task, _)| asked.lets_through(task.unwrap_or_default())) {
        let place = *places.entry(why).or_insert(alike.len());
        match alike.get_mut(place) {
            Some((_, tasks)) => tasks.push(task),
            None => alike.push((why, vec![task])),
        }
    }
    alike
}

fn sum(alike: &[Alike<'_>]) -> usize {
    alike.iter().map(|(_, tasks)| tasks.len()).sum()
}

fn reasons(alike: &[Alike<'_>], asked: &Asked) -> Markup {
    html! {
        dl.reasons { @for (why, tasks) in alike.iter().take(REASONS) {
            dt { (names(tasks.iter().copied(), asked)) }
            dd { (said::sentence(&capital(why))) }
        } }
        @if alike.len() > REASONS {
            p.hint { "and " (number(sum(alike.get(REASONS..).unwrap_or_default()))) " more, for other reasons" }
        }
    }
}

fn names<'n>(tasks: impl ExactSizeIterator<Item = Option<&'n str>>, asked: &Asked) -> Markup {
    let more = tasks.len().saturating_sub(NAMED);
    html! {
        @for (place, task) in tasks.take(NAMED).enumerate() {
            @if place > 0 { ", " }
            @match task {
                Some(task) => (said::task(task, asked.project.as_deref())),
                // There is no page by no id.
                None => "one without an id",
            }
        }
        @if more > 0 { " and " (number(more)) " more" }
    }
}
