use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use utoipa::IntoParams;
use zombie_sweeper::zombie::Timestamp;

use super::{Api, ok};
use crate::surface::http::body::Body;
use crate::surface::http::cursor::Place;
use crate::surface::http::excerpt::Pages;
use crate::surface::http::failed::Failed;
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::Problem;
use crate::surface::http::query::Query;
use crate::surface::http::scope::ScopeBody;
use crate::surface::plans::KeptPlan;
use crate::surface::verbs::Desk;

/// How many tasks the answer to a new plan lists: the rest is had by its address.
const FIRST: usize = 50;

/// Keep a plan
///
/// Looks afresh, and keeps exactly what a sweep would reap, for five minutes. It is used once, by `POST /v1/sweeps`.
#[utoipa::path(post, path = "/v1/plans", operation_id = "keepPlan", tag = "sweep",
    request_body(content = ref("#/components/schemas/Scope"), description = "Which tasks it is narrowed to; an empty object for all."),
    responses(
        (status = 201, description = "The plan, with the first of its tasks.", body = ref("#/components/schemas/KeptPlan"),
            headers(("Location" = String, description = "Where all of it can be read."))),
        Refused<404>, Refused<408>, Refused<413>, Refused<415>, Refused<422>, Refused<429>, Refused<500>,
    ))]
pub(crate) async fn keep(State(api): State<Api>, Body(asked): Body<ScopeBody>) -> Result<Response, Problem> {
    let scope = asked.scope()?;
    let plan = move |desk: &Desk| desk.plan(&scope).map(|found| (scope, found));
    let planned = api
        .answers
        .afresh(plan)
        .await
        .map_err(|failed| failed.problem())?;
    let (scope, (report, planned)) = planned.map_err(|error| Failed::from(&error).problem())?;
    let kept = api.plans.keep(&Api::session(), scope, report, planned);
    let plan = kept.map_err(|why| Problem::from(&why))?;
    let location = HeaderValue::try_from(format!("/v1/plans/{}", plan.id));
    let mut response = (StatusCode::CREATED, ok(page(&plan, None, FIRST))).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeptPlanQuery {
    /// How many tasks a page lists; counts are of all.
    #[param(required = false, minimum = 1, maximum = 1000, default = 50)]
    limit: usize,
    /// The `next` of the page before.
    #[param(nullable = false, value_type = Option<String>, max_length = 4096, pattern = "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$")]
    cursor: Option<Place>,
}

/// Read a plan that is kept
///
/// The lists tell of the tasks of one page. Reading it does not use it.
#[utoipa::path(get, path = "/v1/plans/{plan_id}", operation_id = "keptPlan", tag = "sweep",
    params(("plan_id" = String, Path, description = "The `plan_id` that was given.", pattern = "^[0-9a-f]{32}$"), KeptPlanQuery),
    responses(
        (status = 200, description = "The plan.", body = ref("#/components/schemas/KeptPlan")),
        Refused<404>, Refused<422>, Refused<500>,
    ))]
pub(crate) async fn show(
    State(api): State<Api>,
    plan_id: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut query = Query::of(&uri);
    let asked = KeptPlanQuery {
        limit: query.limit(),
        cursor: query.cursor(Place::read),
    };
    query.end()?;
    let plan = plan_id
        .ok()
        .and_then(|Path(plan_id)| api.plans.show(&plan_id, &Api::session()));
    let plan = plan.ok_or_else(no_such_plan)?;
    Ok(ok(page(&plan, asked.cursor.as_ref(), asked.limit)))
}

pub(super) fn no_such_plan() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "there is no such plan: expected the `plan_id` of one that was made here in the last five minutes and is not used \
         yet; make another by POST /v1/plans",
    )
}

fn page(plan: &KeptPlan, after: Option<&Place>, limit: usize) -> Map<String, Value> {
    let mut report = plan.report.clone();
    let mut json = Pages::of(&mut report).page(&report, after, limit);
    json.insert("plan_id".to_owned(), plan.id.as_str().into());
    let expires_at = Timestamp::from(plan.expires_at).to_rfc3339();
    json.insert("expires_at".to_owned(), expires_at.into());
    json
}
