//! HTTP.
#![allow(dead_code, reason = "to be used")]

mod accept;
mod answers;
mod api;
mod body;
mod cursor;
mod excerpt;
mod failed;
mod openapi;
mod probes;
mod problem;
mod query;
mod scope;
mod wording;

use axum::Router;
use axum::middleware::from_fn;

pub(crate) use self::api::Api;

/// Everything that is served, for who may come in.
pub(crate) fn router(api: Api) -> Router {
    Router::new()
        .merge(probes::probes())
        .merge(api.router())
        .layer(from_fn(wording::worded))
}
