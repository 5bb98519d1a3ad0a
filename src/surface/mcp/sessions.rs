//! The sessions that are open, and whether that of a call still is.

use std::sync::Arc;

use axum::http::request::Parts;
use rmcp::RoleServer;
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;

/// Names a session.
pub(super) const SESSION_ID: &str = "mcp-session-id";

/// Those of all clients that share an address.
pub(super) type Sessions = Arc<LocalSessionManager>;

/// What tells whether the session of a call has ended, where it is of one. rmcp lets the calls of one that has ended go on for
/// a while.
pub(super) fn has_ended(
    sessions: &Sessions,
    context: &RequestContext<RoleServer>,
) -> Option<impl Fn() -> bool + Send + Sync + use<>> {
    let request = context.extensions.get::<Parts>()?;
    let id = request.headers.get(SESSION_ID)?.to_str().ok()?.to_owned();
    let sessions = Arc::clone(sessions);
    Some(move || {
        // Where one is being opened or closed, it is looked again in a moment.
        let open = sessions.sessions.try_read();
        open.is_ok_and(|open| !open.contains_key(id.as_str()))
    })
}
