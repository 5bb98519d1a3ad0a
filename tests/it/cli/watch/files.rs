//! Another file in the place of the database: it goes on with that one.

use std::fs;

use super::super::place::Place;
use super::super::signals::wait_until;

/// A queue that is watched, and another of the same kind beside it, with a task whose run has ended.
fn watched_beside_another() -> (Place, Place, super::Watching) {
    let place = Place::queue(|world| world.zombie("old").alive("again"));
    let other = Place::queue(|world| {
        world
            .running("new")
            .run("r-new")
            .set("status", "completed")
            .ended("1h ago")
    });
    let watch = place.watch(&["--settle", "0s"]);
    assert_eq!(watch.reaped(), ["old"]);
    (place, other, watch)
}

#[test]
fn another_is_renamed_over_it_and_the_log_is_left() {
    let (place, other, watch) = watched_beside_another();
    place
        .connect()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    fs::rename(other.db(), place.db()).unwrap();
    assert!(place.names().contains(&"orchestra.db-wal".to_owned()));
    assert_eq!(watch.reaped(), ["new"]);
    assert_eq!(place.world().value("tasks.status", "new"), "open");
    let ended = watch.stop();
    assert_eq!(ended.exit, Some(0));
    assert_eq!(
        ended.stderr.matches("was deleted, moved or replaced").count(),
        1,
        "{}",
        ended.stderr
    );
    assert_eq!(place.world().query("PRAGMA integrity_check"), "ok");
}

/// What stands in the log would be folded into the wrong one.
#[test]
fn another_is_renamed_over_it_and_the_log_is_left_with_what_it_holds() {
    let (place, other, watch) = watched_beside_another();
    fs::rename(other.db(), place.db()).unwrap();
    watch.says("the log beside it is that of the one before");
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(place.file(&format!("orchestra.db{suffix}"))).unwrap();
    }
    assert_eq!(watch.reaped(), ["new"]);
    assert_eq!(place.world().value("tasks.status", "new"), "open");
    assert_eq!(place.world().query("PRAGMA integrity_check"), "ok");
}

#[test]
fn another_is_renamed_over_it_and_the_log_is_removed() {
    let (place, other, watch) = watched_beside_another();
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(place.file(&format!("orchestra.db{suffix}"))).unwrap();
    }
    fs::rename(other.db(), place.db()).unwrap();
    assert_eq!(watch.reaped(), ["new"]);
    assert_eq!(place.world().value("tasks.status", "new"), "open");
    assert_eq!(place.world().query("PRAGMA integrity_check"), "ok");
}

#[test]
fn its_log_is_removed_and_others_begin_another() {
    let place = Place::queue(|world| world.zombie("t1").alive("t2"));
    let watch = place.watch(&["--settle", "0s"]);
    assert_eq!(watch.reaped(), ["t1"]);
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(place.file(&format!("orchestra.db{suffix}"))).unwrap();
    }
    // What stood in the log is lost with it; what is written from now on is in another.
    place.end_run("t2");
    wait_until("it sees what the others write", || {
        place.world().value("tasks.status", "t2") == "open"
    });
    watch.says("is watched again");
}

/// What stands in the profile's file meanwhile is not heeded.
#[test]
fn it_is_gone_for_a_while_and_the_profile_is_the_one_before() {
    let place = Place::queue(|world| world.zombie("old").zombie("keep").alive("again"));
    let profile = place.write("mine.toml", "[tasks]\nwhere = \"t.id <> 'keep'\"\n");
    let watch = place.watch(&["--profile", profile.to_str().unwrap(), "--settle", "0s"]);
    assert_eq!(watch.reaped(), ["old"]);
    place.write("mine.toml", "# nothing yet\n");
    place
        .connect()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let aside = place.file("aside.db");
    fs::rename(place.db(), &aside).unwrap();
    watch.says("the queue cannot be watched");
    fs::rename(&aside, place.db()).unwrap();
    watch.says("is watched again");
    place.end_run("keep");
    place.end_run("again");
    assert_eq!(watch.reaped(), ["again"]);
    assert_eq!(place.world().value("tasks.status", "keep"), "running");
}

#[test]
fn it_is_deleted_and_put_back() {
    let (place, _other, watch) = watched_beside_another();
    // Whole without its log.
    place
        .connect()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let aside = place.file("aside.db");
    fs::rename(place.db(), &aside).unwrap();
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(place.file(&format!("orchestra.db{suffix}"))).unwrap();
    }
    watch.says("no database at");
    fs::rename(&aside, place.db()).unwrap();
    watch.says("is watched again");
    place.end_run("again");
    assert_eq!(watch.reaped(), ["again"]);
}
