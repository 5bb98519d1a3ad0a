//! A task queue made of bytes: every name the sweeper knows in every type, with every constraint, and rows that no
//! orchestrator would write. No bytes at all make a plain queue.

mod build;
mod column;
mod show;
mod story;
mod table;
mod triggers;
mod values;

use rusqlite::Connection;
use zombie_sweeper::SweepOptions;

pub use column::{Column, Holds};
pub use table::Table;

/// A queue in a database, and what it was made of.
pub struct Queue {
    pub conn: Connection,
    pub tasks: Table,
    pub runs: Table,
    pub events: Table,
    pub workspaces: Table,
    /// What to ask of the sweep.
    pub options: SweepOptions,
    /// What another connection writes right before the sweep takes the lock.
    pub rival: Vec<String>,
    /// Nothing in it writes on its own: no trigger does more than keep a log.
    pub is_passive: bool,
    /// Nothing in it can refuse what a sweep writes: no constraint, no strict type, no foreign key.
    pub is_yielding: bool,
}

impl Queue {
    /// Where the database is: in memory, and shared by the connections of this process.
    pub const URI: &str = "file:/queue?vfs=memdb";
}
