//! Which names this goes by. A page of somebody else's can have its own name lead here, and would then be let talk to us.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{Request, StatusCode};

use super::problem::Problem;

/// The names that a request may be for.
pub(super) struct Hosts {
    /// Besides that of this machine to itself.
    pub(super) named: Vec<String>,
    /// Whether the addresses of this machine to itself count: on a Unix socket there are none.
    pub(super) has_addresses: bool,
}

impl Hosts {
    /// Whom a request is for, with the port where one is named, in small letters.
    pub(super) fn of<B>(&self, request: &Request<B>) -> Result<String, Problem> {
        let host = one(request)?;
        // What stands in the request line goes before the header; both have to be the same.
        if let Some(target) = request.uri().authority()
            && !target.as_str().eq_ignore_ascii_case(host.as_str())
        {
            let said = "the request line names another host than `Host`: expected the same, or a path alone";
            return Err(Problem::new(StatusCode::BAD_REQUEST, said));
        }
        let is_known = !host.as_str().contains('@') && self.knows(&host.host().to_ascii_lowercase());
        if is_known {
            Ok(host.as_str().to_ascii_lowercase())
        } else {
            let said = "the host that `Host` names is none that this goes by: expected localhost, or one of --allowed-hosts";
            Err(Problem::new(StatusCode::FORBIDDEN, said))
        }
    }

    /// Whether the operator named it.
    pub(super) fn is_named(&self, host: &str) -> bool {
        host.parse::<Authority>()
            .is_ok_and(|host| self.named.iter().any(|named| named == host.host()))
    }

    fn knows(&self, name: &str) -> bool {
        name == "localhost"
            || (self.has_addresses && is_of_this_machine(name))
            || self.named.iter().any(|named| named == name)
    }
}

fn is_of_this_machine(name: &str) -> bool {
    let six = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .and_then(|name| name.parse::<Ipv6Addr>().ok());
    match six {
        Some(six) => six.is_loopback(),
        None => name.parse::<Ipv4Addr>().is_ok_and(|four| four.is_loopback()),
    }
}

/// What `Host` says, where it says one thing.
fn one<B>(request: &Request<B>) -> Result<Authority, Problem> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        let said = "expected one `Host` in the header, found none or several";
        return Err(Problem::new(StatusCode::BAD_REQUEST, said));
    };
    let host = host.to_str().ok().and_then(|host| host.parse().ok());
    host.filter(has_a_port_if_any).ok_or_else(|| {
        let said = "`Host` in the header is none: expected a name, and a port behind a colon";
        Problem::new(StatusCode::BAD_REQUEST, said)
    })
}

/// What is parsed as a port may be any text.
fn has_a_port_if_any(host: &Authority) -> bool {
    let port = host.as_str().rsplit_once(host.host()).map(|(_, port)| port);
    port == Some("") || host.port_u16().is_some()
}
