//! Who calls a tool.

use rmcp::RoleServer;
use rmcp::model::ProtocolVersion;
use rmcp::service::RequestContext;

use super::consent;
use super::ground::Ground;
use super::sessions::{self, Sessions};
use crate::surface::called_off::CalledOff;
use crate::surface::plans::Session;

/// A call's surroundings.
pub(super) struct Caller<'c> {
    pub(super) ground: &'c Ground,
    /// Whose plans it sees.
    pub(super) session: &'c Session,
    pub(super) context: &'c RequestContext<RoleServer>,
    /// Whether the client has said before that it can put a question to a person. It is not unsaid.
    pub(super) could_ask: bool,
    /// Those that are open, where there may be many.
    pub(super) sessions: Option<&'c Sessions>,
}

impl Caller<'_> {
    /// Whether a person can be asked.
    pub(super) fn can_ask(&self) -> bool {
        self.could_ask || self.says_that_it_can_ask()
    }

    /// Whether this very call says so.
    pub(super) fn says_that_it_can_ask(&self) -> bool {
        consent::can_ask(self.context.client_capabilities().as_ref())
    }

    /// What tells whether the call was called off, or its session has ended meanwhile.
    pub(super) fn called_off(&self) -> CalledOff {
        let open = self.sessions;
        let has_ended = open.and_then(|open| sessions::has_ended(open, self.context));
        let call = self.context.ct.clone();
        CalledOff::by(move || call.is_cancelled() || has_ended.as_ref().is_some_and(|has_ended| has_ended()))
    }
}

/// Whether the request is by a protocol in which each stands alone.
pub(super) fn has_no_sessions(context: &RequestContext<RoleServer>) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}
