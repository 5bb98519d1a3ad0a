//! What a supervisor asks, who has no token: whether it lives, and whether it is ready.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::{Instant, timeout};

use super::answers::Answers;
use super::failed::Failed;
use super::gate::Caller;
use super::problem::Problem;
use crate::surface::verbs::Scope;

/// How long what was found holds: whoever asks more often costs the queue no more.
const HOLDS: Duration = Duration::from_secs(5);

/// Up to when a supervisor is answered: most take five seconds for never.
const PATIENCE: Duration = Duration::from_secs(4);

/// What a supervisor is told of.
#[derive(Clone)]
pub(super) struct Probes {
    answers: Arc<Answers>,
    found: Arc<Mutex<Option<Found>>>,
}

/// Whether the queue could be looked at, and when.
#[derive(Clone)]
struct Found {
    at: Instant,
    failed: Option<Failed>,
}

impl Probes {
    pub(super) fn new(answers: Arc<Answers>) -> Self {
        Self {
            answers,
            found: Arc::default(),
        }
    }

    /// The probes. A stranger learns nothing by them but that.
    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/livez", get(live))
            .route("/readyz", get(ready))
            .with_state(self)
    }

    /// Why the queue cannot be looked at, where it cannot.
    async fn failure(&self) -> Option<Failed> {
        if let Some(found) = self.found().clone().filter(|found| found.at.elapsed() < HOLDS) {
            return found.failed;
        }
        // Where that takes longer, it goes on, and who asks again is told what came of it.
        let Ok(looked) = timeout(PATIENCE, self.answers.look(Scope::default())).await else {
            return Some(Failed::too_late());
        };
        let failed = looked.err();
        *self.found() = Some(Found {
            at: Instant::now(),
            failed: failed.clone(),
        });
        failed
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it lives
///
/// Wants no token.
#[utoipa::path(get, path = "/livez", operation_id = "livez", tag = "watch", security(()), responses(
    (status = 200, description = "It answers.", content((ref("#/components/schemas/Text") = "text/plain; charset=utf-8"))),
))]
pub(super) async fn live() -> &'static str {
    "alive\n"
}

/// Whether it is ready
///
/// Wants no token; who has one is told why it is not.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "watch", security(()), responses(
    (status = 200, description = "The queue can be looked at.", content((ref("#/components/schemas/Text") = "text/plain; charset=utf-8"))),
))]
pub(super) async fn ready(State(probes): State<Probes>, Extension(caller): Extension<Caller>) -> Response {
    match (probes.failure().await, caller) {
        (None, _) => "ready\n".into_response(),
        (Some(_), Caller(None)) => Problem::bare(StatusCode::SERVICE_UNAVAILABLE).into_response(),
        (Some(failed), Caller(Some(_))) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, failed.text()).into_response()
        }
    }
}
