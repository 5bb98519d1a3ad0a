//! MCP over HTTP: what stands at `/mcp`, behind the gate that asks for the token.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;
use tokio::sync::Semaphore;

use super::ground::Ground;
use super::server::{FULL, Server};
use super::sessions::{SESSION_ID, Sessions};
use crate::surface::plans::{Holder, Session};

/// How large a request may be, in bytes.
const LARGEST: usize = 64 << 10;

/// How many sessions may be open.
const SESSIONS: usize = 64;

/// How long one may say nothing: longer than a person may take to answer.
const QUIET: Duration = Duration::from_secs(600);

/// Names the protocol of a request.
const PROTOCOL: &str = "mcp-protocol-version";

/// The first protocol without sessions.
const WITHOUT_SESSIONS: &str = "2026-07-28";

/// What stands at `/mcp`.
#[derive(Clone)]
pub(crate) struct Endpoint {
    service: StreamableHttpService<Server, LocalSessionManager>,
    sessions: Sessions,
    ground: Ground,
}

impl Endpoint {
    /// For requests by these names, beside those of this machine to itself.
    pub(crate) fn new(ground: Ground, hosts: &[String]) -> Self {
        let mut sessions = LocalSessionManager::default();
        sessions.session_config.keep_alive = Some(QUIET);
        let sessions = Arc::new(sessions);
        let config = StreamableHttpServerConfig::default();
        let hosts = config.allowed_hosts.iter().chain(hosts).cloned();
        let hosts: Vec<_> = hosts.collect();
        // The gate lets in the page that stands at the very same place, and no other.
        let origins = hosts.iter().flat_map(|host| origins(host));
        let origins: Vec<_> = origins.collect();
        let config = config
            .with_allowed_hosts(hosts)
            .with_allowed_origins(origins)
            .enforce_origin_validation()
            .with_max_request_body_bytes(LARGEST);
        let sessionless = Session::named(Holder::Model, "MCP over HTTP, by a protocol without sessions");
        let of_whom = ground.clone();
        let room = Arc::new(Semaphore::new(SESSIONS));
        let open = Arc::clone(&sessions);
        let serve = move || {
            let (ground, sessionless) = (of_whom.clone(), sessionless.clone());
            let server = Server::of_many(ground, sessionless, Arc::clone(&open), Arc::clone(&room));
            server.map_err(io::Error::other)
        };
        Self {
            service: StreamableHttpService::new(serve, Arc::clone(&sessions), config),
            sessions,
            ground,
        }
    }

    /// The routes, to be put behind the gate.
    pub(crate) fn router(&self) -> Router {
        let bounded = middleware::from_fn_with_state(Arc::clone(&self.sessions), bounded);
        Router::new()
            .route_service("/mcp", self.service.clone())
            .layer(bounded)
    }

    /// Ends all sessions and open streams, and returns once no tool is at work any more.
    pub(crate) async fn end(&self) {
        self.service.config.cancellation_token.cancel();
        self.ground.close().await;
    }
}

/// Where a page of that host stands, whatever the port.
fn origins(host: &str) -> [String; 2] {
    let is_bare_address = host.contains(':') && !host.starts_with('[');
    let host = if is_bare_address {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    ["http", "https"].map(|scheme| format!("{scheme}://{host}:*"))
}

/// Tells early who would open one session too many, as far as that can be told by the headers: the bound itself is where one
/// is opened. And no token goes further: what is behind logs what it is given.
async fn bounded(State(sessions): State<Sessions>, mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(header::AUTHORIZATION);
    let headers = request.headers();
    let opens = request.method() == Method::POST
        && !headers.contains_key(SESSION_ID)
        && headers
            .get(PROTOCOL)
            .is_none_or(|protocol| protocol.as_bytes() < WITHOUT_SESSIONS.as_bytes());
    if opens && sessions.sessions.read().await.len() >= SESSIONS {
        let error = json!({ "jsonrpc": "2.0", "error": { "code": -32000, "message": FULL } });
        let later = [(header::RETRY_AFTER, "600")];
        return (StatusCode::SERVICE_UNAVAILABLE, later, Json(error)).into_response();
    }
    next.run(request).await
}
