//! The tools of a model, as a client meets them on the standard streams: by the protocol in which a client says hello and is asked
//! in the midst of a call, and by that in which each call stands alone and is made again with the answer.

mod answers;
mod arguments;
mod asked;
mod called_off;
pub(crate) mod client;
mod ends;
mod plans;
mod questions;
mod tools;
