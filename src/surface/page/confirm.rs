//! The question before a sweep: the exact tasks, and whether to go on.

use std::path::Path;

use maud::{Markup, html};

use super::asked::Asked;
use super::layout;
use super::overview::{Due, table};
use super::said::{self, counted};

/// A plan that waits for an answer.
pub(super) struct Confirm<'a> {
    pub(super) plan: &'a str,
    pub(super) database: &'a Path,
    pub(super) asked: &'a Asked,
    pub(super) due: &'a [Due],
    /// Until when it stands, RFC 3339.
    pub(super) expires_at: &'a str,
    /// What was wrong with the answer before.
    pub(super) wrong: Option<&'a str>,
}

pub(super) fn confirm(view: &Confirm<'_>) -> Markup {
    let title = format!("Reap {}?", counted(view.due.len(), "zombie"));
    let corner = html! { span.database { (said::text(&view.database.to_string_lossy(), 200)) } };
    layout::page(
        &title,
        &corner,
        &html! {
            section.card.narrow aria-labelledby="question" {
                h1 #question { (title) }
                p {
                    "These exact tasks go back to the queue, and their runs are given up. "
                    "One that has shown life by then is left alone, and no other is touched."
                }
                (table("Tasks that would be reaped", view.due.iter(), view.asked, true))
                @if let Some(wrong) = view.wrong { p.missing #wrong role="alert" { (wrong) } }
                form.confirm method="post" action="/sweeps" {
                    input type="hidden" name="plan" value=(view.plan);
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
        },
    )
}
