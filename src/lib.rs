//! Finds tasks whose workers died in a SQLite task queue, and resets them.
//!
//! A **zombie** is a task that is `running` although its worker is dead: its run has already ended (A), it has no run
//! and nobody has touched it for long (B), or its run has been silent for too long (C). [`zombie`] defines it to the
//! letter.
//!
//! [`sweep_zombie_tasks`] takes six steps: *begin* a read transaction, *load* the running tasks, *plan* what to
//! reap, stop if it is a dry run, *apply* the plan in one write transaction, *commit*, and *report*.
//!
//! ```
//! use zombie_sweeper::{SweepOptions, rusqlite::Connection, sweep_zombie_tasks};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut conn = Connection::open_in_memory()?;
//! # conn.execute_batch(include_str!("../tests/it/orchestra.sql"))?;
//! # let now = chrono::DateTime::from_timestamp(1_775_877_480, 0).unwrap();
//! let report = sweep_zombie_tasks(&mut conn, &SweepOptions::at(now))?;
//! for reap in &report.reaps {
//!     println!("{} was reaped: {}", reap.task_id, reap.reason);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | layer | question | may use |
//! |---|---|---|
//! | `surface` (the program) | who asks | everything |
//! | [`inspect`] | what of it | `sweep`, `store`, `zombie` |
//! | [`watch`] | when, again | `report`, `zombie` |
//! | `sweep` | when | `store`, `zombie`, `report` |
//! | [`store`] | where | `profile`, `zombie` |
//! | [`metrics`] | what a monitor is told of it | `report`, `zombie` |
//! | [`ledger`] | what was done before | `report`, `zombie` |
//! | [`report`] | what was done | `zombie` |
//! | [`Profile`] | what a queue calls things | `zombie` |
//! | [`zombie`] | what and why | nothing: no SQL, no clock, no input or output |
//!
//! What it cannot know: a worker that is silent for longer than `stale_after` and then comes back has lost its task.
//! Such a worker must check, before it writes, that its run is still unfinished and still the task's active run.

mod error;
pub mod inspect;
pub mod ledger;
pub mod metrics;
mod options;
mod profile;
pub mod report;
pub mod store;
mod sweep;
pub mod watch;
pub mod zombie;

pub use error::{SweepError, in_full};
pub use options::{FileMark, LookedSince, Planned, PlannedReap, SweepOptions, WordsWritten};
pub use profile::{Profile, ProfileError};
pub use report::SweepReport;
pub use sweep::{sweep_zombie_tasks, unpark_task};
pub use zombie::Policy;

pub use rusqlite;
