//! A database by its path, for the program that embeds the sweep.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rusqlite::Connection;
use tempfile::TempDir;
use zombie_sweeper::Profile;
use zombie_sweeper::store::{OpenError, Queue, StoreError};
use zombie_sweeper::{SweepError, SweepOptions, SweepReport, rusqlite, sweep_zombie_tasks};

use crate::world::{NOW, World};

static PROFILE: LazyLock<Profile> = LazyLock::new(Profile::default);

fn queue_at(path: &Path) -> Queue<'_> {
    Queue::at(path, &PROFILE)
}

/// A queue with a zombie, closed in peace, and the folder it lies in.
fn queue() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.db");
    drop(World::at(Connection::open(&path).unwrap()).running("t1"));
    (folder, path)
}

/// What becomes of a sweep whose file meets with this once it is swept, before it is closed.
fn swept_until(path: &Path, mishap: impl FnOnce()) -> Result<SweepReport, SweepError> {
    queue_at(path).write(|conn| {
        let report = sweep_zombie_tasks(conn, &SweepOptions::at(NOW))?;
        mishap();
        Ok(report)
    })
}

#[test]
fn file_that_is_moved_away_during_the_sweep_is_an_error() {
    let (folder, path) = queue();
    let swept = swept_until(&path, || {
        fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
    });
    assert!(
        matches!(
            swept,
            Err(SweepError::Store(StoreError::Open(OpenError::Moved(_))))
        ),
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
        matches!(
            swept,
            Err(SweepError::Store(StoreError::Open(OpenError::Moved(_))))
        ),
        "{swept:?}"
    );
}

