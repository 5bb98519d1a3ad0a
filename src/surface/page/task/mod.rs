//! A task's page: what a sweep goes by, and would do. It is its `explain`.

mod past;
mod signs;
mod writes;

use std::path::Path;

use maud::{Markup, html};
use zombie_sweeper::inspect::{ExplainedTask, Explanation, Fits};

use super::layout;
use super::overview::bar;
use super::said::{self, capital, wide};

pub(super) fn explained(database: &Path, explanation: &Explanation) -> Markup {
    let corner = html! { span.database { (said::text(&database.to_string_lossy(), 200)) } };
    let title = "Task ".to_owned() + &said::name(&explanation.asked, 60);
    layout::page(
        &title,
        &corner,
        &html! {
            @if explanation.tasks.len() > 1 {
                p.missing { (explanation.tasks.len()) " tasks have this id." }
            }
            @for (place, task) in explanation.tasks.iter().enumerate() { (one(task, explanation, place)) }
            (said::warnings(&explanation.warnings))
        },
    )
}

/// `place` tells the headings of tasks of one id apart.
fn one(task: &ExplainedTask, explanation: &Explanation, place: usize) -> Markup {
    let level = match task.verdict {
        Some("zombie") => "bad",
        Some("undecided") => "warn",
        _ => "ok",
    };
    let name = |part: &str| format!("{part}-{place}");
    html! {
        section class={ "banner " (level) } aria-labelledby=(name("task")) {
            div {
                h1 id=(name("task")) { "Task " (said::id(&task.task_id.to_string())) }
                p.says { (said::sentence(&task.says)) }
                (silence(task))
                p.looked {
                    @if let Some(status) = &task.status { "Status " b { (said::text(&status.to_string(), 80)) } ". " }
                    "As of " (said::moment(&explanation.as_of)) "."
                }
            }
            @if let Some(verdict) = task.verdict { span.verdict { (verdict) } }
        }
        div.columns {
            div.first {
                @if !task.rows.is_empty() {
                    section.card aria-labelledby=(name("why")) {
                        h2 id=(name("why")) { "Why" }
                        p.hint { "The first that fits is the verdict." }
                        (rows(task))
                    }
                }
                section.card aria-labelledby=(name("signs")) {
                    h2 id=(name("signs")) { "Signs of life" }
                    (signs::signs(&task.signs))
                }
                (past::runs(task, &name("runs")))
                @if !task.writes.is_empty() || task.writes_untold.is_some() {
                    section.card aria-labelledby=(name("writes")) {
                        h2 id=(name("writes")) { "What a sweep would write" }
                        @if task.would_be_parked { p.hint { "It would be parked, and not opened." } }
                        @if let Some(why) = &task.writes_untold { p.missing { "It is not told: " (said::sentence(why)) } }
                        (writes::writes(&task.writes))
                    }
                }
            }
            div.second {
                @if let Some(threshold) = &task.threshold {
                    section.card aria-labelledby=(name("borne")) {
                        h2 id=(name("borne")) { "How long silence is borne" }
                        p { (said::sentence(&capital(&threshold.says))) "." }
                    }
                }
                @if !task.workers.is_empty() || !task.workspaces.is_empty() {
                    section.card aria-labelledby=(name("holds")) {
                        h2 id=(name("holds")) { "Workers and workspaces" }
                        ul.plain {
                            @for worker in &task.workers {
                                li { "Worker " (said::id(&worker.worker_id.to_string())) " is " b { @if worker.is_gone { "gone" } @else { "there" } } }
                            }
                            @for held in &task.workspaces {
                                li { "Holds workspace " (said::id(&held.workspace_id.to_string())) }
                            }
                        }
                    }
                }
                (past::reaps(task, &name("reaps")))
                (past::timeline(task, &name("timeline")))
            }
        }
    }
}

/// Its bar, where silence is what decides.
fn silence(task: &ExplainedTask) -> Markup {
    let newest = task
        .signs
        .iter()
        .find(|sign| sign.is_newest)
        .and_then(|sign| sign.age_s);
    let until = task.zombie_in_s;
    let (Some(age_s), Some(in_s)) = (newest, until) else {
        return html! {};
    };
    let borne = age_s + in_s;
    let share = if borne > 0.0 { age_s / borne } else { 1.0 };
    html! {
        div.bars.one {
            (bar(Some(share.clamp(0.0, 1.0))))
            div.silence { b { (said::for_so_long(age_s)) } " of " (said::for_so_long(borne)) }
            @if let Some(at) = &task.zombie_at {
                div.then { @if in_s > 0.0 { "a zombie " } @else { "a zombie since " } (since(at, in_s)) }
            }
        }
    }
}

fn since(at: &str, in_s: f64) -> Markup {
    if in_s > 0.0 {
        said::ago(at, -in_s)
    } else {
        html! { time datetime=(at) title=(at) { (said::for_so_long(-in_s)) } }
    }
}

/// The table of verdicts, down to the row that fits.
fn rows(task: &ExplainedTask) -> Markup {
    let asked = task.rows.iter().filter(|row| row.fits != Fits::NotAsked);
    let table = html! {
        table.verdicts {
            caption.unseen { "The rows of the table of verdicts" }
            thead { tr { th scope="col" { "Fits" } th scope="col" { "What is found" } th scope="col" { "Why" } } }
            tbody { @for row in asked {
                tr class=(if row.fits == Fits::Yes { "fits" } else { "" }) {
                    td { @if row.fits == Fits::Yes { b { "yes" } } @else { "no" } }
                    th scope="row" { (capital(row.what)) }
                    td { @if let Some(why) = &row.why { (said::sentence(why)) } }
                }
            } }
        }
    };
    wide("The table of verdicts", &table)
}
