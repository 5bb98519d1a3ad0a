//! A page for what went wrong.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::layout;
use super::said;
use crate::surface::exit::Exit;
use crate::surface::failure;

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

/// Why there is no page.
pub(super) struct Trouble {
    status: StatusCode,
    title: String,
    detail: String,
}

impl Trouble {
    pub(super) fn new(status: StatusCode, title: &str, detail: &str) -> Self {
        let (title, detail) = (title.to_owned(), detail.to_owned());
        Self {
            status,
            title,
            detail,
        }
    }

    /// What was asked for is not understood.
    pub(super) fn not_understood(why: String) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "This was not understood", &why)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        (
            self.status,
            Html(trouble(&self.title, &self.detail).into_string()),
        )
            .into_response()
    }
}

/// What the queue could not answer. Who is shown a page has a token, and may know why.
pub(super) fn failed(error: &anyhow::Error) -> Trouble {
    let (status, title) = match failure::exit(error) {
        Exit::Usage => (StatusCode::NOT_FOUND, "There is no such thing"),
        Exit::Busy => (StatusCode::SERVICE_UNAVAILABLE, "The database is busy"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "The queue cannot be read"),
    };
    Trouble::new(status, title, &failure::text(error))
}
