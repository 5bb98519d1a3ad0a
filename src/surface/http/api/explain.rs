use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use utoipa::IntoParams;

use super::{Api, ok};
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::Problem;
use crate::surface::http::query::Query;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExplainQuery {
    /// The task, by its id.
    #[param(max_length = 2048)]
    task: String,
    /// As a sweep of this project would see it, by name or id.
    #[param(nullable = false, min_length = 1, max_length = 2048)]
    project: Option<String>,
}

impl ExplainQuery {
    fn read(uri: &Uri) -> Result<Self, Problem> {
        let mut query = Query::of(uri);
        let asked = Self {
            task: query.needed_id("task"),
            project: query.name("project"),
        };
        query.end()?;
        Ok(asked)
    }
}

/// Everything that a sweep would go by, and do, with one task
#[utoipa::path(get, path = "/v1/explain", operation_id = "explain", tag = "look", params(ExplainQuery), responses(
    (status = 200, description = "The task, its runs and signs of life, and the verdict.", body = ref("#/components/schemas/ExplanationLooked")),
    Refused<404>, Refused<422>, Refused<500>,
))]
pub(crate) async fn explain(State(api): State<Api>, uri: Uri) -> Result<Response, Problem> {
    let asked = ExplainQuery::read(&uri)?;
    let told = api.answers.explain(asked.task, asked.project).await;
    Ok(ok(told.map_err(|failed| failed.problem())?.json()))
}
