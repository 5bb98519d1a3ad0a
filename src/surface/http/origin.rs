//! Whose page it is that has a browser ask. A browser shows the password that it knows for us to us, whoever has it ask.

use axum::http::header::{HeaderName, ORIGIN};
use axum::http::{HeaderMap, StatusCode};

use super::problem::Problem;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// What a browser says of a page that has no origin, or does not tell it.
const UNTOLD: &str = "null";

/// Who has a request made, by the marks that a browser leaves on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// There are none: it is no browser, or an old one that asks for a page.
    None,
    /// One of ours.
    Ours,
    /// A person who types an address or follows a link.
    Opened,
    /// Somebody else's.
    Another,
}

/// Whose page makes a request for one of these origins.
pub(super) fn page(headers: &HeaderMap, ours: &[String]) -> Result<Page, Problem> {
    let (origin, site) = (one(headers, &ORIGIN)?, one(headers, &SITE)?);
    let is_ours = |origin: &str| ours.iter().any(|ours| ours == origin);
    Ok(match (origin, site) {
        (None, None) => Page::None,
        (None | Some(UNTOLD), Some("same-origin")) => Page::Ours,
        (Some(origin), None | Some("same-origin")) if is_ours(origin) => Page::Ours,
        (None, Some("none")) => Page::Opened,
        (None, Some(_)) if one(headers, &MODE)? == Some("navigate") => Page::Opened,
        _ => Page::Another,
    })
}

/// Whether what such a page has a browser ask may be answered. Nobody else's page has the token of a bearer.
pub(super) fn may_ask(page: Page, is_safe: bool, is_bearer: bool) -> Result<(), Problem> {
    let said = match page {
        Page::Ours => return Ok(()),
        Page::None | Page::Opened if is_safe => return Ok(()),
        Page::None if is_bearer => return Ok(()),
        Page::None => {
            "a write with a password wants to be told from one that a page of somebody else has a browser make: expected the token as a \
             bearer, or from a browser our own `Origin` or `Sec-Fetch-Site: same-origin`"
        }
        Page::Opened | Page::Another => {
            "a page of somebody else asks: expected our own `Origin`, or `Sec-Fetch-Site: same-origin`"
        }
    };
    Err(Problem::new(StatusCode::FORBIDDEN, said))
}

fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.to_str()).transpose();
    if let (Ok(value), None) = (value, values.next()) {
        return Ok(value);
    }
    let said = format!("expected one `{name}` in the header, found several, or more than ASCII");
    Err(Problem::new(StatusCode::BAD_REQUEST, said))
}
