//! Who asks. Thin: a surface takes a request, hands it to the sweep, and shows what came back.

pub(crate) mod cli;
mod metrics;
#[allow(dead_code, reason = "to be used")]
mod plans;
#[allow(dead_code, reason = "to be used")]
mod verbs;
