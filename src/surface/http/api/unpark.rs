use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Api, blocking};
use crate::surface::http::body::Body;
use crate::surface::http::failed::Failed;
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::{Mistake, Problem, Step};
use crate::surface::http::query::{is_too_long, too_long};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnparkBody {
    task: String,
}

/// Open a task that a sweep has parked
#[utoipa::path(post, path = "/v1/unpark", operation_id = "unpark", tag = "sweep",
    request_body(content = ref("#/components/schemas/UnparkRequest"), description = "The task."),
    responses(
        (status = 200, description = "The task is open again.", body = ref("#/components/schemas/Unparked")),
        (status = 409, description = "The task is not parked, or none can be in this queue.",
            content((ref("#/components/schemas/Problem") = "application/problem+json"))),
        Refused<404>, Refused<408>, Refused<413>, Refused<415>, Refused<422>, Refused<429>, Refused<500>,
    ))]
pub(crate) async fn unpark(
    State(api): State<Api>,
    Body(UnparkBody { task }): Body<UnparkBody>,
) -> Result<Response, Problem> {
    if is_too_long(&task) {
        let loc = [Step::from("body"), Step::from("task")];
        return Err(Problem::mistakes(vec![Mistake::new(
            "too_long",
            loc,
            too_long(&task),
        )]));
    }
    if api.desk.is_read_only() {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "this server was started to read only: it opens tasks once it is started without --read-only",
        ));
    }
    let desk = Arc::clone(&api.desk);
    let unparked = blocking(move || desk.unpark(&task)).await;
    api.answers.forget();
    let report = unparked?.map_err(|error| Failed::from(&error).problem())?;
    Ok(Json(report).into_response())
}
