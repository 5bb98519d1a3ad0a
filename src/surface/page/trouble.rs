//! A page for what went wrong.

use maud::{Markup, html};

use super::layout;
use super::said;

/// What it is called, and what to do about it.
pub(crate) fn trouble(title: &str, detail: &str) -> Markup {
    layout::page(
        title,
        &html! {},
        &html! {
            section.card.narrow aria-labelledby="trouble" {
                h1 #trouble { (title) }
                @if !detail.is_empty() { p { (said::sentence(detail)) } }
                p.act { a.button href="/" { "To the overview" } }
            }
        },
    )
}
