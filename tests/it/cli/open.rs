//! What cannot be opened: each with a sentence and an exit code of its own, and left as it was.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use super::place::Place;
use super::privilege::skipped;
use super::program::{BINARY, Program, zombie_sweeper};

/// What a sweep and a dry run say of the same file. It must be the same.
#[track_caller]
fn refused(place: &Place, db: &Path) -> String {
    let sweep = |args: &[&str]| {
        let program = zombie_sweeper([Path::new("--db"), db]).args(args);
        let ran = place.untouched(|| program.run());
        ran.failure(place.path())
    };
    let said = sweep(&[]);
    assert_eq!(sweep(&["--dry-run"]), said);
    assert_eq!(sweep(&["schema"]), said);
    said
}

#[track_caller]
fn refused_bytes(bytes: impl AsRef<[u8]>) -> String {
    let place = Place::empty();
    place.write("orchestra.db", bytes);
    refused(&place, &place.db())
}

/// A queue that was closed in peace, and has then come to harm.
#[track_caller]
fn refused_damage(at: usize, bytes: &[u8]) -> String {
    let place = Place::queue(|world| world.zombie("t1"));
    place.damage(at, bytes);
    refused(&place, &place.db())
}

#[test]
fn missing_file() {
    let place = Place::empty();
    assert_snapshot!(refused(&place, &place.db()), @"
    exit 66
    error: no database at ~/orchestra.db: expected an existing SQLite file, and none is created; name the database with --db, or in ORCHESTRA_DB
    ");
}

#[test]
fn missing_folder() {
    let place = Place::empty();
    assert_snapshot!(refused(&place, &place.file("no/such/folder.db")), @"
    exit 66
    error: no database at ~/no/such/folder.db: expected an existing SQLite file, and none is created; name the database with --db, or in ORCHESTRA_DB
    ");
}

#[test]
fn link_to_nothing() {
    let place = Place::empty();
    symlink("nothing.db", place.db()).unwrap();
    assert_snapshot!(refused(&place, &place.db()), @"
    exit 66
    error: no database at ~/orchestra.db: expected an existing SQLite file, and none is created; name the database with --db, or in ORCHESTRA_DB
    ");
}

#[test]
fn link_to_itself() {
    let place = Place::empty();
    symlink("orchestra.db", place.db()).unwrap();
    assert_snapshot!(refused(&place, &place.db()), @"
    exit 74
    error: failed to look at ~/orchestra.db: Too many levels of symbolic links (os error 40)
    ");
}

#[test]
fn log_that_is_a_link_to_itself() {
    let place = Place::queue(|world| world.zombie("t1"));
    symlink("orchestra.db-wal", place.file("orchestra.db-wal")).unwrap();
    assert_snapshot!(refused(&place, &place.db()), @"
    exit 74
    error: failed to look at ~/orchestra.db: Too many levels of symbolic links (os error 40)
    ");
}

#[test]
fn file_in_the_place_of_a_folder() {
    let place = Place::queue(|world| world);
    assert_snapshot!(refused(&place, &place.file("orchestra.db/orchestra.db")), @"
    exit 66
    error: no database at ~/orchestra.db/orchestra.db: expected an existing SQLite file, and none is created; name the database with --db, or in ORCHESTRA_DB
    ");
}

#[test]
fn directory() {
    let place = Place::empty();
    assert_snapshot!(refused(&place, place.path()), @"
    exit 66
    error: ~ is a directory: expected a SQLite database file; name the file in it with --db
    ");
}

#[test]
fn pipe() {
    let place = Place::empty();
    let made = Command::new("mkfifo").arg(place.db()).status();
    if !made.is_ok_and(|made| made.success()) {
        return skipped("no pipe can be made here");
    }
    assert_snapshot!(refused(&place, &place.db()), @"
    exit 66
    error: ~/orchestra.db is not a regular file: expected a file of a SQLite database
    ");
}

/// SQLite would wait for whoever writes to it.
#[test]
fn pipe_in_the_place_of_a_journal() {
    for suffix in ["-journal", "-wal", "-shm"] {
        let place = Place::queue_with_journal(|world| world.zombie("t1"));
        let name = format!("orchestra.db{suffix}");
        let made = Command::new("mkfifo").arg(place.file(&name)).status();
        if !made.is_ok_and(|made| made.success()) {
            return skipped("no pipe can be made here");
        }
        let said = refused(&place, &place.db());
        let expected = format!("~/{name} is not a regular file: expected a file of a SQLite database");
        assert_eq!(said, format!("exit 66\nerror: {expected}\n"));
    }
}

#[test]
fn device() {
    assert_snapshot!(refused(&Place::empty(), Path::new("/dev/null")), @"
    exit 66
    error: /dev/null is not a regular file: expected a file of a SQLite database
    ");
}

#[test]
fn empty_file() {
    assert_snapshot!(refused_bytes(""), @"
    exit 65
    error: ~/orchestra.db is empty (0 bytes): expected a SQLite database with the queue's tables
    ");
}

#[test]
fn text_file() {
    assert_snapshot!(refused_bytes("tasks: none\n".repeat(100)), @"
    exit 65
    error: ~/orchestra.db is not a SQLite database, or it is encrypted or of a newer format than this program reads
    ");
}

#[test]
fn file_that_ends_after_the_magic_words() {
    assert_snapshot!(refused_bytes("SQLite format 3\0"), @"
    exit 65
    error: ~/orchestra.db is not a SQLite database, or it is encrypted or of a newer format than this program reads
    ");
}

#[test]
fn encrypted_database() {
    let noise = (0_u32..8192).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]);
    assert_snapshot!(refused_bytes(noise.collect::<Vec<_>>()), @"
    exit 65
    error: ~/orchestra.db is not a SQLite database, or it is encrypted or of a newer format than this program reads
    ");
}

#[test]
fn format_of_a_newer_sqlite() {
    assert_snapshot!(refused_damage(18, &[3, 3]), @"
    exit 65
    error: ~/orchestra.db is not a SQLite database, or it is encrypted or of a newer format than this program reads
    ");
}

#[test]
fn schema_format_of_a_newer_sqlite() {
    assert_snapshot!(refused_damage(44, &[0, 0, 0, 9]), @"
    exit 65
    error: ~/orchestra.db is not a SQLite database, or it is encrypted or of a newer format than this program reads
    ");
}

#[test]
fn corrupt_schema() {
    assert_snapshot!(refused_damage(100, &[0xff; 100]), @"
    exit 65
    error: ~/orchestra.db is corrupt (database disk image is malformed): run `PRAGMA integrity_check` and restore or recover it; nothing was written
    ");
}

#[test]
fn corrupt_tables() {
    let place = Place::queue(|world| (0..50).fold(world, |world, n| world.zombie(&format!("t{n}"))));
    let pages = fs::read(place.db()).unwrap().len() / 4096;
    for page in 1..pages {
        place.damage(page * 4096, &[0xff; 4096]);
    }
    let sweep = place.untouched(|| place.sweeper(&[]).run());
    assert_snapshot!(sweep.failure(place.path()), @"
    exit 65
    error: failed to find the zombies: database disk image is malformed; run `PRAGMA integrity_check`, and restore or recover it
    ");
    let dry_run = place.untouched(|| place.sweeper(&["--dry-run"]).run());
    assert_eq!(dry_run.failure(place.path()), sweep.failure(place.path()));
}

#[test]
fn another_database() {
    let place = Place::queue(|world| world.sql("DROP TABLE task_events; DROP TABLE task_runs"));
    assert_snapshot!(refused(&place, &place.db()), @r#"
    exit 65
    error: the schema does not fit: runs: expected a table task_runs; the database has projects, tasks, workspaces (a profile says that there is none by runs.table = ""); events: expected a table task_events; the database has projects, tasks, workspaces (a profile says that there is none by events.table = ""); nor does any other profile fit that ships; `zombie-sweeper schema --init` drafts one
    "#);
}

#[test]
fn symbolic_links_are_followed_to_a_log_beside_their_target() {
    let place = Place::queue(|world| world);
    let writer = place.connect();
    fs::create_dir(place.file("elsewhere")).unwrap();
    let link = place.file("elsewhere/link.db");
    symlink(place.db(), &link).unwrap();
    let world = crate::world::World::of(writer).project("Lattice").zombie("t1");
    assert!(place.names().contains(&"orchestra.db-wal".to_owned()));
    for args in [&["--dry-run"][..], &[]] {
        let summary = zombie_sweeper([Path::new("--db"), &link])
            .args(args)
            .run()
            .summary();
        assert_eq!(summary["task_ids"][0], "t1");
    }
    assert_eq!(world.value("tasks.status", "t1"), "open");
    assert_eq!(fs::read_dir(place.file("elsewhere")).unwrap().count(), 1);
}

#[test]
fn path_may_hold_what_a_uri_or_a_shell_would_read_as_its_own() {
    let place = Place::queue(|world| world.zombie("t1"));
    let db = place.file("o'r #1 50%20?mode=ro&x.db");
    fs::rename(place.db(), &db).unwrap();
    for args in [&["--dry-run"][..], &[]] {
        let summary = zombie_sweeper([Path::new("--db"), &db])
            .args(args)
            .run()
            .summary();
        assert_eq!(summary["task_ids"][0], "t1");
    }
    assert_eq!(place.names().len(), 1);
}

#[test]
fn path_need_not_be_unicode() {
    use std::os::unix::ffi::OsStrExt;

    let place = Place::queue(|world| world.zombie("t1"));
    let db = place
        .path()
        .join(std::ffi::OsStr::from_bytes(b"orchestra-\xff.db"));
    fs::rename(place.db(), &db).unwrap();
    let program = || zombie_sweeper([Path::new("--db"), &db]);
    program().args(["schema"]).run().exits(0);
    program().args(["--dry-run"]).run().summary();
    assert_eq!(program().run().summary()["reaped"], 1);
}

/// SQLite's limit, with what it puts behind the name of the database.
#[test]
fn path_may_be_504_bytes_long() {
    let place = Place::queue(|world| world.zombie("t1"));
    let longest = |bytes: usize| {
        let folders = place.file(&format!("{}/{}", "a".repeat(200), "b".repeat(200)));
        fs::create_dir_all(&folders).unwrap();
        let rest = bytes - folders.as_os_str().len() - 1;
        folders.join("c".repeat(rest))
    };
    fs::copy(place.db(), longest(504)).unwrap();
    for args in [&["--dry-run"][..], &[]] {
        let summary = zombie_sweeper([Path::new("--db"), &longest(504)])
            .args(args)
            .run()
            .summary();
        assert_eq!(summary["reaped"], 1);
    }
    fs::copy(place.db(), longest(505)).unwrap();
    let link = place.file("link.db");
    symlink(longest(505), &link).unwrap();
    let said = refused(&place, &link);
    assert_eq!(refused(&place, &longest(505)), said);
    let name = longest(505).display().to_string();
    let name = name.replace(place.path().to_str().unwrap(), "~");
    assert_snapshot!(said.replace(&name, "PATH"), @"
    exit 66
    error: the path PATH is too long for SQLite, which takes up to 504 bytes once links are resolved: move the database, or mount its folder, to where the path is shorter
    ");
}

#[test]
fn no_descriptor_left_for_the_log() {
    let place = Place::queue(|world| world.zombie("t1"));
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -n 5; exec "$0" --db "$1""#, BINARY]);
    shell.arg(place.db());
    assert_snapshot!(Program::by(shell).run().failure(place.path()), @"
    exit 74
    error: no file can be made beside ~/orchestra.db: Too many open files (os error 24)
    ");
    assert_eq!(
        zombie_sweeper([Path::new("--db"), &place.db()]).run().summary()["reaped"],
        1
    );
}
