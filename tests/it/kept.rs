//! A queue that is kept open to be watched: what counts as a change, and which file it is.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;
use zombie_sweeper::store::{Kept, OpenError, Queue, StoreError};
use zombie_sweeper::{Profile, SweepError, SweepReport, rusqlite, sweep_zombie_tasks};

use crate::world::{NOW, World};

/// A queue of one zombie in a file, and the folder that it is in.
fn queue() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    drop(World::at(conn).running("t1").run("r1").heartbeat("16m ago"));
    (folder, path)
}

fn keep(path: &std::path::Path) -> Kept {
    let profile = Profile::default();
    Queue::at(path, &profile).keep().unwrap()
}

fn options() -> zombie_sweeper::SweepOptions {
    zombie_sweeper::SweepOptions::at(NOW)
}

fn sweep(kept: &mut Kept) -> Result<SweepReport, SweepError> {
    kept.sweep(&options(), sweep_zombie_tasks)
}

/// By another process, for all that the kept one can tell.
fn others_write(path: &std::path::Path) {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch("UPDATE tasks SET title = 'another'").unwrap();
}

fn is_replaced(error: &SweepError) -> bool {
    matches!(
        error.of_the_store(),
        Some(StoreError::Open(OpenError::Replaced(_)))
    )
}

#[test]
fn what_it_writes_itself_is_no_change_and_what_others_write_is() {
    let (_folder, path) = queue();
    let mut kept = keep(&path);
    assert!(kept.has_changed().unwrap(), "nobody has looked yet");
    assert_eq!(sweep(&mut kept).unwrap().reaps.len(), 1);
    assert!(!kept.has_changed().unwrap());
    others_write(&path);
    assert!(kept.has_changed().unwrap());
    assert!(kept.has_changed().unwrap(), "as long as nobody looks");
    sweep(&mut kept).unwrap();
    assert!(!kept.has_changed().unwrap());
}

#[test]
fn what_others_write_while_it_sweeps_is_not_swallowed() {
    let (_folder, path) = queue();
    let mut kept = keep(&path);
    // Between its two looks, of which the second sees it and the first does not.
    let writing = path.clone();
    let options = options().confirm(Duration::from_secs(60)).waiting(move |_| {
        others_write(&writing);
        Some(NOW)
    });
    let swept = kept.sweep(&options, sweep_zombie_tasks);
    assert_eq!(swept.unwrap().transactions, 1);
    assert!(kept.has_changed().unwrap());
}

#[test]
fn sweep_that_fails_is_to_be_made_again() {
    let (_folder, path) = queue();
    let mut kept = keep(&path);
    sweep(&mut kept).unwrap();
    let failed = kept.sweep(&options(), |_, _| Err::<(), _>(SweepError::TransactionOpen));
    assert!(failed.is_err());
    assert!(kept.has_changed().unwrap());
}

#[test]
fn other_file_in_its_place_is_noticed_before_a_look() {
    let (folder, path) = queue();
    let mut kept = keep(&path);
    assert!(kept.check().is_ok());
    fs::rename(&path, folder.path().join("aside.db")).unwrap();
    assert!(matches!(kept.check(), Err(OpenError::Replaced(_))));
    assert!(is_replaced(&sweep(&mut kept).unwrap_err()));
}

#[test]
fn other_log_beside_it_is_noticed() {
    let (folder, path) = queue();
    let kept = keep(&path);
    let log = folder.path().join("queue.db-wal");
    fs::remove_file(&log).unwrap();
    assert!(matches!(kept.check(), Err(OpenError::Replaced(_))));
    fs::write(&log, "").unwrap();
    assert!(matches!(kept.check(), Err(OpenError::Replaced(_))));
}

#[test]
fn file_that_is_replaced_under_the_lock_is_not_written() {
    let (folder, path) = queue();
    let aside = folder.path().join("aside.db");
    let other = folder.path().join("other.db");
    fs::copy(&path, &other).unwrap();
    let mut kept = keep(&path);
    let swept = kept.sweep(&options(), |conn, options| {
        let (from, to, new) = (path.clone(), aside.clone(), other.clone());
        // The first row that is written is the sign.
        conn.update_hook(Some(
            move |_: rusqlite::hooks::Action, _: &str, _: &str, _: i64| {
                if !to.exists() {
                    fs::rename(&from, &to).unwrap();
                    fs::rename(&new, &from).unwrap();
                }
            },
        ))
        .unwrap();
        sweep_zombie_tasks(conn, options)
    });
    assert!(is_replaced(&swept.unwrap_err()));
    let log = folder.path().join("queue.db-wal");
    drop(kept);
    assert_eq!(
        fs::metadata(&log).map_or(0, |log| log.len()),
        0,
        "nothing was committed"
    );
    for file in [&path, &aside] {
        let conn = rusqlite::Connection::open(file).unwrap();
        let world = World::of(conn);
        assert_eq!(world.value("tasks.status", "t1"), "running", "{}", file.display());
    }
}

#[test]
fn database_that_comes_to_keep_a_log_stays_the_same() {
    let (_folder, path) = queue();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.pragma_update(None, "journal_mode", "DELETE").unwrap();
    let mut kept = keep(&path);
    sweep(&mut kept).unwrap();
    other.pragma_update(None, "journal_mode", "WAL").unwrap();
    others_write(&path);
    assert!(kept.has_changed().unwrap());
    sweep(&mut kept).unwrap();
    assert!(kept.check().is_ok());
}

#[test]
fn it_leaves_no_file_behind_and_a_log_that_was_left() {
    let (folder, path) = queue();
    let names = || fs::read_dir(folder.path()).unwrap().count();
    let mut kept = keep(&path);
    sweep(&mut kept).unwrap();
    assert_eq!(names(), 3);
    drop(kept);
    assert_eq!(names(), 1);
    let orchestrator = rusqlite::Connection::open(&path).unwrap();
    orchestrator
        .execute_batch("UPDATE tasks SET title = 'new'")
        .unwrap();
    let mut kept = keep(&path);
    sweep(&mut kept).unwrap();
    drop(kept);
    assert_eq!(names(), 3, "the orchestrator is still connected");
}

#[test]
fn nothing_is_made_where_nothing_is() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::default();
    let path = folder.path().join("queue.db");
    let queue = Queue::at(&path, &profile);
    assert!(matches!(queue.keep().err(), Some(OpenError::Missing(_))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
