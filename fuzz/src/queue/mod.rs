//! A task queue made of bytes: every name the sweeper knows in every type, with every constraint, and rows that no
//! orchestrator would write. No bytes at all make a plain queue.

mod build;
mod column;
mod story;
mod table;
mod triggers;
mod values;

use rusqlite::Connection;
use zombie_sweeper::SweepOptions;

pub use column::{Column, Holds};
pub use table::Table;

use crate::{rows, rows_of};

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

    /// Tells what the bytes of an input mean.
    pub fn show(&self) {
        for row in rows(
            &self.conn,
            "SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL",
        )
        .unwrap()
        {
            eprintln!("{}", row[0]);
        }
        for table in [&self.tasks, &self.runs, &self.events, &self.workspaces] {
            let columns: Vec<_> = table.columns.iter().collect();
            for row in if table.is_there {
                rows_of(&self.conn, table, &columns)
            } else {
                Vec::new()
            } {
                eprintln!("{}: {row:?}", table.name);
            }
        }
        let Self {
            options,
            rival,
            is_passive,
            is_yielding,
            ..
        } = self;
        eprintln!("{rival:?} {is_passive} {is_yielding} {options:?}");
    }
}
