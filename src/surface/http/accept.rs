//! In which form an answer is wanted.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// Whether a page is preferred to JSON, as a browser does. Who does not say gets JSON.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let (mut html, mut json) = (0, 0);
    for accepted in headers.get_all(ACCEPT) {
        for range in accepted.to_str().unwrap_or_default().split(',') {
            let (media, weight) = weighed(range);
            match media.to_ascii_lowercase().as_str() {
                "text/html" | "application/xhtml+xml" => html = html.max(weight),
                "application/json" | "application/problem+json" | "application/*" => json = json.max(weight),
                _ => {}
            }
        }
    }
    html > json
}

/// A media range, and how much it is wanted, in thousandths.
fn weighed(range: &str) -> (&str, u16) {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    let weight = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    (
        media,
        weight.map_or(1_000, |(_, weight)| thousandths(weight.trim())),
    )
}

/// A weight of RFC 9110: 0 to 1, with three digits at most. One that is none counts for nothing.
fn thousandths(weight: &str) -> u16 {
    let (whole, parts) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{parts:0<3}");
    match (whole, digits.parse::<u16>()) {
        ("0", Ok(parts)) if digits.len() == 3 => parts,
        ("1", _) => 1_000,
        _ => 0,
    }
}
