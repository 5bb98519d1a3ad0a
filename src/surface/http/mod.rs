//! HTTP.
#![allow(dead_code, reason = "to be used")]

mod accept;
mod answers;
mod api;
mod body;
mod bounded;
mod credentials;
mod cursor;
mod doors;
mod excerpt;
mod failed;
mod gate;
mod guarded;
mod host;
mod openapi;
mod origin;
mod pace;
mod probes;
mod problem;
mod query;
mod scope;
pub(crate) mod tokens;
mod wording;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};

use super::serve::Way;
pub(crate) use api::Api;
pub(crate) use doors::Doors;
use probes::Probes;

/// What those get who come this way, and may.
pub(crate) fn router(api: Api, doors: &Doors, way: Way) -> Router {
    let probes = Probes::new(Arc::clone(&api.answers));
    Router::new()
        .merge(probes.router())
        .merge(api.router())
        .layer(from_fn(bounded::bounded))
        .layer(from_fn_with_state(doors.gate(way), gate::gate))
        .layer(from_fn(wording::worded))
        .layer(map_response(guarded::guarded))
}
