//! The verbs over HTTP: JSON, a file a verb. None of them decides anything.

mod doctor;
mod explain;
mod history;
mod metrics;
mod outcomes;
mod plan;
mod plans;
mod schema;
mod sweeps;
mod unpark;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use super::answers::Answers;
use super::problem::Problem;
use super::{openapi, wording};
use crate::surface::plans::{Plans, Session};
use crate::surface::verbs::Desk;

pub(super) use self::{
    doctor::__path_doctor, explain::__path_explain, history::__path_history, outcomes::__path_outcomes,
    plan::__path_plan, plans::__path_keep, plans::__path_show, schema::__path_schema, sweeps::__path_sweep,
    unpark::__path_unpark,
};

/// What the verbs are asked of.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) desk: Arc<Desk>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) plans: Arc<Plans>,
}

impl Api {
    pub(crate) fn new(desk: Arc<Desk>, plans: Arc<Plans>) -> Self {
        let answers = Arc::new(Answers::new(Arc::clone(&desk)));
        Self { desk, answers, plans }
    }

    /// Whoever comes by HTTP with the token that may sweep. Only they make plans here, and no session of MCP may use them.
    pub(crate) fn session() -> Session {
        Session::named("http")
    }

    /// Every route of the API; who may come in is asked before.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/v1/plan", asked(get(plan::plan)))
            .route("/v1/plans", sent(post(plans::keep)))
            .route("/v1/plans/{plan_id}", asked(get(plans::show)))
            .route("/v1/sweeps", sent(post(sweeps::sweep)))
            .route("/v1/explain", asked(get(explain::explain)))
            .route("/v1/history", asked(get(history::history)))
            .route("/v1/outcomes", asked(get(outcomes::outcomes)))
            .route("/v1/doctor", asked(get(doctor::doctor)))
            .route("/v1/schema", asked(get(schema::schema)))
            .route("/v1/unpark", sent(post(unpark::unpark)))
            .route("/metrics", asked(get(metrics::metrics)))
            .route("/openapi.json", asked(get(described)))
            .route("/docs", asked(get(openapi::page)))
            .with_state(self)
    }
}

/// A path that is read.
fn asked(routes: MethodRouter<Api>) -> MethodRouter<Api> {
    routes.options(async || wording::options("GET, HEAD, OPTIONS"))
}

/// A path that is posted to.
fn sent(routes: MethodRouter<Api>) -> MethodRouter<Api> {
    routes.options(async || wording::options("POST, OPTIONS"))
}

async fn described() -> Response {
    (
        [(CONTENT_TYPE, "application/json")],
        openapi::document().to_string(),
    )
        .into_response()
}

/// An answer.
fn ok(json: Map<String, Value>) -> Response {
    Json(Value::Object(json)).into_response()
}

/// Asks what writes, or must be of this very moment. It goes on where who asked goes away.
async fn blocking<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    spawn_blocking(ask).await.map_err(|panicked| {
        tracing::error!("a request ended in a panic: {panicked}");
        Problem::bare(StatusCode::INTERNAL_SERVER_ERROR)
    })
}
