use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::{Api, blocking};
use crate::surface::http::openapi::Refused;
use crate::surface::http::problem::Problem;
use crate::surface::verbs::{Sweeps, monitor};

/// The form that Prometheus reads.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a monitor reads
///
/// The last sweep, and all of them, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "watch", responses(
    (status = 200, description = "The metrics.", content((ref("#/components/schemas/Text") = "text/plain; version=0.0.4; charset=utf-8"))),
    Refused<500>,
))]
pub(crate) async fn metrics(State(api): State<Api>) -> Result<Response, Problem> {
    let desk = Arc::clone(&api.desk);
    let text = blocking(move || {
        let sweeps = Sweeps {
            project: desk.project(),
            is_narrowed: false,
            is_dry: false,
        };
        monitor::text(desk.site(), sweeps)
    });
    Ok(([(CONTENT_TYPE, TEXT)], text.await?).into_response())
}
