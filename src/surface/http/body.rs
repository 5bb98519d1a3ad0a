//! What stands in the body of a POST, parsed: JSON, and nothing in it that is unknown.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use super::problem::{Mistake, Problem, Step};
use super::query::Query;

/// The largest body that is read.
const LARGEST: usize = 64 * 1024;

/// A body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Query::none(request.uri())?;
        let media = request.headers().get(CONTENT_TYPE);
        if !media.is_some_and(|media| media.to_str().is_ok_and(is_json)) {
            return Err(Problem::bare(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let Ok(body) = to_bytes(request.into_body(), LARGEST).await else {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body did not come whole, or is larger than {LARGEST} bytes"),
            ));
        };
        read(&body).map(Self)
    }
}

fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default();
    media.trim().eq_ignore_ascii_case("application/json")
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // A list of values without their names would be taken for an object.
    let begins = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if let Some(begin) = begins.filter(|begin| **begin != b'{') {
        let found = match begin {
            b'[' => "a list",
            b'"' => "a text",
            _ => "something else",
        };
        let msg = format!("expected a JSON object, found {found}");
        let mistake = Mistake::new("object", [Step::from("body")], msg);
        return Err(Problem::mistakes(vec![mistake]));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let mut loc = vec![Step::from("body")];
        loc.extend(error.path().iter().filter_map(step));
        let error = error.into_inner();
        let (line, column) = (error.line(), error.column());
        let (kind, msg) = match error.classify() {
            Category::Data => ("value", error.to_string()),
            _ if body.is_empty() => ("json", "expected JSON, not an empty body".to_owned()),
            Category::Eof => (
                "json",
                format!("expected JSON, found one that ends early, in line {line} behind column {column}"),
            ),
            Category::Syntax | Category::Io => (
                "json",
                format!("expected JSON, found something else in line {line}, column {column}"),
            ),
        };
        Problem::mistakes(vec![Mistake::new(kind, loc, msg)])
    })?;
    json.end().map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let msg = format!("expected one JSON object, found more behind it in line {line}, column {column}");
        let mistake = Mistake::new("json", [Step::from("body")], msg);
        Problem::mistakes(vec![mistake])
    })?;
    Ok(read)
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::from(*index)),
        Segment::Map { key } => Some(Step::from(key.as_str())),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}
