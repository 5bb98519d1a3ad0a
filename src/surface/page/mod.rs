//! The page: how the queue stands, for people. HTML and one stylesheet, no script.

mod asked;
mod confirm;
mod layout;
mod overview;
mod reaping;
mod said;
mod showing;
mod swept;
mod task;
mod trouble;

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::http::Answers;
use super::plans::{Plans, Session};
use super::verbs::Desk;
pub(crate) use layout::page as layout;
pub(crate) use trouble::trouble;

/// Whether this is the token that may write.
pub(crate) type MayWrite = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What the pages are drawn from.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) desk: Arc<Desk>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) plans: Arc<Plans>,
    pub(crate) may_write: MayWrite,
}

impl Page {
    /// Whose plans those are that are made here. Who may only read can make them too, and so they push out no other's.
    fn session() -> Session {
        Session::named("page")
    }
}

/// The pages, and what they are drawn with.
pub(crate) fn router(page: Page) -> Router {
    Router::new()
        .route("/", get(showing::overview))
        .route("/task", get(showing::task))
        .route("/plans", post(reaping::ask).get(reaping::from_the_start))
        .route("/sweeps", post(reaping::sweep).get(reaping::from_the_start))
        .with_state(page)
        .route("/style.css", get(async || drawn(CSS, include_str!("style.css"))))
        .route("/icon.svg", get(async || drawn(SVG, include_str!("icon.svg"))))
}

const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// It is the same until the program is another one.
fn drawn(media: &'static str, text: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, media), (CACHE_CONTROL, "private, max-age=60")];
    (headers, text).into_response()
}
