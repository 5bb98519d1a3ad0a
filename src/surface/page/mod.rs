//! The page: how the queue stands, for people. HTML and one stylesheet, no script.

mod asked;
mod confirm;
mod ground;
mod layout;
mod overview;
mod reaping;
mod said;
mod showing;
mod swept;
mod task;
mod trouble;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

pub(crate) use ground::{MayWrite, Page};
pub(crate) use layout::page as layout;
pub(crate) use swept::swept;
pub(crate) use trouble::trouble;

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
