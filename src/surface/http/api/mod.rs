//! The verbs over HTTP: JSON, a file a verb. None of them decides anything.

mod answered;
mod asked;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod history;
pub(super) mod metrics;
pub(super) mod outcomes;
pub(super) mod plan;
pub(super) mod plans;
pub(super) mod schema;
pub(super) mod sweeps;
pub(super) mod unpark;

pub(crate) use asked::Api;

use answered::{blocking, ok};
