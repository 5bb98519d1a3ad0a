//! HTTP.

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
mod routes;
mod scope;
pub(crate) mod tokens;
mod wording;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};

use super::mcp::Endpoint;
use super::page::{self, Page};
use super::serve::Way;
pub(crate) use answers::Answers;
pub(crate) use api::Api;
pub(crate) use doors::Doors;
pub(crate) use failed::Failed;
pub(crate) use gate::Caller;
use probes::Probes;
pub(crate) use problem::{Mistake, Problem, Step};

/// What those get who come this way, and may.
pub(crate) fn router(api: Api, models: &Endpoint, doors: &Doors, way: Way) -> Router {
    let probes = Probes::new(Arc::clone(&api.answers));
    let page = Page {
        desk: Arc::clone(&api.desk),
        answers: Arc::clone(&api.answers),
        plans: Arc::clone(&api.plans),
        may_write: doors.may_write(),
    };
    Router::new()
        .merge(probes.router())
        .merge(page::router(page))
        .merge(routes::routes(api))
        .merge(models.router())
        .layer(from_fn(bounded::bounded))
        .layer(from_fn_with_state(doors.gate(way), gate::gate))
        .layer(from_fn(wording::worded))
        .layer(map_response(guarded::guarded))
}
