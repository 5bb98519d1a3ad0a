//! Where each verb is asked.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

use super::api::{Api, doctor, explain, history, metrics, outcomes, plan, plans, schema, sweeps, unpark};
use super::{openapi, wording};

/// Every route of the API; who may come in is asked before.
pub(super) fn routes(api: Api) -> Router {
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
        .with_state(api)
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
