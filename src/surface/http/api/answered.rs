use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use crate::surface::http::problem::Problem;

/// An answer.
pub(super) fn ok(json: Map<String, Value>) -> Response {
    Json(Value::Object(json)).into_response()
}

/// Asks what writes, or must be of this very moment. It goes on where who asked goes away.
pub(super) async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    spawn_blocking(ask).await.map_err(|panicked| {
        tracing::error!("a request ended in a panic: {panicked}");
        Problem::bare(StatusCode::INTERNAL_SERVER_ERROR)
    })
}
