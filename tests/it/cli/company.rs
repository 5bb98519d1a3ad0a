//! Several threads of one process at one queue, and a process beside them. A process that closes any descriptor of a file loses all
//! its locks on it, whichever thread has them: whether it has, only another process can tell.

use std::fs;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::rusqlite::config::DbConfig;
use zombie_sweeper::store::{Kept, OpenError, Queue, StoreError, look_at_place};
use zombie_sweeper::{Profile, SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::place::Place;
use crate::world::NOW;

fn in_either_mode() -> [Place; 2] {
    let story = |world: crate::world::World| world.running("t1").run("r1").heartbeat("16m ago");
    [Place::queue(story), Place::queue_with_journal(story)]
}

/// In a thread of its own.
fn elsewhere(place: &Place, by: impl FnOnce(&Queue<'_>) + Send) {
    let path = place.db();
    let run = || by(&Queue::at(&path, &Profile::default()));
    thread::scope(|scope| scope.spawn(run).join().unwrap());
}

fn keep(place: &Place) -> Kept {
    Queue::at(&place.db(), &Profile::default()).keep().unwrap()
}

fn options() -> SweepOptions {
    SweepOptions::at(NOW)
}

fn dry_run(conn: &mut Connection) -> Result<SweepReport, SweepError> {
    sweep_zombie_tasks(conn, &options().dry_run(true))
}

/// Has the process write, and another one find it locked after each of these.
fn stays_locked(meanwhile: &[fn(&Queue<'_>)]) {
    for place in in_either_mode() {
        let mut kept = keep(&place);
        let swept = kept.sweep(&options(), |conn, _| {
            conn.execute_batch("BEGIN IMMEDIATE").unwrap();
            for (step, meanwhile) in meanwhile.iter().enumerate() {
                elsewhere(&place, meanwhile);
                let other = place.sweeper(&["--busy-timeout", "0s"]).run();
                assert_eq!(other.exit, 75, "after {step}: {}", other.stderr);
            }
            conn.execute_batch("ROLLBACK").unwrap();
            Ok::<_, SweepError>(())
        });
        swept.unwrap();
        assert_eq!(place.sweeper(&[]).run().summary()["reaped"], 1);
    }
}

#[test]
fn whoever_comes_and_goes_leaves_the_lock_of_another() {
    stays_locked(&[
        |queue| drop(queue.keep().unwrap()),
        |queue| drop(queue.keep_to_read().unwrap()),
        |queue| {
            let (report, warnings) = queue.read(dry_run).unwrap();
            assert_eq!((report.reaps.len(), warnings.len()), (1, 0));
        },
        |queue| assert_eq!(queue.write(dry_run).unwrap().reaps.len(), 1),
        |queue| assert_eq!(queue.trial(dry_run).unwrap().reaps.len(), 1),
        |queue| {
            let place = queue.keep().unwrap().place().unwrap();
            assert_eq!(look_at_place(&place.path).unwrap().is_wal, place.is_wal);
        },
    ]);
}

/// Who looks at the files closes them: until then nobody else takes a lock that would be lost.
#[test]
fn whoever_keeps_it_open_waits_for_one_who_looks_at_its_files() {
    for place in in_either_mode() {
        let (looks, has_begun) = mpsc::channel();
        let (locked, is_locked) = mpsc::channel();
        let (closed, is_closed) = mpsc::channel();
        let path = place.db();
        thread::scope(|scope| {
            scope.spawn(move || {
                let profile = Profile::default();
                let look = |_: &mut Connection| {
                    looks.send(()).unwrap();
                    // Not before it is closed, unless it may not be closed any more.
                    let _ = is_locked.recv_timeout(Duration::from_millis(200));
                    Ok::<_, OpenError>(())
                };
                Queue::at(&path, &profile).read(look).unwrap();
                closed.send(()).unwrap();
            });
            has_begun.recv().unwrap();
            let swept = keep(&place).sweep(&options(), |conn, _| {
                conn.execute_batch("BEGIN IMMEDIATE").unwrap();
                let _ = locked.send(());
                is_closed.recv().unwrap();
                let other = place.sweeper(&["--busy-timeout", "0s"]).run();
                assert_eq!(other.exit, 75, "{}", other.stderr);
                Ok::<_, SweepError>(())
            });
            swept.unwrap();
        });
    }
}

#[test]
fn who_only_reads_writes_nothing_and_finds_all() {
    for place in in_either_mode() {
        let story = "CREATE TRIGGER no BEFORE UPDATE ON tasks BEGIN SELECT RAISE(ABORT, 'not now'); END";
        place.connect().execute_batch(story).unwrap();
        let mut kept = keep(&place);
        let path = place.db();
        let mut reader = Queue::at(&path, &Profile::default()).keep_to_read().unwrap();
        let found = reader.look(dry_run).unwrap();
        assert_eq!(found.failed[0].why, "not now");
        let refused = reader.sweep(&options(), sweep_zombie_tasks);
        assert!(refused.is_err());
        assert_eq!(
            kept.sweep(&options(), sweep_zombie_tasks).unwrap().failed.len(),
            1
        );
    }
}

#[test]
fn reader_sees_what_the_other_commits() {
    for place in in_either_mode() {
        let (mut kept, path) = (keep(&place), place.db());
        let mut reader = Queue::at(&path, &Profile::default()).keep_to_read().unwrap();
        assert_eq!(reader.look(dry_run).unwrap().reaps.len(), 1);
        assert_eq!(kept.sweep(&options(), sweep_zombie_tasks).unwrap().reaps.len(), 1);
        assert_eq!(reader.look(dry_run).unwrap().scanned, 0);
    }
}

/// Who closes the database last has written nothing itself.
#[test]
fn last_one_out_folds_in_what_another_wrote() {
    let place = &in_either_mode()[0];
    let orchestrator = place.connect();
    let leave = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    orchestrator.set_db_config(leave, true).unwrap();
    orchestrator
        .execute_batch("UPDATE tasks SET title = 'new'")
        .unwrap();
    drop(orchestrator);
    let log_bytes = || fs::metadata(place.file("orchestra.db-wal")).map_or(0, |found| found.len());
    let left = log_bytes();
    let reader = || {
        let path = place.db();
        Queue::at(&path, &Profile::default()).keep_to_read().unwrap()
    };
    let kept = (keep(place), reader());
    drop(kept.0);
    drop(kept.1);
    assert!(
        left > 0 && log_bytes() == left,
        "nothing was written, and it stays as it was"
    );
    let (mut kept, reader) = (keep(place), reader());
    kept.sweep(&options(), sweep_zombie_tasks).unwrap();
    drop(kept);
    assert!(log_bytes() > left, "one is still there");
    drop(reader);
    assert_eq!(place.names(), ["orchestra.db"]);
    assert_eq!(place.world().value("tasks.status", "t1"), "open");
}

/// As long as anybody keeps the one that stood there before, its log may not be taken for the other's.
#[test]
fn file_that_is_replaced_is_left_by_all_before_the_other_is_opened() {
    let place = &in_either_mode()[0];
    let other = &in_either_mode()[0];
    let (path, profile) = (place.db(), Profile::default());
    let queue = Queue::at(&path, &profile);
    let (mut kept, mut reader) = (queue.keep().unwrap(), queue.keep_to_read().unwrap());
    fs::rename(&path, place.file("aside.db")).unwrap();
    fs::copy(other.db(), &path).unwrap();
    let is_replaced =
        |error: Option<&StoreError>| matches!(error, Some(StoreError::Open(OpenError::Replaced(_))));
    let swept = kept.sweep(&options(), sweep_zombie_tasks).unwrap_err();
    assert!(is_replaced(swept.of_the_store()));
    assert!(is_replaced(reader.look(dry_run).unwrap_err().of_the_store()));
    let left = kept.left();
    drop(kept);
    assert!(is_replaced(queue.read(dry_run).unwrap_err().of_the_store()));
    assert!(is_replaced(queue.write(dry_run).unwrap_err().of_the_store()));
    assert!(matches!(queue.keep_after(&left), Err(OpenError::Replaced(_))));
    assert!(matches!(look_at_place(&path), Err(OpenError::Replaced(_))));
    drop(reader);
    for beside in ["orchestra.db-wal", "orchestra.db-shm"] {
        let _ = fs::remove_file(place.file(beside));
    }
    let mut kept = queue.keep_after(&left).unwrap();
    assert_eq!(kept.sweep(&options(), sweep_zombie_tasks).unwrap().reaps.len(), 1);
}

#[test]
fn place_is_told_without_opening_what_is_kept() {
    for place in in_either_mode() {
        let path = place.db();
        let alone = look_at_place(&path).unwrap();
        let kept = keep(&place);
        let found = kept.place().unwrap();
        assert_eq!(
            (
                found.path,
                found.bytes,
                found.is_wal,
                found.names,
                found.may_write
            ),
            (
                alone.path,
                alone.bytes,
                alone.is_wal,
                alone.names,
                alone.may_write
            )
        );
        assert_eq!((found.owner, found.mount), (alone.owner, alone.mount));
        assert_eq!(found.wrong_name, None);
    }
}
