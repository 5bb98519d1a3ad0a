//! What was reaped of late, and what became of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate};
use maud::{Markup, html};
use zombie_sweeper::inspect::{DayOfReaps, History, Outcomes, ReapInHistory, ReapsAlike};

use crate::surface::page::asked::Asked;
use crate::surface::page::said::{self, became, capital, number, why, wide};

/// How many days have a bar.
const DAYS: u64 = 30;

/// How high the highest bar is.
const HEIGHT: usize = 40;

/// How many kinds of reaps are told apart: what events say is up to who wrote them.
const GROUPS: usize = 24;

/// How many of the latest reaps are listed.
const LATEST: usize = 8;

/// By reason, of the last day and of the last month.
pub(super) fn by_reason(day: &Outcomes, month: &Outcomes) -> Markup {
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (place, outcomes) in [day, month].into_iter().enumerate() {
        for group in &outcomes.groups {
            let of = counts
                .entry(group.reason.as_deref().unwrap_or_default())
                .or_default();
            if let Some(count) = of.get_mut(place) {
                *count += group.reaps;
            }
        }
    }
    let rows = html! {
        table {
            caption.unseen { "Reaps by reason" }
            thead { tr {
                th scope="col" { "Reason" }
                th.number scope="col" { "24 hours" }
                th.number scope="col" { "30 days" }
            } }
            tbody { @for (code, [day, month]) in counts.iter().take(GROUPS) { tr {
                th scope="row" { (said::text(&capital(&why(code)), 200)) }
                td.number { (number(*day)) }
                td.number { (number(*month)) }
            } } }
            tfoot { tr {
                th scope="row" { "All" }
                td.number { (number(day.total)) }
                td.number { (number(month.total)) }
            } }
        }
    };
    html! { @if month.total == 0 { p.calm { "None in 30 days." } } @else { (wide("Reaps by reason", &rows)) } }
}

/// A bar a day.
pub(super) fn by_day(history: &History) -> Markup {
    let Ok(today) = DateTime::parse_from_rfc3339(&history.as_of).map(|now| now.date_naive()) else {
        return html! {};
    };
    let of: BTreeMap<&str, usize> = history
        .days
        .iter()
        .map(|DayOfReaps { day, reaps, .. }| (day.as_str(), *reaps))
        .collect();
    let day = |back| -> Option<NaiveDate> { today.checked_sub_days(Days::new(back)) };
    let days = (0..DAYS).rev().filter_map(day).map(|day| day.to_string());
    let days: Vec<_> = days
        .map(|day| (of.get(day.as_str()).copied().unwrap_or_default(), day))
        .collect();
    let Some((most, busiest)) = days.iter().max().filter(|(most, _)| *most > 0) else {
        return html! {};
    };
    let label = format!("Reaps a day over {DAYS} days; the most were {most}, on {busiest}");
    html! {
        figure.days {
            svg viewBox=(format!("0 0 {} {HEIGHT}", DAYS * 10)) preserveAspectRatio="none" role="img" aria-label=(label) {
                @for (place, (reaps, day)) in days.iter().enumerate() {
                    // A day with any has a bar that is seen.
                    @let height = if *reaps == 0 { 1 } else { (reaps * HEIGHT).div_ceil(*most).max(3) };
                    rect class=(if *reaps == 0 { "empty" } else { "some" })
                        x=(place * 10 + 1) y=(HEIGHT - height) width="8" height=(height) {
                        title { (day) ": " (reaps) }
                    }
                }
            }
            figcaption { "30 days, the most on one day " b { (number(*most)) } }
        }
    }
}

/// The newest of them.
pub(super) fn latest(history: &History, asked: &Asked) -> Markup {
    let fits = |reap: &&ReapInHistory| asked.lets_through(&reap.on_record.task_id.to_string());
    let reaps: Vec<_> = history.reaps.iter().filter(fits).take(LATEST).collect();
    let rows = html! {
        table {
            caption.unseen { "The latest reaps" }
            thead { tr {
                th scope="col" { "When" }
                th scope="col" { "Task" }
                th scope="col" { "Became" }
            } }
            tbody { @for reap in &reaps { tr {
                td.nowrap { @match (&reap.on_record.at, reap.on_record.age_s) {
                    (Some(at), Some(age_s)) => (said::ago(at, age_s)),
                    _ => "–",
                } }
                th scope="row" { (named(reap, asked)) }
                td {
                    @match (reap.outcome, &reap.status) {
                        (Some(outcome), _) => (became(outcome)),
                        (None, Some(status)) => (said::text(status, 40)),
                        (None, None) => "not known",
                    }
                    @if reap.contested == Some(true) { " " span.badge.warn { "contested" } }
                }
            } } }
        }
    };
    html! { @if !reaps.is_empty() { h3 { "The latest" } (wide("The latest reaps", &rows)) } }
}

/// A task that is there no more has no page either.
fn named(reap: &ReapInHistory, asked: &Asked) -> Markup {
    let id = reap.on_record.task_id.to_string();
    if reap.is_gone {
        return said::id(&id);
    }
    said::task(&id, asked.project.as_deref())
}

/// What had become of them a day later.
pub(super) fn outcomes(found: &Outcomes) -> Markup {
    let rows = html! {
        table {
            caption.unseen { "What became of the reaps of 30 days" }
            thead { tr {
                th scope="col" { "Of" }
                th.number scope="col" { "Reaps" }
                th scope="col" { "Became" }
            } }
            tbody { @for group in found.groups.iter().take(GROUPS) { tr {
                th scope="row" { (whose(group)) }
                td.number { (number(group.reaps)) }
                td { (came_to(group)) }
            } } }
        }
    };
    html! {
        @if !found.groups.is_empty() {
            p.hint { "What had become of each " (said::for_so_long(found.horizon_s)) " after its reap." }
            (wide("Outcomes", &rows))
            @if found.groups.len() > GROUPS { p.hint { "and " (number(found.groups.len() - GROUPS)) " more such groups; " code { "outcomes" } " has them" } }
            p { (said::sentence(&capital(&found.sweeps.says))) "." }
        } @else { p.calm { "Nothing was reaped in 30 days." } }
    }
}

fn whose(group: &ReapsAlike) -> Markup {
    let of = [&group.project, &group.kind].into_iter().flatten();
    html! {
        @for (place, of) in of.enumerate() { @if place > 0 { ", " } (said::text(of, 60)) }
        " " code { (said::text(group.reason.as_deref().unwrap_or("?"), 60)) }
    }
}

fn came_to(group: &ReapsAlike) -> String {
    let told = group
        .outcomes
        .iter()
        .map(|(outcome, count)| format!("{} {}", number(*count), became(*outcome)));
    let unknown = (group.unknown > 0).then(|| format!("{} not known", number(group.unknown)));
    let pending = (group.pending > 0).then(|| format!("{} too young to tell", number(group.pending)));
    let contested = group.silence.as_ref().filter(|silence| silence.contested > 0);
    let contested = contested.map(|silence| format!("{} contested", number(silence.contested)));
    let all: Vec<_> = told.chain(unknown).chain(pending).chain(contested).collect();
    all.join(", ")
}
