//! Others at work on the same file, in both journal modes.

mod locks;
mod meanwhile;

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use zombie_sweeper::rusqlite;

use crate::world::World;

const JOURNALS: [&str; 2] = ["WAL", "DELETE"];

/// A queue in a file, and the folder it lives in.
fn on_disk(journal: &str) -> (TempDir, World) {
    let folder = tempfile::tempdir().unwrap();
    let conn = Connection::open(file(&folder)).unwrap();
    conn.busy_timeout(Duration::ZERO).unwrap();
    let world = World::at(conn).sql(&format!(
        "PRAGMA journal_mode = {journal}; PRAGMA synchronous = OFF"
    ));
    (folder, world)
}

fn file(folder: &TempDir) -> impl AsRef<Path> + use<> {
    folder.path().join("queue.db")
}

fn rival(folder: &TempDir) -> Connection {
    let rival = Connection::open(file(folder)).unwrap();
    rival.busy_timeout(Duration::from_secs(10)).unwrap();
    rival
}
