use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{refused, schemas};
use crate::surface::http::{api, probes};

/// What everybody may be told, whatever was asked.
const ALWAYS: [u16; 5] = [400, 401, 403, 431, 503];

#[derive(OpenApi)]
#[openapi(
    paths(
        api::plan::plan, api::plans::keep, api::plans::show, api::sweeps::sweep, api::explain::explain, api::history::history,
        api::outcomes::outcomes, api::doctor::doctor, api::schema::schema, api::unpark::unpark,
        api::metrics::metrics, probes::live, probes::ready,
    ),
    info(
        title = "zombie-sweeper",
        description = "Finds tasks whose workers died in a task queue, and resets them. Everything wants a token: as a bearer, or as the \
            password of any user. What is refused is told as a problem of RFC 9457.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "look", description = "Questions. None of them writes; an answer is no older than a second."),
        (name = "sweep", description = "What writes, and the plans for it. They want the token for it."),
        (name = "watch", description = "What monitors and supervisors ask."),
    ),
    security(("bearer" = []), ("basic" = [])),
)]
struct Operations;

/// The document.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(written);
    &DOCUMENT
}

fn written() -> Value {
    let mut document = serde_json::to_value(Operations::openapi()).unwrap_or_default();
    for operation in operations(&mut document) {
        if let Some(Value::Object(body)) = operation.get_mut("requestBody") {
            body.insert("required".to_owned(), true.into());
        }
        let is_open = operation.get("security") == Some(&json!([{}]));
        if is_open {
            operation.insert("security".to_owned(), json!([]));
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            // Who needs no token is not told that there is none.
            for status in ALWAYS.into_iter().filter(|status| !is_open || *status != 401) {
                let response = refused::response(status);
                responses
                    .entry(status.to_string())
                    .or_insert_with(|| serde_json::to_value(response).unwrap_or_default());
            }
        }
    }
    if let Some(document) = document.as_object_mut() {
        let components = json!({
            "schemas": schemas::all(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "A token: `read` for every GET, `write` for all." },
                "basic": { "type": "http", "scheme": "basic", "description": "Any user, with a token as the password: for browsers." },
            },
        });
        document.insert("components".to_owned(), components);
    }
    document
}

/// Each operation of each path.
fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(|paths| paths.values_mut());
    let items = items.filter_map(Value::as_object_mut);
    items
        .flat_map(|item| item.values_mut())
        .filter_map(Value::as_object_mut)
        .filter(|operation| operation.contains_key("responses"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    /// Where the document stands for those who have no server.
    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

    /// Written anew with `WRITE_OPENAPI=1 cargo test openapi`.
    #[test]
    fn the_document_is_the_one_in_docs() {
        let document = format!("{:#}\n", super::document());
        if std::env::var_os("WRITE_OPENAPI").is_some() {
            fs::write(COMMITTED, &document).unwrap();
        }
        let committed = fs::read_to_string(COMMITTED).unwrap_or_default();
        assert!(
            committed == document,
            "write it anew: WRITE_OPENAPI=1 cargo test openapi"
        );
    }
}
