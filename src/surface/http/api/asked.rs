use std::sync::Arc;

use crate::surface::http::answers::Answers;
use crate::surface::plans::{Holder, Plans, Session};
use crate::surface::verbs::Desk;

/// What the verbs are asked of.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) desk: Arc<Desk>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) plans: Arc<Plans>,
}

impl Api {
    pub(crate) fn new(desk: Arc<Desk>, plans: Arc<Plans>) -> Self {
        let answers = Arc::new(Answers::new(Arc::clone(&desk)));
        Self { desk, answers, plans }
    }

    /// Whoever comes by HTTP with the token that may sweep. Only they make plans here, and no session of MCP may use them.
    pub(crate) fn session() -> Session {
        Session::named(Holder::Writer, "http")
    }
}
