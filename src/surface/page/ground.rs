use std::sync::Arc;

use crate::surface::http::Answers;
use crate::surface::plans::{Plans, Session};
use crate::surface::verbs::Desk;

/// Whether this is the token that may write.
pub(crate) type MayWrite = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What the pages are drawn from.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) desk: Arc<Desk>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) plans: Arc<Plans>,
    pub(crate) may_write: MayWrite,
}

impl Page {
    /// Whose plans those are that are made here. Who may only read can make them too, and so they push out no other's.
    pub(super) fn session() -> Session {
        Session::named("page")
    }
}
