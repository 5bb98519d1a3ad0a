//! What is not ours is told, and left as it is.

use std::fs;
use std::path::Path;

use zombie_sweeper::ledger::{Ledger, LedgerError, Misplaced, Outcome, ReapFilter, refuse_misplaced};

use super::{Book, names};
use crate::world::zombies;

/// What is said of a ledger that is not used; nothing of it changes.
#[track_caller]
fn refused(book: &Book) -> String {
    let before = fs::read(book.path()).ok();
    let files = book.names();
    let mut said = book.enter(0, Outcome::Failed("busy"));
    assert_eq!(book.names(), files);
    assert_eq!(fs::read(book.path()).ok(), before);
    assert_eq!(said.len(), 1, "{said:?}");
    said.remove(0)
        .replace(book.folder.path().canonicalize().unwrap().to_str().unwrap(), "~")
}

#[test]
fn another_programs_database() {
    let book = Book::new();
    book.connect()
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    insta::assert_snapshot!(refused(&book), @"this sweep is not in the ledger: ~/ledger.db is not used as the ledger, and left as it is: it is another program's database");
    book.connect().execute_batch("PRAGMA application_id = 7").unwrap();
    assert!(refused(&book).ends_with("it is another program's database"));
}

/// What a crash of that program has left beside it is for that program to undo.
#[test]
fn another_programs_database_with_a_log_beside_it() {
    let book = Book::new();
    let theirs = book.connect();
    theirs
        .execute_batch("PRAGMA journal_mode = wal; CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    // As a crash would leave them: the log is not folded in.
    let elsewhere = Book::new();
    for name in ["ledger.db", "ledger.db-wal"] {
        fs::copy(book.folder.path().join(name), elsewhere.folder.path().join(name)).unwrap();
    }
    assert!(refused(&elsewhere).ends_with("it is another program's database"));
    let read = Ledger::open_to_read(&elsewhere.path());
    assert!(matches!(read, Err(LedgerError::Refused { .. })), "{read:?}");
    assert_eq!(elsewhere.names(), ["ledger.db", "ledger.db-wal"]);
}

/// SQLite takes a file of a few bytes for an empty one.
#[test]
fn text_of_one_letter() {
    let book = Book::new();
    fs::write(book.path(), "x").unwrap();
    assert!(refused(&book).contains("it is no ledger"));
    assert_eq!(fs::read(book.path()).unwrap(), b"x");
}

/// It has the mode of a ledger, and so have keys.
#[cfg(unix)]
#[test]
fn text_that_nobody_else_may_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let book = Book::new();
    fs::write(book.path(), "-----BEGIN PRIVATE KEY-----\n".repeat(9)).unwrap();
    fs::set_permissions(book.path(), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(refused(&book).ends_with("it is no ledger"));
}

/// Somebody's flag or lock.
#[cfg(unix)]
#[test]
fn empty_file_that_others_may_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let book = Book::new();
    fs::write(book.path(), "").unwrap();
    fs::set_permissions(book.path(), fs::Permissions::from_mode(0o644)).unwrap();
    insta::assert_snapshot!(refused(&book), @"this sweep is not in the ledger: ~/ledger.db is not used as the ledger, and left as it is: it is empty, and has not the mode of a ledger (0600): take it away if nobody needs it");
}

#[test]
fn another_programs_database_without_a_table() {
    let book = Book::new();
    book.connect().execute_batch("PRAGMA journal_mode = wal").unwrap();
    assert!(refused(&book).ends_with("it is another program's database"));
}

/// SQLite would take them for its own, and take them away.
#[test]
fn notes_beside_it() {
    for suffix in ["-journal", "-wal", "-shm"] {
        for is_begun in [false, true] {
            let book = Book::new();
            if is_begun {
                book.sweep(0, zombies(1));
            }
            let notes = book.folder.path().join(format!("ledger.db{suffix}"));
            fs::write(&notes, "keep them\n".repeat(50)).unwrap();
            if !is_begun {
                assert!(book.enter(0, Outcome::Failed("busy"))[0].contains("it is not SQLite's"));
            }
            assert!(refused(&book).contains("it is not SQLite's"));
            let read = Ledger::open_to_read(&book.path());
            assert!(matches!(read, Err(LedgerError::Refused { .. })), "{read:?}");
            assert_eq!(fs::read(&notes).unwrap(), "keep them\n".repeat(50).as_bytes());
        }
    }
}

