//! A page for what went wrong.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::layout;
use super::said::{self, capital};

/// What it is called, and what to do about it.
pub(crate) fn trouble(status: StatusCode, detail: &str) -> Markup {
    let title = title(status);
    layout::page(
        title,
        &html! {},
        &html! {
            section.card.narrow aria-labelledby="trouble" {
                h1 #trouble { (title) }
                p { (said::sentence(&capital(detail))) "." }
                p.act { a.button href="/" { "To the overview" } }
            }
        },
    )
}

/// In words that need no table of statuses.
fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "A token is needed",
        StatusCode::FORBIDDEN => "This is not allowed",
        StatusCode::NOT_FOUND => "There is nothing here",
        StatusCode::CONFLICT => "Nothing was reaped",
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => "This is not understood",
        StatusCode::TOO_MANY_REQUESTS => "Too fast",
        StatusCode::SERVICE_UNAVAILABLE => "The queue cannot be read now",
        status => status.canonical_reason().unwrap_or("Something went wrong"),
    }
}
