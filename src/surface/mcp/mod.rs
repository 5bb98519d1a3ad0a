//! MCP: the verbs as tools of a model. What a model may not do alone, a person is asked for.

mod arguments;
mod caller;
mod consent;
mod endpoint;
mod fit;
mod ground;
mod heeded;
mod page;
mod plan;
mod result;
mod server;
mod sessions;
mod stdio;
mod sweep;
mod tools;

pub(crate) use endpoint::Endpoint;
pub(crate) use ground::Ground;
pub(crate) use stdio::serve;