#[test]
fn newer_version() {
    let book = Book::new();
    book.sweep(0, zombies(1));
    book.connect().execute_batch("PRAGMA user_version = 3").unwrap();
    insta::assert_snapshot!(refused(&book), @"this sweep is not in the ledger: the ledger ~/ledger.db is of version 3, that of a newer sweeper; this one knows version 2, and leaves it as it is");
    let read = Ledger::open_to_read(&book.path());
    assert!(
        matches!(read, Err(LedgerError::Newer { version: 3, .. })),
        "{read:?}"
    );
}

/// A text that others may read is somebody's text.
#[cfg(unix)]
#[test]
fn text_of_somebodys() {
    use std::os::unix::fs::PermissionsExt as _;

    let book = Book::new();
    fs::write(book.path(), "Dear diary, ".repeat(100)).unwrap();
    fs::set_permissions(book.path(), fs::Permissions::from_mode(0o644)).unwrap();
    insta::assert_snapshot!(refused(&book), @"this sweep is not in the ledger: ~/ledger.db is not used as the ledger, and left as it is: it is no ledger");
}

#[cfg(unix)]
#[test]
fn link() {
    let book = Book::new();
    let elsewhere = Book::new();
    elsewhere.sweep(0, zombies(1));
    std::os::unix::fs::symlink(elsewhere.path(), book.path()).unwrap();
    insta::assert_snapshot!(refused(&book), @"this sweep is not in the ledger: ~/ledger.db is not used as the ledger, and left as it is: it is a symbolic link: name the file itself");
    assert!(Ledger::open_to_read(&book.path()).is_err());
    fs::remove_file(book.path()).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", book.path()).unwrap();
    assert!(refused(&book).ends_with("name the file itself"));
}

/// The way to it may lead over links: a folder of state often does.
#[cfg(unix)]
#[test]
fn folder_behind_a_link() {
    let book = Book::new();
    let link = tempfile::tempdir().unwrap();
    let link = link.path().join("state");
    std::os::unix::fs::symlink(book.folder.path(), &link).unwrap();
    let real = book.path();
    book.sweep(0, zombies(1));
    let ledger = Ledger::open_to_read(&link.join("ledger.db")).unwrap();
    assert_eq!(ledger.reaps(&ReapFilter::default()).unwrap().len(), 1);
    assert!(real.is_file());
}

#[cfg(unix)]
#[test]
fn file_that_others_may_write() {
    use std::os::unix::fs::PermissionsExt as _;

    let book = Book::new();
    book.sweep(0, zombies(1));
    fs::set_permissions(book.path(), fs::Permissions::from_mode(0o660)).unwrap();
    insta::assert_snapshot!(refused(&book), @"this sweep is not in the ledger: ~/ledger.db is not used as the ledger, and left as it is: others may write it (mode 0660): take that from them with chmod");
}

