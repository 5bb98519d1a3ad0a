//! What a refusal is described as.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

use crate::surface::http::problem::PROBLEM_JSON;

/// A request may be refused with this status.
pub(crate) struct Refused<const STATUS: u16>;

impl<const STATUS: u16> IntoResponses for Refused<STATUS> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([(STATUS.to_string(), response(STATUS).into())])
    }
}

/// A problem, and what its header tells.
pub(super) fn response(status: u16) -> Response {
    let of = |schema| Content::new(Some(Ref::from_schema_name(schema)));
    let response = ResponseBuilder::new().description(meaning(status));
    let response = match status {
        431 => response, // nobody has read so far as to say more
        422 => response.content(PROBLEM_JSON, of("Mistakes")),
        _ => response.content(PROBLEM_JSON, of("Problem")),
    };
    let response = match status {
        401 => response.header("WWW-Authenticate", text("Which kinds of credentials are taken.")),
        409 | 429 => response.header("Retry-After", text("After how many seconds to try again.")),
        _ => response,
    };
    response.build()
}

fn text(description: &str) -> utoipa::openapi::Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .description(Some(description))
        .build()
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The message is not one of HTTP as it is taken here: its `Host`, or a body that ends early.",
        401 => "No token, or not one of this server's.",
        403 => {
            "The token, the host or the page that it comes from does not open this; or the server was started to read only."
        }
        404 => "The queue knows no such task or project, or there is no such plan any more.",
        408 => "The body took too long to come.",
        409 => {
            "Another sweep is at work, more is due than may be reaped at once, or the database is another file than the one planned."
        }
        413 => "The body is larger than 64 KiB.",
        415 => "The body is not `application/json`.",
        422 => "The request is not understood: `errors` has every mistake.",
        429 => "More is written than is good for the queue.",
        431 => "The header is larger than is taken here: an address of ids that are too long.",
        503 => "The queue cannot be read or written now: `detail` says why.",
        _ => "Something failed that nobody foresaw.",
    }
}
