//! Others at work on the same file, in both journal modes.

#[cfg(all(feature = "cli", target_os = "linux"))]
mod company;
mod locks;
mod meanwhile;
mod newcomers;
mod rests;

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use zombie_sweeper::rusqlite;

use crate::world::World;

thread_local! {
    /// The one that holds the write lock when the sweep asks for it.
    static RIVAL: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

const JOURNALS: [&str; 2] = ["WAL", "DELETE"];

/// An Orchestra queue in a file, and the folder it lives in.
pub(crate) fn on_disk(journal: &str) -> (TempDir, World) {
    let (folder, world) = in_file(journal);
    (folder, World::at(world.conn))
}

/// An empty database in a file, and the folder it lives in.
pub(crate) fn in_file(journal: &str) -> (TempDir, World) {
    let folder = tempfile::tempdir().unwrap();
    let conn = Connection::open(file(&folder)).unwrap();
    conn.busy_timeout(Duration::ZERO).unwrap();
    let world = World::of(conn).sql(&format!(
        "PRAGMA journal_mode = {journal}; PRAGMA synchronous = OFF"
    ));
    (folder, world)
}

fn file(folder: &TempDir) -> impl AsRef<Path> + use<> {
    folder.path().join("queue.db")
}

pub(crate) fn rival(folder: &TempDir) -> Connection {
    let rival = Connection::open(file(folder)).unwrap();
    rival.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    rival.busy_timeout(Duration::from_secs(10)).unwrap();
    rival
}

/// Has this committed after the sweep has found its first zombies, and before it has the lock to reap them.
pub(crate) fn commits_meanwhile(folder: &TempDir, world: &mut World, change: &str) {
    let rival = rival(folder);
    rival
        .execute_batch(&format!("BEGIN IMMEDIATE; {change}"))
        .unwrap();
    RIVAL.set(Some(rival));
    world
        .conn
        .busy_handler(Some(|_| {
            let rival = RIVAL.take();
            rival.is_some_and(|rival| rival.execute_batch("COMMIT").is_ok())
        }))
        .unwrap();
}