/// Who may put a journal there writes the ledger.
#[cfg(unix)]
#[test]
fn folder_that_everybody_may_write() {
    use std::os::unix::fs::PermissionsExt as _;

    let book = Book::new();
    fs::set_permissions(book.folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    insta::assert_snapshot!(refused(&book), @"this sweep is not in the ledger: ~/ledger.db is not used as the ledger, and left as it is: everybody may write its folder (mode 1777): name one of its own");
}

#[cfg(unix)]
#[test]
fn journal_that_is_a_link() {
    let book = Book::new();
    book.sweep(0, zombies(1));
    let journal = book.folder.path().join("ledger.db-journal");
    std::os::unix::fs::symlink("/etc/hostname", journal).unwrap();
    assert!(
        refused(&book).contains("ledger.db-journal is not used"),
        "{}",
        refused(&book)
    );
}

#[cfg(unix)]
#[test]
fn second_name() {
    let book = Book::new();
    book.sweep(0, zombies(1));
    fs::hard_link(book.path(), book.folder.path().join("second.db")).unwrap();
    assert!(refused(&book).ends_with("it has 2 names"));
}

#[test]
fn folder_of_which_not_even_the_parent_is_there() {
    let mut book = Book::new();
    let folder = book.folder.path().to_owned();
    let path = folder.join("no/such/ledger.db");
    book.keep = std::time::Duration::from_secs(1);
    let clocks = zombie_sweeper::ledger::Clocks {
        boot_id: None,
        wall: super::after(0).into(),
        since_boot: None,
        awake: None,
    };
    let entry = zombie_sweeper::ledger::Entry {
        scope: &super::scope(),
        is_narrowed: false,
        at: super::after(0).into(),
        clocks: &clocks,
        outcome: Outcome::Failed("busy"),
    };
    let said = zombie_sweeper::ledger::record(&path, book.keep, &entry);
    assert!(said[0].contains("failed to make the folder"), "{said:?}");
    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn nothing_there_to_read() {
    let book = Book::new();
    let read = Ledger::open_to_read(&book.path());
    assert!(matches!(read, Err(LedgerError::Missing(_))), "{read:?}");
    assert_eq!(book.names(), [""; 0], "nothing is made by reading");
    let read = Ledger::open_to_read(Path::new("/no/such/folder/ledger.db"));
    assert!(matches!(read, Err(LedgerError::Missing(_))), "{read:?}");
}

#[test]
fn the_queues_own_files() {
    let folder = tempfile::tempdir().unwrap();
    let queue = folder.path().join("orchestra.db");
    let in_folder = |name: &str| folder.path().join(name);
    let is_refused = |ledger: &Path| match refuse_misplaced(ledger, &queue) {
        Err(Misplaced::Queue { .. }) => true,
        Err(other) => panic!("{other}"),
        Ok(()) => false,
    };
    for is_there in [false, true] {
        for name in [
            "orchestra.db",
            "orchestra.db-wal",
            "orchestra.db-shm",
            "orchestra.db-journal",
        ] {
            assert!(is_refused(&in_folder(name)), "{name}, {is_there}");
            assert!(
                is_refused(&folder.path().join("./").join(name)),
                "{name}, {is_there}"
            );
        }
        assert!(!is_refused(&in_folder("ledger.db")));
        fs::write(&queue, "").unwrap();
    }
    let misplaced = refuse_misplaced(folder.path(), &queue);
    assert!(matches!(misplaced, Err(Misplaced::Folder(_))), "{misplaced:?}");
}

/// SQLite deletes what it takes for the journal of a database that is not there.
#[test]
fn somebodys_file_in_the_place_of_its_journal() {
    for name in ["ledger.db-journal", "ledger.db-wal"] {
        let book = Book::new();
        let theirs = book.folder.path().join(name);
        fs::write(&theirs, "my notes").unwrap();
        let said = book.enter(0, Outcome::Failed("busy"));
        assert!(said[0].contains("is not used as the ledger"), "{said:?}");
        assert_eq!(fs::read(&theirs).unwrap(), b"my notes");
    }
}

/// SQLite would take the queue for what a crash has left of the ledger, and play it back or take it away.
#[test]
fn the_queue_in_the_place_of_its_journal() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("queue");
    for name in ["queue-journal", "queue-wal", "queue-shm"] {
        let misplaced = refuse_misplaced(&ledger, &folder.path().join(name));
        assert!(matches!(misplaced, Err(Misplaced::BesideIt(_))), "{misplaced:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_queue_by_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let [queue, hard, soft] = ["orchestra.db", "hard.db", "soft.db"].map(|name| folder.path().join(name));
    fs::write(&queue, "").unwrap();
    fs::hard_link(&queue, &hard).unwrap();
    std::os::unix::fs::symlink(&queue, &soft).unwrap();
    assert!(refuse_misplaced(&hard, &queue).is_err());
    assert!(refuse_misplaced(&soft, &queue).is_err());
    // The queue is named by a link: its log stands beside the file.
    assert!(refuse_misplaced(&folder.path().join("orchestra.db-wal"), &soft).is_err());
}
