//! Who is dead, and what to do about it.

use std::collections::HashMap;

use maud::{Markup, html};
use zombie_sweeper::report::{HeldBack, ZombieFound};
use zombie_sweeper::zombie::{Id, Reason};
use zombie_sweeper::{Planned, SweepReport};

use crate::surface::brake::reaped_lately;
use crate::surface::page::asked::Asked;
use crate::surface::page::said::{self, for_so_long, number, wide};

/// How many are listed; the page of confirmation lists each.
const LISTED: usize = 200;

/// A zombie.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) task: String,
    pub(crate) code: String,
    pub(crate) run: Option<String>,
    pub(crate) silence_s: Option<f64>,
    /// What it holds: column and value.
    pub(crate) held: Vec<(String, String)>,
}

impl Due {
    /// All that a report tells of, those held back included; with the evidence where the report has it.
    pub(crate) fn all(report: &SweepReport) -> Vec<Self> {
        let known = Known::of(report);
        let held_back = report.held_back.iter().flat_map(|held| held.due.iter());
        let due = report.reaps.iter().chain(held_back);
        due.map(|reap| {
            let found = known.find(&reap.task_id, |zombie| zombie.reason == reap.reason);
            found.unwrap_or_else(|| Self::bare(&reap.task_id, None, &reap.reason))
        })
        .collect()
    }

    /// All that a plan lists, in the order of their ids, with the evidence where the report has it.
    pub(crate) fn planned(report: &SweepReport, planned: &Planned) -> Vec<Self> {
        let known = Known::of(report);
        let mut planned: Vec<_> = planned.iter().collect();
        planned.sort_by(|a, b| a.task_id.cmp(&b.task_id));
        let due = planned.into_iter().map(|reap| {
            let run = reap.run_id.as_ref();
            let found = known.find(&reap.task_id, |zombie| {
                zombie.run_id.as_ref() == run && zombie.reason == reap.reason
            });
            found.unwrap_or_else(|| Self::bare(&reap.task_id, run, &reap.reason))
        });
        due.collect()
    }

    /// Without evidence.
    fn bare(task: &Id, run: Option<&Id>, reason: &Reason) -> Self {
        Self {
            task: task.to_string(),
            code: reason.to_string(),
            run: run.map(ToString::to_string),
            silence_s: None,
            held: Vec::new(),
        }
    }

    /// Whether it is asked for.
    pub(crate) fn fits(&self, asked: &Asked) -> bool {
        asked.lets_through(&self.task) && asked.is_for(&self.code)
    }
}

/// The zombies that a report has the evidence on, by their ids.
struct Known<'r>(HashMap<&'r Id, &'r ZombieFound>);

impl<'r> Known<'r> {
    fn of(report: &'r SweepReport) -> Self {
        let zombies = report.zombies.iter().flatten();
        Self(zombies.map(|zombie| (&zombie.task_id, zombie)).collect())
    }

    fn find(&self, task: &Id, is_it: impl FnOnce(&ZombieFound) -> bool) -> Option<Due> {
        let zombie = self.0.get(task).filter(|zombie| is_it(zombie))?;
        Some(Due::from(*zombie))
    }
}

impl From<&ZombieFound> for Due {
    fn from(zombie: &ZombieFound) -> Self {
        let held = zombie.held.iter().filter(|(_, value)| !value.is_none());
        Self {
            task: zombie.task_id.to_string(),
            code: zombie.reason.to_string(),
            run: zombie.run_id.as_ref().map(ToString::to_string),
            silence_s: zombie.age_s,
            held: held
                .map(|(column, value)| (column.clone(), value.to_string()))
                .collect(),
        }
    }
}

