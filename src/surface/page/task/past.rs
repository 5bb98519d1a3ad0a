//! What has happened to a task: its reaps, its runs, and all of it in the order of time.

use maud::{Markup, html};
use zombie_sweeper::inspect::ExplainedTask;

use crate::surface::page::said::{self, number, wide};

/// How many of the latest lines of a timeline are shown; `explain` has them all.
const LATEST: usize = 20;

/// The most characters of what happened.
const WHAT: usize = 300;

pub(super) fn reaps(task: &ExplainedTask, name: &str) -> Markup {
    html! {
        @if !task.reaps.is_empty() || task.parked.is_some() {
            section.card aria-labelledby=(name) {
                h2 id=(name) { "Reaped " span.count { (number(task.reaps.len())) } }
                @if let Some(parked) = &task.parked {
                    p.missing {
                        "It is parked"
                        @if let Some(since) = &parked.since { " since " (said::moment(since)) }
                        ". " code { "zombie-sweeper unpark" } " opens it again."
                    }
                }
                ul.plain.dated { @for reap in &task.reaps {
                    li {
                        @match (&reap.at, reap.age_s) { (Some(at), Some(age_s)) => (said::ago(at, age_s)), _ => "At no time that can be read" }
                        ": " (said::text(&reap.says, WHAT))
                    }
                } }
            }
        }
    }
}

pub(super) fn runs(task: &ExplainedTask, name: &str) -> Markup {
    let table = html! {
        table {
            caption.unseen { "Its latest runs" }
            thead { tr {
                th scope="col" { "Run" }
                th scope="col" { "Status" }
                th scope="col" { "Began" }
                th scope="col" { "Ended" }
            } }
            tbody { @for run in &task.runs { tr {
                th scope="row" { (said::id(&run.run_id.to_string())) @if run.is_active { " " span.badge.note { "active" } } }
                td { (said::text(&run.status.to_string(), 60)) }
                td.nowrap { @match &run.began { Some(at) => (said::moment(at)), None => "–" } }
                td.nowrap { @match &run.ended { Some(at) => (said::moment(at)), None => "–" } }
            } } }
        }
    };
    html! {
        @if !task.runs.is_empty() {
            section.card aria-labelledby=(name) {
                h2 id=(name) { "Runs" }
                (wide("Runs", &table))
                @if task.has_more_runs { p.hint { "There were more before." } }
            }
        }
    }
}

pub(super) fn timeline(task: &ExplainedTask, name: &str) -> Markup {
    let left_out = task.timeline.len().saturating_sub(LATEST);
    html! {
        @if !task.timeline.is_empty() {
            section.card aria-labelledby=(name) {
                h2 id=(name) { "What happened" }
                @if left_out > 0 { p.hint { (number(left_out)) " earlier ones are left out here; " code { "explain" } " has them." } }
                ol.plain.dated { @for happened in task.timeline.iter().skip(left_out) {
                    li { (said::ago(&happened.at, happened.age_s)) ": " (said::text(&happened.what, WHAT)) }
                } }
            }
        }
    }
}
