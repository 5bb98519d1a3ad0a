//! What a sweep promises, held to it. One binary; a file a concern.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod aliases;
mod batches;
mod cleared;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod cli;
mod commit;
mod concurrency;
mod contract;
mod docs;
mod events;
mod files;
mod hostile;
mod laws;
mod layers;
mod missing;
mod mission;
mod neighbours;
mod profiles;
mod projects;
mod query_plans;
#[cfg(feature = "cli")]
mod readme;
mod run_states;
mod schema_variations;
mod simulation;
mod styles;
mod timestamps;
mod triggers;
mod truth_table;
mod unindexed;
mod workspaces;
mod world;
