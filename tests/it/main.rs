//! What a sweep promises, held to it. One binary; a file a concern.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod aliases;
mod auto;
mod bad_rows;
mod batches;
mod brake;
mod circles;
mod claims;
mod cleared;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod cli;
mod commit;
mod concurrency;
mod confirm;
mod conflicts;
mod contract;
mod docs;
mod doctor;
mod draft;
mod events;
mod evidence;
mod explain;
mod files;
mod foretold;
mod forms;
mod history;
mod hostile;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod http;
mod kept;
mod laws;
mod layers;
mod leases;
mod ledger;
mod living;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod mcp;
mod metrics;
mod missing;
mod mission;
mod naive;
mod narrowed;
mod neighbours;
mod outcomes;
mod parking;
mod past_reaps;
mod planned;
mod profiles;
mod projects;
mod query_plans;
#[cfg(feature = "cli")]
mod readme;
mod run_states;
mod schema_variations;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod serve;
mod shapes;
mod signs;
mod simulation;
mod styles;
mod successors;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod surfaces;
mod threshold;
mod timestamps;
mod triggers;
mod typeless;
mod unpark;

mod unindexed;
mod verdicts;
mod warnings;
mod watch;
mod workspaces;
mod world;
