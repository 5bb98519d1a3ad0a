use std::sync::Arc;

use crate::surface::http::tokens::Kind;
use crate::surface::http::{Answers, Caller};
use crate::surface::plans::{Holder, Plans, Session};
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
    pub(super) fn session(caller: Caller) -> Session {
        let holder = match caller.0 {
            Some(Kind::Write) => Holder::Writer,
            _ => Holder::Reader,
        };
        Session::named(holder, "page")
    }
}