#[test]
fn file_that_is_replaced_while_it_is_opened_is_an_error_and_nothing_is_written() {
    let (folder, path) = queue();
    let elsewhere = folder.path().join("elsewhere.db");
    let replaced = queue_at(&path).configured(|_| {
        fs::rename(&path, &elsewhere).unwrap();
        fs::copy(&elsewhere, &path).unwrap();
        Ok(())
    });
    let swept = replaced.write(|conn| sweep_zombie_tasks(conn, &SweepOptions::at(NOW)));
    assert!(
        matches!(
            swept,
            Err(SweepError::Store(StoreError::Open(OpenError::MovedAtOnce(_))))
        ),
        "{swept:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), fs::read(&elsewhere).unwrap());
}

/// SQLite then says that it is read-only, where there is no log.
#[test]
fn file_that_was_moved_away_is_why_it_cannot_be_written() {
    let (folder, path) = queue();
    let conn = Connection::open(&path).unwrap();
    conn.pragma_update(None, "journal_mode", "delete").unwrap();
    drop(conn);
    let swept = queue_at(&path).write(|conn| {
        fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
        sweep_zombie_tasks(conn, &SweepOptions::at(NOW))
    });
    assert!(
        matches!(
            swept,
            Err(SweepError::Store(StoreError::Open(OpenError::Moved(_))))
        ),
        "{swept:?}"
    );
}

#[test]
fn file_that_is_moved_away_before_anything_was_written_is_none() {
    let (folder, path) = queue();
    let looked = queue_at(&path).write(|conn| {
        let report = sweep_zombie_tasks(conn, &SweepOptions::at(NOW).dry_run(true))?;
        fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
        Ok::<_, SweepError>(report)
    });
    assert_eq!(looked.unwrap().reaps.len(), 1);
}

#[test]
fn database_that_changes_under_the_eyes_is_looked_at_again() {
    let (_folder, path) = queue();
    let looks = Cell::new(0);
    let (report, warnings) = queue_at(&path)
        .read(|conn| {
            looks.set(looks.get() + 1);
            if looks.get() == 1 {
                let mut rival = World::of(Connection::open(&path).unwrap()).project("Lattice");
                for n in 0..100 {
                    rival = rival.running(n);
                }
            }
            sweep_zombie_tasks(conn, &SweepOptions::at(NOW).dry_run(true))
        })
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
    let (report, _) = queue_at(&path)
        .read(|conn| {
            looks.set(looks.get() + 1);
            rival.execute("UPDATE tasks SET title = 'another'", []).unwrap();
            sweep_zombie_tasks(conn, &SweepOptions::at(NOW).dry_run(true))
        })
        .unwrap();
    assert_eq!((looks.get(), report.reaps.len()), (1, 1));
}

/// A dry run that took it for a database without a log would read on.
#[test]
fn file_that_gives_way_to_a_folder_while_it_is_looked_at_is_an_error() {
    let (folder, path) = queue();
    let looked = queue_at(&path).read(|_| {
        fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
        fs::create_dir(&path).unwrap();
        Ok::<_, OpenError>(())
    });
    assert!(matches!(looked, Err(OpenError::Directory(_))), "{looked:?}");
}

#[test]
fn what_preparing_the_connection_failed_with_is_handed_on() {
    let (_folder, path) = queue();
    let nothing = |_: &mut Connection| Ok::<_, OpenError>(());
    let prepare = |conn: &mut Connection| conn.execute_batch("SELECT nonsense");
    let queue = queue_at(&path).configured(prepare);
    let swept = queue.write(nothing);
    assert!(matches!(swept, Err(OpenError::Sqlite { .. })), "{swept:?}");
    let looked = queue.read(nothing);
    assert!(matches!(looked, Err(OpenError::Sqlite { .. })), "{looked:?}");
}

#[test]
fn schema_cannot_be_damaged_through_the_connection() {
    let (_folder, path) = queue();
    let damage = |conn: &mut Connection| {
        let done = conn.execute_batch("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema");
        Ok::<_, OpenError>(done.unwrap_err().to_string())
    };
    let said = queue_at(&path).write(damage).unwrap();
    assert!(said.contains("sqlite_master may not be modified"), "{said}");
}

#[cfg(unix)]
#[test]
fn link_that_comes_to_lead_elsewhere_during_the_sweep_is_an_error() {
    use std::os::unix::fs::symlink;

    let (folder, path) = queue();
    let (_elsewhere, other) = queue();
    let link = folder.path().join("link.db");
    symlink(&path, &link).unwrap();
    let swept = swept_until(&link, || {
        fs::remove_file(&link).unwrap();
        symlink(&other, &link).unwrap();
    });
    assert!(
        matches!(
            swept,
            Err(SweepError::Store(StoreError::Open(OpenError::Moved(_))))
        ),
        "{swept:?}"
    );
}

/// A reading during which this happens each time. Returns how often it looked, and what it found.
fn read_while(
    path: &Path,
    mut mishap: impl FnMut(),
) -> (usize, Result<(SweepReport, Vec<String>), SweepError>) {
    let mut looks = 0;
    let seen = queue_at(path).read(|conn| {
        looks += 1;
        mishap();
        sweep_zombie_tasks(conn, &SweepOptions::at(NOW).dry_run(true))
    });
    (looks, seen)
}

/// In the end it is locked, so that whoever writes leaves the log behind, to be read.
#[test]
fn database_that_somebody_opens_writes_and_closes_at_every_look_is_read_all_the_same() {
    let (folder, path) = queue();
    let log = folder.path().join("queue.db-wal");
    let mut written = 0;
    let (looks, seen) = read_while(&path, || {
        if !log.exists() {
            written += 1;
            let rival = World::of(Connection::open(&path).unwrap());
            drop(rival.project(&format!("P{written}")).running(written));
        }
    });
    let (report, warnings) = seen.unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!((looks, written, report.reaps.len()), (5, 4, 5));
}

#[test]
fn database_that_is_replaced_at_every_look_is_an_error() {
    let (folder, path) = queue();
    let (looks, seen) = read_while(&path, || {
        let copy = folder.path().join("copy.db");
        fs::copy(&path, &copy).unwrap();
        fs::rename(&copy, &path).unwrap();
    });
    assert!(looks > 1);
    assert!(
        matches!(
            seen,
            Err(SweepError::Store(StoreError::Open(OpenError::Unsteady(_))))
        ),
        "{seen:?}"
    );
}

/// SQLite would make a log for the reader.
#[test]
fn database_without_a_log_gets_none_while_it_is_looked_at() {
    let (_folder, path) = queue();
    let rival = Connection::open(&path).unwrap();
    rival.pragma_update(None, "journal_mode", "delete").unwrap();
    rival.busy_timeout(std::time::Duration::ZERO).unwrap();
    let (looks, seen) = read_while(&path, || {
        rival.pragma_update(None, "journal_mode", "wal").unwrap_err();
    });
    assert_eq!((looks, seen.unwrap().0.reaps.len()), (1, 1));
    rival.pragma_update(None, "journal_mode", "wal").unwrap();
}

/// A database whose log lost its index, so that it is read from a copy.
fn queue_with_a_log_alone() -> (TempDir, PathBuf) {
    let (folder, path) = queue();
    let world = World::of(Connection::open(&path).unwrap())
        .project("Lattice")
        .running("t2");
    let copy = folder.path().join("copy.db");
    for suffix in ["", "-wal"] {
        let with_suffix = |path: &Path| format!("{}{suffix}", path.display());
        fs::copy(with_suffix(&path), with_suffix(&copy)).unwrap();
    }
    drop(world);
    (folder, copy)
}

#[test]
fn copy_can_be_called_off() {
    let (_folder, path) = queue_with_a_log_alone();
    let called_off = queue_at(&path).going_on(|| false);
    let looked = called_off.read(|_| -> Result<(), OpenError> { panic!("there is nothing to look at") });
    assert!(matches!(looked, Err(OpenError::Copy { .. })), "{looked:?}");
    let (_, seen) = read_while(&path, || ());
    assert_eq!(seen.unwrap().0.reaps.len(), 2);
}

#[test]
fn foreign_keys_are_what_the_profile_says_in_a_sweep_and_a_reading() {
    let keys = |conn: &mut Connection| {
        Ok::<bool, OpenError>(
            conn.query_row("PRAGMA foreign_keys", [], |row| row.get(0))
                .unwrap(),
        )
    };
    for said in [false, true] {
        let profile = Profile::from_toml(&format!("[database]\nforeign_keys = {said}")).unwrap();
        for (_folder, path) in [queue(), queue_with_a_log_alone()] {
            let queue = Queue::at(&path, &profile);
            let read = queue.read(keys).unwrap().0;
            let swept = queue.write(keys).unwrap();
            assert_eq!((read, swept), (said, said));
        }
    }
}
