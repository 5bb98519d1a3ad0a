//! How a refusal is said, whoever refused: as a problem, or to who prefers it as a page.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::accept::prefers_html;
use super::problem::Problem;
use crate::surface::page::{swept, trouble};

/// Where models come in.
const MCP: &str = "/mcp";

/// How a body that is no message is told of there, before what is wrong with it.
const UNREAD: &str = "fail to deserialize request body";

/// No reason in plain text is longer, in bytes.
const LONGEST: usize = 16 * 1024;

/// A layer around routes: what they refuse is said as a problem, a panic is one without reasons, and who goes away before
/// the answer cuts nothing short.
pub(crate) async fn worded(request: Request, next: Next) -> Response {
    let as_page = prefers_html(request.headers());
    let is_of_models = request.uri().path().starts_with(MCP);
    let response = match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(panicked) => {
            tracing::error!("a request ended in a panic: {panicked}");
            Problem::bare(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    };
    if is_of_models {
        return of_models(response).await;
    }
    said(response, as_page)
}

/// What is refused to models is said by who speaks their protocol, in plain text: that stays the reason.
async fn of_models(response: Response) -> Response {
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    if !is_refusal || response.extensions().get::<Problem>().is_some() || is_of_own_form(response.headers()) {
        return said(response, false);
    }
    let (head, body) = response.into_parts();
    let text = to_bytes(body, LONGEST).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    if text.trim().is_empty() {
        return of_routes(status, &head.headers, false);
    }
    let text = text.trim();
    let problem = match text.strip_prefix(UNREAD) {
        Some(why) => Problem::new(
            status,
            format!(
                "the body is not understood: expected a message of MCP in JSON, found {:?}",
                why.trim()
            ),
        ),
        None => Problem::new(status, text),
    };
    let allowed = head.headers.get(ALLOW).cloned();
    let problem = allowed
        .into_iter()
        .fold(problem, |problem, allowed| problem.with_header(ALLOW, allowed));
    problem.into_response()
}

/// An answer, where it is a refusal in the form that is preferred.
fn said(response: Response, as_page: bool) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    match response.extensions().get::<Problem>() {
        Some(problem) if as_page => of_page(problem),
        // It stands there, or somebody else has said it in a form of their own.
        Some(_) => response,
        None if is_of_own_form(response.headers()) => response,
        None => of_routes(status, response.headers(), as_page),
    }
}

/// Whether somebody has said it already: in a page, or by a protocol of its own. What axum says is plain text, or nothing.
fn is_of_own_form(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok());
    media.is_some_and(|media| !media.starts_with("text/plain"))
}

/// What axum refuses by itself: a path or method that is not there, a body that is too large.
fn of_routes(status: StatusCode, headers: &HeaderMap, as_page: bool) -> Response {
    let mut problem = Problem::bare(status);
    if let Some(allowed) = headers.get(ALLOW) {
        problem = problem.with_header(ALLOW, allowed.clone());
    }
    if as_page {
        of_page(&problem)
    } else {
        problem.into_response()
    }
}

fn of_page(problem: &Problem) -> Response {
    let page = match problem.committed() {
        Some(report) => swept(None, report, Some(problem.detail())),
        None => trouble(problem.status(), problem.detail()),
    };
    let mut response = (problem.status(), Html(page.into_string())).into_response();
    for (name, value) in problem.headers() {
        response.headers_mut().append(name, value.clone());
    }
    response
}

/// The answer to `OPTIONS`: what else there is to ask.
pub(crate) fn options(allowed: &'static str) -> Response {
    let mut response = (StatusCode::NO_CONTENT, [(ALLOW, allowed)], Body::empty()).into_response();
    response.headers_mut().remove(CONTENT_LENGTH);
    response
}
