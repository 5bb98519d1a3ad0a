//! Who may come in: decided once for each request, before anything else looks at it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, ORIGIN, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::credentials::credentials;
use super::host::Hosts;
use super::origin::{may_ask, page};
use super::pace::Paces;
use super::problem::Problem;
use super::tokens::{Kind, Tokens};

/// What a program is told to show, and what has a browser ask for a password.
const CHALLENGES: [&str; 2] = [
    "Basic realm=\"zombie-sweeper\", charset=\"UTF-8\"",
    "Bearer realm=\"zombie-sweeper\"",
];

/// What stands open: a supervisor has no token.
const OPEN: [&str; 2] = ["/livez", "/readyz"];

/// The forms of the page. One asks what would be reaped; the other has a field for the token that may write.
const FORMS: [&str; 2] = ["/plans", "/sweeps"];

/// Where models come in.
const MCP: &str = "/mcp";

/// Who came in: the kind of the token that was shown. Nobody's, where it stands open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller(pub(crate) Option<Kind>);

/// The gate of one way in.
pub(super) struct Gate {
    pub(super) tokens: Arc<Tokens>,
    pub(super) hosts: Hosts,
    /// Whether all that comes has come by way of a proxy that speaks TLS.
    pub(super) is_behind_tls: bool,
    pub(super) paces: Arc<Paces>,
}

/// Lets a request in, or says why not.
pub(super) async fn gate(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    match gate.admits(&request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            if caller == Caller(None) {
                // Nor is anything of a stranger's heard that nobody asked for.
                *request.body_mut() = Body::empty();
            }
            let mut response = next.run(request).await;
            if caller == Caller(None) {
                part(&mut response);
            }
            response
        }
        Err(problem) => {
            let mut response = problem.into_response();
            part(&mut response);
            response
        }
    }
}

/// Who was not let in keeps no place from who may come.
fn part(response: &mut Response) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
}

impl Gate {
    fn admits(&self, request: &Request) -> Result<Caller, Problem> {
        let host = self.hosts.of(request)?;
        let shown = credentials(request.headers());
        let kind = shown.as_ref().and_then(|shown| self.tokens.kind(&shown.token));
        let (method, path) = (request.method(), request.uri().path());
        let Some(wanted) = wanted(method, path) else {
            return Ok(Caller(kind));
        };
        let Some(kind) = kind else {
            return Err(unknown(shown.is_some()));
        };
        if !kind.opens(wanted) {
            return Err(too_little(kind, wanted));
        }
        let page = page(request.headers(), &self.origins(&host))?;
        let is_bearer = shown.is_some_and(|shown| shown.is_bearer);
        may_ask(page, method.is_safe(), is_bearer)
            .map_err(|problem| self.by_plain_http(request, &host).unwrap_or(problem))?;
        if !method.is_safe() {
            self.paces.of(kind).take().map_err(|after| {
                let said = "more is written than is good for the queue; try again a little later";
                Problem::try_again(StatusCode::TOO_MANY_REQUESTS, said, after)
            })?;
        }
        Ok(Caller(Some(kind)))
    }

    /// What is wrong where our own page was opened beside the proxy that all is to come through.
    fn by_plain_http(&self, request: &Request, host: &str) -> Option<Problem> {
        let origin = request.headers().get(ORIGIN)?;
        let is_it = self.is_behind_tls && origin.as_bytes() == format!("http://{host}").as_bytes();
        let said = "this page was opened by http: the server was started with --behind-tls, and expects https, through the proxy";
        is_it.then(|| Problem::new(StatusCode::FORBIDDEN, said))
    }

    /// The origins of our own pages, by the name that they were asked for.
    fn origins(&self, host: &str) -> Vec<String> {
        let is_secure = self.is_behind_tls || self.hosts.is_named(host);
        let schemes = [("https", is_secure), ("http", !self.is_behind_tls)];
        let schemes = schemes.iter().filter(|(_, may_be)| *may_be);
        schemes.map(|(scheme, _)| format!("{scheme}://{host}")).collect()
    }
}

/// The kind of token that a request wants; none, where it stands open.
fn wanted(method: &Method, path: &str) -> Option<Kind> {
    let below = path.strip_prefix(MCP);
    if below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        Some(Kind::Mcp)
    } else if FORMS.contains(&path) {
        Some(Kind::Read)
    } else if !method.is_safe() {
        Some(Kind::Write)
    } else if OPEN.contains(&path) {
        None
    } else {
        Some(Kind::Read)
    }
}

fn unknown(has_shown_one: bool) -> Problem {
    let problem = if has_shown_one {
        let said = "this token opens nothing here: expected one of this server's, as its file had it when the server started; \
                    after a change, start the server again";
        Problem::new(StatusCode::UNAUTHORIZED, said)
    } else {
        Problem::bare(StatusCode::UNAUTHORIZED)
    };
    CHALLENGES.into_iter().fold(problem, |problem, challenge| {
        problem.with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    })
}

fn too_little(kind: Kind, wanted: Kind) -> Problem {
    let said = format!(
        "the {} token does not open this: expected the {} token",
        kind.name(),
        wanted.name()
    );
    Problem::new(StatusCode::FORBIDDEN, said)
}
