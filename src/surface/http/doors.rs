use std::sync::Arc;

use super::gate::Gate;
use super::host::Hosts;
use super::pace::Paces;
use super::tokens::{Kind, Tokens};
use crate::surface::page::MayWrite;
use crate::surface::serve::Way;

/// Who may come in, whichever way.
pub(crate) struct Doors {
    tokens: Arc<Tokens>,
    allowed_hosts: Vec<String>,
    is_behind_tls: bool,
    paces: Arc<Paces>,
}

impl Doors {
    /// With these tokens, for these names besides localhost.
    pub(crate) fn new(tokens: Tokens, allowed_hosts: &[String], is_behind_tls: bool) -> Self {
        Self {
            tokens: Arc::new(tokens),
            allowed_hosts: allowed_hosts.to_vec(),
            is_behind_tls,
            paces: Arc::default(),
        }
    }

    /// Tells the token that may write, where it is shown in another place than the header of a request.
    pub(super) fn may_write(&self) -> MayWrite {
        let tokens = Arc::clone(&self.tokens);
        Arc::new(move |shown| tokens.kind(shown) == Some(Kind::Write))
    }

    pub(super) fn gate(&self, way: Way) -> Arc<Gate> {
        Arc::new(Gate {
            tokens: Arc::clone(&self.tokens),
            hosts: Hosts {
                named: self.allowed_hosts.clone(),
                has_addresses: way == Way::Tcp,
            },
            is_behind_tls: self.is_behind_tls,
            paces: Arc::clone(&self.paces),
        })
    }
}
