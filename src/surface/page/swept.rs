//! What a sweep has done.

use std::path::Path;

use maud::{Markup, html};
use zombie_sweeper::SweepReport;

use super::layout;
use super::said::{self, counted, number, wide};
use crate::surface::brake::reaped_lately;

/// What was done, and why no more, where it stopped early.
pub(crate) fn swept(database: Option<&Path>, report: &SweepReport, why: Option<&str>) -> Markup {
    let title = format!("{} reaped", counted(report.reaps.len(), "task"));
    let corner = html! {
        @if let Some(database) = database { span.database { (said::text(&database.to_string_lossy(), 200)) } }
    };
    let rows = html! {
        table {
            caption.unseen { "Tasks that were reaped" }
            thead { tr { th scope="col" { "Task" } th scope="col" { "Why" } } }
            tbody { @for reap in &report.reaps { tr {
                th scope="row" { (said::task(&reap.task_id.to_string(), report.project.as_deref())) }
                td { (said::text(&said::capital(&said::why(&reap.reason.code())), 300)) }
            } } }
        }
    };
    layout::page(
        &title,
        &corner,
        &html! {
            section.card.narrow aria-labelledby="done" {
                h1 #done { (title) }
                @if let Some(error) = report.error.as_deref().or(why) { p.missing { "The sweep stopped early: " (said::sentence(error)) } }
                p {
                    (counted(report.runs_abandoned, "run")) " given up, " (counted(report.workspaces_freed, "workspace"))
                    " freed, in " (counted(report.transactions, "transaction")) ", " (said::moment(&report.swept_at)) "."
                }
                @if let Some(held) = &report.held_back {
                    p.missing { "Held back: " (number(held.due.len())) " are due, and no more than " (number(held.at_most)) " may be reaped at once" (reaped_lately(held)) ". None was." }
                }
                @if report.moved_on > 0 { p { (number(report.moved_on)) " had moved on by then, and were left alone." } }
                @if !report.parked.is_empty() { p { (counted(report.parked.len(), "task")) " parked: they fell silent too often in a row." } }
                @if !report.reaps.is_empty() { (wide("Tasks that were reaped", &rows)) }
                @if !report.failed.is_empty() {
                    h2 { "Could not be reaped" }
                    ul { @for failed in &report.failed { li { (said::task(&failed.task_id, report.project.as_deref())) ": " (said::sentence(&failed.why)) } } }
                }
                p.act { a.button href="/" { "To the overview" } }
            }
            (said::warnings(&report.warnings))
        },
    )
}
