//! `/docs`: the document for people, as it stands, without a script.

use axum::http::Uri;
use axum::response::Html;
use maud::{Markup, html};
use serde_json::Value;

use super::document::document;
use crate::surface::http::problem::Problem;
use crate::surface::http::query::Query;
use crate::surface::page::layout;

pub(crate) async fn page(uri: Uri) -> Result<Html<String>, Problem> {
    Query::none(&uri)?;
    Ok(Html(written(document()).into_string()))
}

fn written(document: &Value) -> Markup {
    let info = document.get("info");
    let title = format!("{}: the API", text(info, "title"));
    layout(
        &title,
        &html! { a href="/openapi.json" { "The same for programs" } },
        &html! {
            section.card.prose {
                h1 { (text(info, "title")) " " (text(info, "version")) }
                p { (text(info, "description")) }
                h2 { "What can be asked" }
                @for (path, method, operation) in operations(document) {
                    (of_operation(path, method, operation))
                }
                h2 { "What goes to and fro" }
                @for (name, schema) in members(document.pointer("/components/schemas")) {
                    details id=(anchor(name)) {
                        summary { code { (name) } " " (text(Some(schema), "description")) }
                        pre tabindex="0" { code { (format!("{schema:#}")) } }
                    }
                }
            }
        },
    )
}

fn of_operation(path: &str, method: &str, operation: &Value) -> Markup {
    let about = Some(operation);
    let parameters: Vec<_> = list(operation, "parameters").collect();
    html! {
        section {
            h3 { code { (method.to_uppercase()) " " (path) } }
            p { (text(about, "summary")) ". " (text(about, "description")) }
            @if !parameters.is_empty() {
                table {
                    caption { "Parameters" }
                    thead { tr { th scope="col" { "name" } th scope="col" { "what" } th scope="col" { "form" } } }
                    tbody {
                        @for parameter in parameters {
                            tr {
                                th scope="row" {
                                    code { (text(Some(parameter), "name")) }
                                    @if parameter.get("required") == Some(&Value::Bool(true)) { " (needed)" }
                                }
                                td { (text(Some(parameter), "description")) }
                                td { code { (parameter.get("schema").unwrap_or(&Value::Null).to_string()) } }
                            }
                        }
                    }
                }
            }
            @if let Some(body) = operation.get("requestBody") {
                p { "Body: " (text(Some(body), "description")) " " (contents(body)) }
            }
            table {
                caption { "Answers" }
                thead { tr { th scope="col" { "status" } th scope="col" { "what" } th scope="col" { "form" } } }
                tbody {
                    @for (status, response) in members(operation.get("responses")) {
                        tr {
                            th scope="row" { (status) }
                            td { (text(Some(response), "description")) }
                            td { (contents(response)) }
                        }
                    }
                }
            }
        }
    }
}

/// Which components a body is.
fn contents(body: &Value) -> Markup {
    html! {
        @for (_, content) in members(body.get("content")) {
            @let to = content.pointer("/schema/$ref").and_then(Value::as_str).unwrap_or_default();
            @let name = to.rsplit('/').next().unwrap_or_default();
            a href=(format!("#{}", anchor(name))) { code { (name) } }
        }
    }
}

fn anchor(name: &str) -> String {
    format!("schema-{name}")
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    members(document.get("paths")).flat_map(|(path, item)| {
        members(Some(item)).map(move |(method, operation)| (path, method, operation))
    })
}

fn members(object: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let object = object.and_then(Value::as_object).into_iter();
    object.flatten().map(|(key, value)| (key.as_str(), value))
}

fn list<'v>(object: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(object: Option<&'v Value>, key: &str) -> &'v str {
    let text = object.and_then(|object| object.get(key));
    text.and_then(Value::as_str).unwrap_or_default()
}
