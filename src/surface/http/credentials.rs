//! What somebody shows at the door.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A token, and how it came.
pub(super) struct Credentials {
    pub(super) token: String,
    /// As a bearer, which no browser sends by itself; else as the password of somebody.
    pub(super) is_bearer: bool,
}

/// What somebody shows, where it can be read, and is one thing.
pub(super) fn credentials(headers: &HeaderMap) -> Option<Credentials> {
    let mut shown = headers.get_all(AUTHORIZATION).iter();
    let (Some(shown), None) = (shown.next(), shown.next()) else {
        return None;
    };
    let (scheme, value) = shown.to_str().ok()?.split_once(' ')?;
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Credentials {
            token: value.to_owned(),
            is_bearer: true,
        });
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let pair = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
        // Whoever somebody says to be.
        let (_, password) = pair.split_once(':')?;
        return Some(Credentials {
            token: password.to_owned(),
            is_bearer: false,
        });
    }
    None
}
