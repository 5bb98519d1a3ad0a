//! HTTP.
#![allow(dead_code, reason = "to be used")]

mod accept;
mod bounded;
mod credentials;
mod gate;
mod guarded;
mod host;
mod origin;
mod pace;
mod probes;
mod problem;
pub(crate) mod tokens;
mod wording;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};

use super::serve::{Ending, Way};
use super::verbs::Desk;
use gate::Gate;
use host::Hosts;
use pace::Pace;
use tokens::Tokens;

/// What all that answers has in common.
pub(crate) struct Served {
    pub(crate) desk: Arc<Desk>,
    /// Says when what is long is to be cut short.
    pub(crate) ending: Ending,
}

/// Who may come in.
pub(crate) struct Doors {
    tokens: Arc<Tokens>,
    allowed_hosts: Vec<String>,
    is_behind_tls: bool,
    /// Whichever way they come.
    paces: Arc<[Pace; 2]>,
}

impl Doors {
    /// With these tokens, for these names besides localhost.
    pub(crate) fn new(tokens: Tokens, allowed_hosts: &[String], is_behind_tls: bool) -> Self {
        Self {
            tokens: Arc::new(tokens),
            allowed_hosts: allowed_hosts.to_vec(),
            is_behind_tls,
            paces: Arc::new([Pace::new(), Pace::new()]),
        }
    }

    fn gate(&self, way: Way) -> Gate {
        Gate {
            tokens: Arc::clone(&self.tokens),
            hosts: Hosts {
                named: self.allowed_hosts.clone(),
                has_addresses: way == Way::Tcp,
            },
            is_behind_tls: self.is_behind_tls,
            paces: Arc::clone(&self.paces),
        }
    }
}

/// Everything that is served to those who come this way, and may.
pub(crate) fn router(served: &Arc<Served>, doors: &Doors, way: Way) -> Router {
    Router::new()
        .merge(probes::probes())
        .with_state(Arc::clone(served))
        .layer(from_fn(bounded::bounded))
        .layer(from_fn_with_state(Arc::new(doors.gate(way)), gate::gate))
        .layer(from_fn(wording::worded))
        .layer(map_response(guarded::guarded))
}
