//! The API described: `OpenAPI` 3.1. Operations and parameters stand at their handlers, reports in the JSON Schemas of docs/.

mod document;
mod page;
mod parameters;
mod refused;
mod schemas;

pub(super) use document::document;
pub(super) use page::page;
pub(super) use parameters::Id;
pub(super) use refused::Refused;
