use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::{Api, ok};
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::Problem;
use crate::surface::http::query::Query;

/// Which table and column plays which role, and the words
#[utoipa::path(get, path = "/v1/schema", operation_id = "schema", tag = "look", responses(
    (status = 200, description = "What is understood of the queue.", body = ref("#/components/schemas/UnderstoodLooked")),
    Refused<422>, Refused<500>,
))]
pub(crate) async fn schema(State(api): State<Api>, uri: Uri) -> Result<Response, Problem> {
    Query::none(&uri)?;
    let told = api.answers.schema().await;
    Ok(ok(told.map_err(|failed| failed.problem())?.json()))
}
