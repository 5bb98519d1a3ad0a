//! A dry run by a stranger: whatever lies beside the database, and whoever opens and closes it meanwhile, no file is
//! made, given away or changed, so that the owner's next write goes through.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, thread};

use super::place::Place;
use super::privilege::{am_root, skipped};
use super::program::{Program, Ran};

const STRANGER: u32 = 65_534;

/// Whose each file is, and what may be done with it.
fn owners(place: &Place) -> Vec<(String, u32, u32, u32)> {
    let owner = |name: String| {
        let found = fs::metadata(place.file(&name)).unwrap();
        (name, found.uid(), found.gid(), found.mode())
    };
    place.names().into_iter().map(owner).collect()
}

/// Runs it where a stranger may make files, and holds it to leave all of them alone.
#[track_caller]
fn leaves_all_alone(place: &Place, program: Program) -> Ran {
    let before = owners(place);
    let ran = place.untouched(|| program.run());
    assert_eq!(owners(place), before);
    ran
}

/// A queue with a file beside it, in a folder where anybody may make files.
fn beside(name: &str, bytes: &[u8]) -> Place {
    let place = Place::queue(|world| world.zombie("t1"));
    place.write(name, bytes);
    place.mode(name, 0o666);
    place.mode(".", 0o777);
    place
}

#[test]
fn stray_files_make_no_difference() {
    let (used, _orchestrator) = Place::with_a_live_log();
    let index = fs::read(used.file("orchestra.db-shm")).unwrap();
    for (name, bytes) in [
        ("orchestra.db-shm", &index[..]),
        ("orchestra.db-shm", &[]),
        ("orchestra.db-journal", &[]),
        ("orchestra.db-wal", &[]),
    ] {
        let place = beside(name, bytes);
        let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
            return;
        };
        let summary = leaves_all_alone(&place, program).summary();
        assert_eq!(summary["reaped"], 1, "{name}");
        assert_eq!(summary["warnings"].as_array().unwrap().len(), 0, "{name}");
        place
            .connect()
            .execute_batch("UPDATE tasks SET title = 'another'")
            .unwrap();
    }
}

/// Does something over and over while something else is done, and says how often.
fn meanwhile(mut others: impl FnMut() + Send, done: impl FnOnce()) -> usize {
    struct Ends<'a>(&'a AtomicBool);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let others = scope.spawn(|| {
            let mut times = 0;
            while !is_over.load(Ordering::SeqCst) {
                others();
                times += 1;
            }
            times
        });
        let ends = Ends(&is_over);
        done();
        drop(ends);
        others.join().unwrap()
    })
}

/// Dry runs by a stranger, one after the other.
#[track_caller]
fn dry_runs(place: &Place) {
    for _ in 0..50 {
        let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
            return;
        };
        assert_eq!(program.run().summary()["reaped"], 1);
    }
}

#[track_caller]
fn assert_all_are_the_owners(place: &Place) {
    let owner = fs::metadata(place.db()).unwrap().uid();
    for (name, uid, ..) in owners(place) {
        assert_eq!(uid, owner, "{name}");
    }
}

#[test]
fn workers_that_come_and_go() {
    let place = Place::queue(|world| world.zombie("t1"));
    place.mode(".", 0o777);
    let write = || {
        let wrote = place.connect().execute("UPDATE projects SET name = name", []);
        wrote.unwrap();
    };
    assert!(meanwhile(write, || dry_runs(&place)) > 0);
    assert_all_are_the_owners(&place);
    assert_eq!(place.sweeper(&[]).run().summary()["reaped"], 1);
}

/// The queue may change its mode between a look at its header and the first read.
#[test]
fn mode_that_comes_and_goes() {
    let place = Place::queue(|world| world.zombie("t1"));
    place.mode(".", 0o777);
    let orchestrator = place.connect();
    let change = move || {
        for mode in ["DELETE", "WAL"] {
            // Not while it is read.
            let _ = orchestrator.pragma_update(None, "journal_mode", mode);
            let _ = orchestrator.execute("UPDATE projects SET name = name", []);
            thread::sleep(Duration::from_millis(1));
        }
    };
    let dry_runs = || {
        for _ in 0..50 {
            let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
                return;
            };
            let ran = program.run();
            // It may be that it was never let in.
            assert!([0, 75].contains(&ran.exit), "{}", ran.stderr);
        }
    };
    assert!(meanwhile(change, dry_runs) > 0);
    assert_all_are_the_owners(&place);
}

/// SQLite as root gives a log the database's owner.
#[test]
fn log_of_another_owner_stays_theirs() {
    if !am_root() {
        return skipped("files cannot be given away here");
    }
    for (name, uid) in [("orchestra.db-wal", STRANGER), ("orchestra.db-shm", STRANGER)] {
        let (place, _orchestrator) = Place::with_a_live_log();
        chown(place.file(name), Some(uid), Some(uid)).unwrap();
        let summary = leaves_all_alone(&place, place.sweeper(&["--dry-run"])).summary();
        assert_eq!(summary["task_ids"][0], "t1");
        let warned = summary["warnings"].to_string();
        assert!(warned.contains("another owner or mode"), "{warned}");
    }
}

/// SQLite gives an empty log the database's mode.
#[test]
fn empty_log_keeps_its_mode() {
    let place = Place::queue(|world| world.zombie("t1"));
    let orchestrator = place.connect();
    orchestrator
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    place.mode("orchestra.db-wal", 0o666);
    let summary = leaves_all_alone(&place, place.sweeper(&["--dry-run"])).summary();
    assert_eq!(summary["reaped"], 1);
}

/// A copy is made while workers go on writing to the log.
#[test]
fn log_that_is_written_while_it_is_copied() {
    if !am_root() {
        return skipped("files cannot be given away here");
    }
    let (place, _orchestrator) = Place::with_a_live_log();
    let worker = place.connect();
    worker
        .execute_batch("PRAGMA wal_autocheckpoint = 5; DELETE FROM workspaces")
        .unwrap();
    chown(place.file("orchestra.db-wal"), Some(STRANGER), Some(STRANGER)).unwrap();
    let write = move || {
        worker
            .execute(
                "UPDATE tasks SET title = hex(randomblob(3000)) WHERE id = 't0'",
                [],
            )
            .unwrap();
    };
    let writes = meanwhile(write, || {
        for _ in 0..20 {
            let summary = place.sweeper(&["--dry-run"]).run().summary();
            assert_eq!(
                (&summary["task_ids"][0], &summary["healthy"]),
                (&"t1".into(), &1.into())
            );
        }
    });
    assert!(writes > 0);
    assert_eq!(
        fs::metadata(place.file("orchestra.db-wal")).unwrap().uid(),
        STRANGER
    );
}
