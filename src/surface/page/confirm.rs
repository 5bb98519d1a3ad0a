//! The question before a sweep: the exact tasks, and whether to go on.

use std::path::Path;

use maud::{Markup, html};
use zombie_sweeper::WordsWritten;
use zombie_sweeper::report::HeldBack;

use super::asked::Asked;
use super::layout;
use super::overview::{Due, table};
use super::said::{self, counted, number};
use crate::surface::brake::reaped_lately;

/// A plan that waits for an answer.
pub(super) struct Confirm<'a> {
    pub(super) plan: &'a str,
    pub(super) database: &'a Path,
    pub(super) asked: &'a Asked,
    pub(super) due: &'a [Due],
    /// How many of them would be parked.
    pub(super) parked: usize,
    /// What would be written of the others, and of how many runs.
    pub(super) words: &'a WordsWritten,
    pub(super) runs: usize,
    /// Where more are due than the operator lets be reaped at once.
    pub(super) held_back: Option<&'a HeldBack>,
    /// Until when it stands, RFC 3339.
    pub(super) expires_at: &'a str,
    /// What was wrong with the answer before.
    pub(super) wrong: Option<&'a str>,
}

pub(super) fn confirm(view: &Confirm<'_>) -> Markup {
    let count = counted(view.due.len(), "zombie");
    let title = match (view.held_back, view.due.len()) {
        (None, _) => format!("Reap {count}?"),
        (Some(_), 1) => format!("{count} is held back"),
        (Some(_), _) => format!("{count} are held back"),
    };
    let corner = html! { span.database { (said::text(&view.database.to_string_lossy(), 200)) } };
    layout::page(
        &title,
        &corner,
        &html! {
            section.card.narrow aria-labelledby="question" {
                h1 #question { (title) }
                @match view.held_back {
                    Some(held) => { (held_back(view, held)) }
                    None => { (question(view)) }
                }
            }
        },
    )
}

/// What is done, and the form that has it done.
fn question(view: &Confirm<'_>) -> Markup {
    html! {
        p {
            (what_follows(view)) " "
            @if view.runs > 0 {
                "The status of " (counted(view.runs, "run")) " becomes " (word(&view.words.runs)) ". "
            }
            "One that has shown life by then is left alone, and no other is touched."
        }
        (table("Tasks that would be reaped", view.due.iter(), view.asked, true))
        @if let Some(wrong) = view.wrong { p.missing #wrong role="alert" { (wrong) } }
        form.confirm method="post" action="/sweeps" {
            input type="hidden" name="plan" value=(view.plan);
            @for (name, value) in [("reason", &view.asked.reason), ("q", &view.asked.q)] {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            label for="token" { "Write token" }
            input #token type="password" name="token" required autocomplete="off" aria-describedby="whose";
            p.hint #whose { "The content of " code { "write.token" } " on the server. It is not kept by this page." }
            div.act {
                button.danger type="submit" { "Reap " (counted(view.due.len(), "task")) }
                a.button href=(view.asked.address()) { "Leave them alone" }
            }
        }
        p.hint { "This list stands until " (said::moment(view.expires_at)) ", and is good for one sweep." }
    }
}

/// What becomes of the tasks, in the words of the queue: what a word means there nobody knows here.
fn what_follows(view: &Confirm<'_>) -> Markup {
    let words = html! {
        @for (at, written) in view.words.tasks.iter().enumerate() {
            @if at > 0 { " or " }
            (word(written))
        }
    };
    match view.due.len().saturating_sub(view.parked) {
        _ if view.parked == 0 => html! { "The status of these exact tasks becomes " (words) "." },
        0 => html! {
            "These exact tasks are parked, as they fell silent too often: no worker gets them until somebody opens them again."
        },
        others => html! {
            "Of these exact tasks " (verb(others, "gets", "get")) " the status " (words) ", and " (verb(view.parked, "is", "are"))
            " parked, as too often silent: no worker gets those until somebody opens them again."
        },
    }
}

fn word(written: &str) -> Markup {
    html! { code { (said::text(written, 64)) } }
}

/// Why there is nothing to be agreed to.
fn held_back(view: &Confirm<'_>, held: &HeldBack) -> Markup {
    html! {
        p.missing {
            (number(held.due.len())) " are due, and no more than " (number(held.at_most)) " may be reaped at once" (reaped_lately(held)) ". A sweep reaps none of them."
        }
        p {
            "So many at once point to something else than dead workers. Whoever runs the server finds out what, and may start it with a higher "
            code { "--at-most" } ", or sweep with one on the command line."
        }
        (table("Tasks that are held back", view.due.iter(), view.asked, true))
        p.act { a.button href=(view.asked.address()) { "Back" } }
    }
}

fn verb(count: usize, one: &str, several: &str) -> String {
    let verb = if count == 1 { one } else { several };
    format!("{} {verb}", number(count))
}
