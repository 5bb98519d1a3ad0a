//! HTTP.
#![allow(dead_code, reason = "to be used")]

mod accept;
mod probes;
mod problem;
mod wording;

use axum::Router;
use axum::middleware::from_fn;

/// Everything that is served, for who may come in.
pub(crate) fn router() -> Router {
    Router::new()
        .merge(probes::probes())
        .layer(from_fn(wording::worded))
}
