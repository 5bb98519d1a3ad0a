//! A database by its path, for the program that embeds the sweep.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;
use zombie_sweeper::store::{OpenError, Profile, read_database, sweep_database};
use zombie_sweeper::{SweepError, SweepOptions, rusqlite, sweep_zombie_tasks};

use crate::world::{NOW, World};

/// A queue with a zombie, closed in peace, and the folder it lies in.
fn queue() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.db");
    drop(World::at(Connection::open(&path).unwrap()).running("t1"));
    (folder, path)
}

#[test]
fn file_that_is_moved_away_during_the_sweep_is_an_error() {
    let (folder, path) = queue();
    let swept = sweep_database(
        &path,
        &Profile::default(),
        |_| Ok(()),
        |conn| {
            let report = sweep_zombie_tasks(conn, &SweepOptions::at(NOW))?;
            fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
            Ok::<_, SweepError>(report)
        },
    );
    assert!(
        matches!(swept, Err(SweepError::Open(OpenError::Moved(_)))),
        "{swept:?}"
    );
}

/// SQLite then says that it is read-only, where there is no log.
#[test]
fn file_that_was_moved_away_is_why_it_cannot_be_written() {
    let (folder, path) = queue();
    let conn = Connection::open(&path).unwrap();
    conn.pragma_update(None, "journal_mode", "delete").unwrap();
    drop(conn);
    let swept = sweep_database(
        &path,
        &Profile::default(),
        |_| Ok(()),
        |conn| {
            fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
            sweep_zombie_tasks(conn, &SweepOptions::at(NOW))
        },
    );
    assert!(
        matches!(swept, Err(SweepError::Open(OpenError::Moved(_)))),
        "{swept:?}"
    );
}

#[test]
fn file_that_is_moved_away_before_anything_was_written_is_none() {
    let (folder, path) = queue();
    let looked = sweep_database(
        &path,
        &Profile::default(),
        |_| Ok(()),
        |conn| {
            let report = sweep_zombie_tasks(conn, &SweepOptions::at(NOW).dry_run(true))?;
            fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
            Ok::<_, SweepError>(report)
        },
    );
    assert_eq!(looked.unwrap().reaps.len(), 1);
}

#[test]
fn database_that_changes_under_the_eyes_is_looked_at_again() {
    let (_folder, path) = queue();
    let looks = Cell::new(0);
    let (report, warnings) = read_database(
        &path,
        |_| Ok(()),
        |conn| {
            looks.set(looks.get() + 1);
            if looks.get() == 1 {
                let mut rival = World::of(Connection::open(&path).unwrap()).project("Lattice");
                for n in 0..100 {
                    rival = rival.running(n);
                }
            }
            sweep_zombie_tasks(conn, &SweepOptions::at(NOW).dry_run(true))
        },
    )
    .unwrap();
    assert_eq!((looks.get(), report.reaps.len()), (2, 101));
    assert!(warnings.is_empty(), "{warnings:?}");
}
