//! The overview: how the queue stands, at a glance.

mod findings;
mod left;
mod reaps;
mod running;
mod zombies;

use std::path::Path;

use maud::{Markup, html};
use zombie_sweeper::SweepReport;
use zombie_sweeper::inspect::{Finding, History, Outcomes};

use super::asked::Asked;
use super::layout;
use super::said::{self, counted, number};
use crate::surface::brake::reaped_lately;
pub(super) use running::{Silent, bar};
pub(super) use zombies::{Due, table};

/// How often the page can be asked to come anew, in seconds.
const EVERY: [u64; 3] = [10, 30, 60];

/// What the overview shows. What could not be had says why, and the rest is shown all the same.
pub(super) struct Overview<'a> {
    pub(super) asked: &'a Asked,
    pub(super) database: &'a Path,
    pub(super) is_read_only: bool,
    /// Whether the server sweeps by itself.
    pub(super) is_watched: bool,
    /// A dry run.
    pub(super) report: &'a SweepReport,
    pub(super) living: &'a [Silent],
    /// Reaps of the last 24 hours, and of 30 days.
    pub(super) day: Result<&'a Outcomes, &'a str>,
    pub(super) month: Result<&'a Outcomes, &'a str>,
    pub(super) history: Result<&'a History, &'a str>,
    pub(super) findings: Result<&'a [Finding], &'a str>,
}

pub(super) fn overview(view: &Overview<'_>) -> Markup {
    let due = Due::all(view.report);
    let title = headline(view.report, due.len()).0;
    let corner = html! {
        span.database { (said::text(&view.database.to_string_lossy(), 200)) }
        @if view.is_read_only { " " span.badge.note { "read-only" } } @else if !view.is_watched { " " span.badge.note { "no watch" } }
    };
    layout::page(
        &title,
        &corner,
        &html! {
            (banner(view, due.len()))
            (filters(view.asked))
            div.columns {
                div.first {
                    (zombies::zombies(view.asked, &due, view.report.held_back.as_ref(), view.is_read_only, view.is_watched))
                    (running::running(view.asked, view.living, view.report.living_left))
                    (left::left(view.asked, view.report))
                }
                div.second {
                    section.card aria-labelledby="findings" {
                        h2 #findings { "The doctor’s findings" }
                        (told(view.findings.map(findings::findings)))
                    }
                    section.card aria-labelledby="reaps" {
                        h2 #reaps { "Reaps" }
                        (told(view.history.map(reaps::by_day)))
                        (told(both(view.day, view.month).map(|(day, month)| reaps::by_reason(day, month))))
                        @if let Ok(history) = view.history { (reaps::latest(history, view.asked)) }
                    }
                    section.card aria-labelledby="outcomes" {
                        h2 #outcomes { "Outcomes" }
                        (told(view.month.map(reaps::outcomes)))
                    }
                    (said::warnings(&view.report.warnings))
                }
            }
        },
    )
}

fn both<'r, T>(a: Result<&'r T, &'r str>, b: Result<&'r T, &'r str>) -> Result<(&'r T, &'r T), &'r str> {
    Ok((a?, b?))
}

/// A part, or why it could not be had.
fn told(part: Result<Markup, &str>) -> Markup {
    match part {
        Ok(part) => part,
        Err(why) => html! { p.missing { "This could not be told: " (said::sentence(why)) } },
    }
}

/// How the queue stands in one sentence, and how bad that is.
fn headline(report: &SweepReport, due: usize) -> (String, &'static str) {
    match (due, report.undecided.len(), report.scanned) {
        (0, 0, 0) => ("Nothing is running".to_owned(), "ok"),
        (0, 0, 1) => ("The one running task is alive".to_owned(), "ok"),
        (0, 0, running) => (format!("All {} running tasks are alive", number(running)), "ok"),
        (0, undecided, _) => (format!("No zombies, {} undecided", number(undecided)), "warn"),
        (due, ..) => (counted(due, "zombie"), "bad"),
    }
}

fn banner(view: &Overview<'_>, due: usize) -> Markup {
    let report = view.report;
    let (says, level) = headline(report, due);
    let counts = [
        ("Running", report.scanned, ""),
        ("Healthy", report.healthy, ""),
        ("Zombies", due, if due > 0 { "bad" } else { "" }),
        (
            "Undecided",
            report.undecided.len(),
            if report.undecided.is_empty() { "" } else { "warn" },
        ),
    ];
    html! {
        section class={ "banner " (level) } aria-labelledby="standing" {
            div {
                h1 #standing { (says) }
                p {
                    @match &report.project {
                        Some(project) => { "Project " b { (said::text(project, 80)) } }
                        None => "All projects",
                    }
                    ", profile " b { (said::text(&report.profile, 80)) }
                    ", silence borne for " b { (said::for_so_long(report.stale_after_s)) }
                    @if report.thresholds.is_some() { " or as long as was learned" }
                    "."
                }
                p.looked { "Last look " (said::moment(&report.swept_at)) ", it took " (report.duration_ms) " ms." }
                @if let Some(held) = &report.held_back {
                    p.missing { "Held back: " (number(held.due.len())) " are due, and no more than " (number(held.at_most)) " may be reaped at once" (reaped_lately(held)) ". A sweep reaps none of them." }
                }
            }
            dl.counts { @for (what, count, class) in counts {
                div class=(class) { dt { (what) } dd { (number(count)) } }
            } }
        }
    }
}

/// What is left out, and how often the page comes anew: all of it stands in the address.
fn filters(asked: &Asked) -> Markup {
    let value = |text: &Option<String>| text.clone().unwrap_or_default();
    let every = asked.refresh.map(|every| every.as_secs());
    let other = every.filter(|every| !EVERY.contains(every));
    html! {
        form.filters method="get" action="/" role="search" aria-label="Filter" {
            label { span { "Project" } input type="text" name="project" value=(value(&asked.project)) autocomplete="off"; }
            label { span { "Reason" } input type="text" name="reason" value=(value(&asked.reason)) placeholder="stale_heartbeat" autocomplete="off"; }
            label { span { "Id contains" } input type="search" name="q" value=(value(&asked.q)) autocomplete="off"; }
            label { span { "Refresh" }
                select name="refresh" {
                    option value="" selected[every.is_none()] { "off" }
                    @for seconds in EVERY.into_iter().chain(other) {
                        option value=(seconds) selected[every == Some(seconds)] { "every " (seconds) " s" }
                    }
                }
            }
            button type="submit" { "Apply" }
            @if asked.is_narrowed() || every.is_some() { a href="/" { "Clear" } }
        }
    }
}
