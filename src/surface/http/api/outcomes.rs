use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use utoipa::IntoParams;

use super::{Api, ok};
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::Problem;
use crate::surface::http::query::Query;
use crate::surface::verbs::OutcomesAsked;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutcomesQuery {
    /// The reaps of so much time until now; 30d unless given.
    #[param(nullable = false, value_type = Option<String>, pattern = "^[1-9][0-9]{0,5}[smhdw]$")]
    since: Option<Duration>,
    /// What had become of each when so much time after it was over; 24h unless given.
    #[param(nullable = false, value_type = Option<String>, pattern = "^[1-9][0-9]{0,5}[smhdw]$")]
    horizon: Option<Duration>,
    /// Those of this project, by name or id.
    #[param(nullable = false, min_length = 1, max_length = 2048)]
    project: Option<String>,
    /// Those for this reason, by its code.
    #[param(nullable = false, min_length = 1, max_length = 2048)]
    reason: Option<String>,
    /// Say too what silence has cost, and for how long to bear it.
    #[param(required = false, default = false)]
    suggest: bool,
}

impl OutcomesQuery {
    fn read(uri: &Uri) -> Result<Self, Problem> {
        let mut query = Query::of(uri);
        let asked = Self {
            since: query.time("since"),
            horizon: query.time("horizon"),
            project: query.name("project"),
            reason: query.name("reason"),
            suggest: query.flag("suggest"),
        };
        query.end()?;
        Ok(asked)
    }
}

/// What reaps came to, by project, kind and reason
#[utoipa::path(get, path = "/v1/outcomes", operation_id = "outcomes", tag = "look", params(OutcomesQuery), responses(
    (status = 200, description = "What became of the reaps.", body = ref("#/components/schemas/OutcomesLooked")),
    Refused<404>, Refused<422>, Refused<500>,
))]
pub(crate) async fn outcomes(State(api): State<Api>, uri: Uri) -> Result<Response, Problem> {
    let asked = OutcomesQuery::read(&uri)?;
    let outcomes = OutcomesAsked {
        since: asked.since,
        horizon: asked.horizon,
        project: asked.project,
        reason: asked.reason,
        suggest: asked.suggest,
    };
    let told = api.answers.outcomes(outcomes).await;
    Ok(ok(told.map_err(|failed| failed.problem())?.json()))
}
