//! What a supervisor asks, who has no token: whether it lives, and whether it is ready.

use axum::Router;
use axum::routing::get;

/// The probes. A stranger learns nothing by them but that.
pub(super) fn probes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(async || "ready\n"))
}
