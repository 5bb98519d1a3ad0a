use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::{Api, ok};
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::Problem;
use crate::surface::http::query::Query;

/// What is wrong with the queue, or will be, and what to do
///
/// Without a trial, which writes: that is for the command line.
#[utoipa::path(get, path = "/v1/doctor", operation_id = "doctor", tag = "look", responses(
    (status = 200, description = "The findings, the worst first.", body = ref("#/components/schemas/Diagnosis")),
    Refused<422>, Refused<500>,
))]
pub(crate) async fn doctor(State(api): State<Api>, uri: Uri) -> Result<Response, Problem> {
    Query::none(&uri)?;
    let told = api.answers.doctor().await;
    Ok(ok(told.map_err(|failed| failed.problem())?.json()))
}
