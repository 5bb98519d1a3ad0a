//! Who asks. Thin: a surface takes a request, hands it to the sweep, and shows what came back.

pub(crate) mod cli;
mod harmless;
mod metrics;
mod page;
