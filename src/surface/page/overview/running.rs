//! Who is at work, as bars of silence against what is borne.

use chrono::{DateTime, FixedOffset};
use maud::{Markup, html};
use zombie_sweeper::SweepReport;
use zombie_sweeper::report::LivingTask;

use crate::surface::page::asked::Asked;
use crate::surface::page::said::{self, for_so_long, number};

/// How many stand on one page.
const PAGE: usize = 200;

/// A running task that is alive.
#[derive(Clone, Debug)]
pub(crate) struct Silent {
    pub(crate) task: String,
    pub(crate) project: Option<String>,
    /// How long nobody has been heard of; `None` where it is not judged by that.
    pub(crate) silence_s: Option<f64>,
    pub(crate) threshold_s: f64,
    /// When it becomes a zombie if nothing is heard, and in how many seconds.
    pub(crate) zombie_at: Option<(String, f64)>,
}

impl Silent {
    /// All that a report lists.
    pub(crate) fn all(report: &SweepReport) -> Vec<Self> {
        let now = DateTime::parse_from_rfc3339(&report.swept_at).ok();
        let living = report.living.iter().flatten();
        living.map(|task| Self::of(task, now)).collect()
    }

    fn of(task: &LivingTask, now: Option<DateTime<FixedOffset>>) -> Self {
        let zombie_at = task.zombie_at.as_ref().and_then(|at| {
            let left = DateTime::parse_from_rfc3339(at).ok()? - now?;
            Some((at.clone(), left.as_seconds_f64()))
        });
        Self {
            task: task.task_id.to_string(),
            project: task.project.clone(),
            silence_s: task.age_s,
            threshold_s: task.threshold_s,
            zombie_at,
        }
    }

    /// How much of its patience is used up: 1, all of it.
    fn share(&self) -> Option<f64> {
        let share = self.silence_s? / self.threshold_s;
        share.is_finite().then(|| share.clamp(0.0, 1.0))
    }
}

/// Those of them that are asked for, a page at a time; `left` more are at work that were not listed.
pub(super) fn running(asked: &Asked, living: &[Silent], left: usize) -> Markup {
    let shown: Vec<_> = living
        .iter()
        .filter(|task| asked.lets_through(&task.task))
        .collect();
    let first = asked.place().saturating_mul(PAGE);
    let page: Vec<_> = shown.iter().skip(first).take(PAGE).collect();
    html! {
        section.card aria-labelledby="running" {
            h2 #running { "At work " span.count { (number(shown.len() + if asked.q.is_some() { 0 } else { left })) } }
            @if shown.is_empty() {
                p.calm { @if asked.is_narrowed() { "No task at work fits the filter." } @else { "No task is at work." } }
            } @else {
                p.hint {
                    "How long each has been silent, against what is borne; the longest first. "
                    "One that is not heard of before its bar is full becomes a zombie, which a sweep resets."
                }
                @if page.is_empty() {
                    p.calm { "There are not so many pages. " a href=(asked.at_page(1).address()) { "To the first" } "." }
                }
                ol.bars start=(first + 1) { @for task in &page { (row(task, asked)) } }
                (turn(asked, first, page.len(), shown.len()))
            }
            @if left > 0 {
                p.hint { (number(left)) " more are at work that were heard of later than these: they are counted, and not listed here." }
            }
        }
    }
}

fn row(task: &Silent, asked: &Asked) -> Markup {
    html! {
        li {
            div.who {
                (said::task(&task.task, asked.project.as_deref()))
                @if let Some(project) = &task.project { " " span.project { (said::text(project, 60)) } }
            }
            (bar(task.share()))
            div.silence {
                @match task.silence_s {
                    Some(silence) => {
                        b { (for_so_long(silence)) }
                        @if task.threshold_s > 0.0 { " of " (for_so_long(task.threshold_s)) }
                    }
                    None => "not judged by silence",
                }
            }
            div.then {
                @match &task.zombie_at {
                    Some((at, in_s)) => { "a zombie " (said::ago(at, -in_s)) }
                    None => "stays as it is",
                }
            }
        }
    }
}

/// As wide as its share of what is borne.
pub(crate) fn bar(share: Option<f64>) -> Markup {
    let level = match share {
        None => "none",
        Some(share) if share < 0.5 => "low",
        Some(share) if share < 0.8 => "half",
        Some(_) => "high",
    };
    let width = format!("{:.1}", share.unwrap_or_default() * 100.0);
    html! {
        svg class={ "bar " (level) } viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track width="100" height="8" {}
            rect.fill width=(width) height="8" {}
        }
    }
}

/// To the page before and the next.
fn turn(asked: &Asked, first: usize, here: usize, all: usize) -> Markup {
    let place = asked.place() + 1;
    html! {
        @if all > PAGE {
            nav.turn aria-label="Pages of the tasks at work" {
                @if place > 1 { a rel="prev" href=(asked.at_page(place - 1).address()) { "← Previous" } }
                span { @if here > 0 { (number(first + 1)) "–" (number(first + here)) } " of " (number(all)) }
                @if first + here < all && here > 0 { a rel="next" href=(asked.at_page(place + 1).address()) { "Next →" } }
            }
        }
    }
}