/// Those that are asked for.
pub(super) fn zombies(
    asked: &Asked,
    due: &[Due],
    held_back: Option<&HeldBack>,
    is_read_only: bool,
    is_watched: bool,
) -> Markup {
    let shown: Vec<_> = due.iter().filter(|zombie| zombie.fits(asked)).collect();
    html! {
        @if !due.is_empty() {
            section.card.zombies aria-labelledby="zombies" {
                h2 #zombies { "Zombies " span.count { (number(shown.len())) } }
                @if shown.is_empty() {
                    p.calm { "None of the " (number(due.len())) " fits the filter." }
                } @else {
                    p.hint {
                        "Running, though the worker is dead. "
                        (what_becomes_of_them(is_watched, held_back.is_some()))
                    }
                    (table("Zombies now", shown.iter().copied().take(LISTED), asked, false))
                    @if shown.len() > LISTED { p.hint { "and " (number(shown.len() - LISTED)) " more" } }
                    @if is_read_only {
                        p.hint { "Nothing can be reaped from here: the server is read-only." }
                    } @else if let Some(held) = held_back && (!asked.is_narrowed() || shown.len() > held.room()) {
                        @match held.room() {
                            0 => p.hint { "None of them can be reaped from here for now: no more than " (number(held.at_most)) " may be reaped at once" (reaped_lately(held)) "." },
                            room => p.hint { "Filter for no more than " (number(room)) " of them to reap those." },
                        }
                    } @else {
                        (reap_these(asked, shown.len()))
                    }
                }
            }
        }
    }
}

fn what_becomes_of_them(is_watched: bool, are_held_back: bool) -> &'static str {
    match (are_held_back, is_watched) {
        (true, _) => "They are held back: a sweep leaves them.",
        (false, true) => "The next sweep resets them.",
        (false, false) => "This server does not watch: they stay as they are until somebody sweeps.",
    }
}

/// Leads to a page that lists each and asks: nothing is reaped by it.
fn reap_these(asked: &Asked, count: usize) -> Markup {
    let fields = [
        ("project", &asked.project),
        ("reason", &asked.reason),
        ("q", &asked.q),
    ];
    let what = if count == 1 {
        "Reap it …".to_owned()
    } else {
        format!("Reap these {} …", number(count))
    };
    html! {
        form.act method="post" action="/plans" {
            @for (name, value) in fields {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            button.danger type="submit" { (what) }
            span.hint { "You are shown each of them, and asked, first." }
        }
    }
}

/// A line for each, with what it rests on.
pub(crate) fn table<'d>(
    caption: &str,
    due: impl Iterator<Item = &'d Due>,
    asked: &Asked,
    with_runs: bool,
) -> Markup {
    let rows = html! {
        table {
            caption.unseen { (caption) }
            thead { tr {
                th scope="col" { "Task" }
                th scope="col" { "Why" }
                th.number scope="col" { "Last heard of" }
                @if with_runs { th scope="col" { "Run" } }
                th scope="col" { "Holds" }
            } }
            tbody { @for zombie in due { tr {
                th scope="row" { (said::task(&zombie.task, asked.project.as_deref())) }
                td { (said::text(&said::capital(&said::why(&zombie.code)), 300)) " " (code(&zombie.code, asked)) }
                td.number { @match zombie.silence_s { Some(silence) => { (for_so_long(silence)) " ago" }, None => "–" } }
                @if with_runs { td { @match &zombie.run { Some(run) => (said::id(run)), None => "–" } } }
                td { @if zombie.held.is_empty() { "–" } @else {
                    @for (place, (column, value)) in zombie.held.iter().enumerate() {
                        @if place > 0 { ", " }
                        span.held { (said::text(column, 80)) " " b { bdi { (said::name(value, 80)) } } }
                    }
                } }
            } } }
        }
    };
    wide(caption, &rows)
}

/// A reason code, which leads to all that have it.
fn code(code: &str, asked: &Asked) -> Markup {
    let same = Asked {
        reason: Some(code.to_owned()),
        ..asked.at_page(1)
    };
    html! { a.code href=(same.address()) { code { (said::text(code, 80)) } } }
}
