//! How large a request may be, and how long it may take to come.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;
use tokio::time::timeout;

use super::problem::Problem;

/// How large a body may be.
const BODY: usize = 64 * 1024;

/// How long it may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);

/// A layer that has all of a request's body before anything looks at it.
pub(super) async fn bounded(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match whole(body).await {
        Ok(body) => next.run(Request::from_parts(head, body)).await,
        Err(problem) => {
            let mut response = problem.into_response();
            // What is left of it is not waited for.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
            response
        }
    }
}

async fn whole(body: Body) -> Result<Body, Problem> {
    if body.is_end_stream() {
        return Ok(Body::empty());
    }
    if body.size_hint().lower() > BODY as u64 {
        return Err(Problem::bare(StatusCode::PAYLOAD_TOO_LARGE));
    }
    match timeout(BODY_TIME, Limited::new(body, BODY).collect()).await {
        Ok(Ok(body)) => Ok(Body::from(body.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::bare(StatusCode::PAYLOAD_TOO_LARGE)),
        Ok(Err(_)) => {
            let said =
                "the body is not what its header says: expected all of it, found less or something else";
            Err(Problem::new(StatusCode::BAD_REQUEST, said))
        }
        Err(_) => Err(Problem::bare(StatusCode::REQUEST_TIMEOUT)),
    }
}
