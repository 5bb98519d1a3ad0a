//! How large a request may be, and how long it may take to come.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::time::timeout;

use super::problem::Problem;

/// How large a body may be.
const BODY: u64 = 64 * 1024;

/// How much is heard of one that is too large.
const HEARD: u64 = 1024 * 1024;

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
    if body.size_hint().lower() > HEARD {
        return Err(Problem::bare(StatusCode::PAYLOAD_TOO_LARGE));
    }
    timeout(BODY_TIME, heard_out(body))
        .await
        .unwrap_or_else(|_| Err(Problem::bare(StatusCode::REQUEST_TIMEOUT)))
}

/// One that is too large is heard out all the same, and not kept: who is cut off while sending may not hear why.
async fn heard_out(mut body: Body) -> Result<Body, Problem> {
    let (mut kept, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            let said =
                "the body is not what its header says: expected all of it, found less or something else";
            Problem::new(StatusCode::BAD_REQUEST, said)
        })?;
        let Ok(part) = frame.into_data() else {
            continue;
        };
        length += part.len() as u64;
        if length > HEARD {
            break;
        }
        if length > BODY {
            kept = Vec::new();
        } else {
            kept.extend_from_slice(&part);
        }
    }
    if length > BODY {
        return Err(Problem::bare(StatusCode::PAYLOAD_TOO_LARGE));
    }
    Ok(Body::from(kept))
}
