//! A database by its path, for the program that embeds the sweep.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;
use zombie_sweeper::store::{OpenError, Profile, read_database, sweep_database};
use zombie_sweeper::{SweepError, SweepOptions, SweepReport, rusqlite, sweep_zombie_tasks};

use crate::world::{NOW, World};

/// A queue with a zombie, closed in peace, and the folder it lies in.
fn queue() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.db");
    drop(World::at(Connection::open(&path).unwrap()).running("t1"));
    (folder, path)
}

/// What becomes of a sweep whose file meets with this once it is swept, before it is closed.
fn swept_until(path: &Path, mishap: impl FnOnce()) -> Result<SweepReport, SweepError> {
    sweep_database(
        path,
        &Profile::default(),
        |_| Ok(()),
        |conn| {
            let report = sweep_zombie_tasks(conn, &SweepOptions::at(NOW))?;
            mishap();
            Ok(report)
        },
    )
}

#[test]
fn file_that_is_moved_away_during_the_sweep_is_an_error() {
    let (folder, path) = queue();
    let swept = swept_until(&path, || {
        fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
    });
    assert!(
        matches!(swept, Err(SweepError::Open(OpenError::Moved(_)))),
        "{swept:?}"
    );
}

#[test]
fn file_that_is_replaced_during_the_sweep_is_an_error() {
    let (folder, path) = queue();
    let swept = swept_until(&path, || {
        fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
        fs::write(&path, "another").unwrap();
    });
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

/// Even where the log is empty: nothing but its index tells.
#[test]
fn database_that_somebody_has_open_is_looked_at_once_and_under_its_locks() {
    let (_folder, path) = queue();
    let rival = Connection::open(&path).unwrap();
    let log_bytes: i64 = rival
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(1))
        .unwrap();
    assert_eq!(log_bytes, 0);
    let looks = Cell::new(0);
    let (report, _) = read_database(
        &path,
        |_| Ok(()),
        |conn| {
            looks.set(looks.get() + 1);
            rival.execute("UPDATE tasks SET title = 'another'", []).unwrap();
            sweep_zombie_tasks(conn, &SweepOptions::at(NOW).dry_run(true))
        },
    )
    .unwrap();
    assert_eq!((looks.get(), report.reaps.len()), (1, 1));
}

/// A dry run that took it for a database without a log would read on.
#[test]
fn file_that_gives_way_to_a_folder_while_it_is_looked_at_is_an_error() {
    let (folder, path) = queue();
    let looked = read_database(
        &path,
        |_| Ok(()),
        |_| {
            fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
            fs::create_dir(&path).unwrap();
            Ok::<_, OpenError>(())
        },
    );
    assert!(matches!(looked, Err(OpenError::Io { .. })), "{looked:?}");
}

#[test]
fn what_preparing_the_connection_failed_with_is_handed_on() {
    let (_folder, path) = queue();
    let nothing = |_: &mut Connection| Ok::<_, OpenError>(());
    let prepare = |conn: &mut Connection| conn.execute_batch("SELECT nonsense");
    let swept = sweep_database(&path, &Profile::default(), prepare, nothing);
    assert!(matches!(swept, Err(OpenError::Sqlite { .. })), "{swept:?}");
    let looked = read_database(&path, prepare, nothing);
    assert!(matches!(looked, Err(OpenError::Sqlite { .. })), "{looked:?}");
}

#[test]
fn schema_cannot_be_damaged_through_the_connection() {
    let (_folder, path) = queue();
    let damage = |conn: &mut Connection| {
        let done = conn.execute_batch("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema");
        Ok::<_, OpenError>(done.unwrap_err().to_string())
    };
    let said = sweep_database(&path, &Profile::default(), |_| Ok(()), damage).unwrap();
    assert!(said.contains("sqlite_master may not be modified"), "{said}");
}
