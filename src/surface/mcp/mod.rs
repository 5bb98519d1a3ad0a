//! MCP: the verbs as tools of a model. What a model may not do alone, a person is asked for.

mod arguments;
mod caller;
mod consent;
#[allow(dead_code, reason = "who serves HTTP is to come")]
mod endpoint;
mod ground;
mod page;
mod plan;
mod result;
mod server;
mod stdio;
mod sweep;
mod tools;

#[allow(unused_imports, reason = "who serves HTTP is to come")]
pub(crate) use endpoint::{Admitted, Endpoint};
pub(crate) use ground::Ground;
pub(crate) use stdio::serve;
