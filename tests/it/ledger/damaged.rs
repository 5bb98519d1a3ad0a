//! A damaged ledger is set aside, and a new one begun.

use std::fs;
use std::path::Path;

use zombie_sweeper::ledger::{Ledger, LedgerError, Outcome, ReapFilter};

use super::Book;
use crate::world::zombies;

/// Enters a sweep into a ledger that is damaged; what is said of it, and the names that are there then.
#[track_caller]
fn set_aside(book: &Book) -> (String, Vec<String>) {
    let damaged = fs::read(book.path()).unwrap();
    let mut said = book.enter(0, Outcome::Failed("busy"));
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(book.read().reaps(&ReapFilter::default()).unwrap(), []);
    let names = book.names();
    let is_aside = |name: &&String| name.contains("damaged") && !name.ends_with("-journal");
    let aside = names.iter().rfind(is_aside).unwrap();
    assert_eq!(fs::read(book.folder.path().join(aside)).unwrap(), damaged);
    let folder = book.folder.path().canonicalize().unwrap();
    (said.remove(0).replace(folder.to_str().unwrap(), "~"), names)
}

fn written() -> Book {
    let book = Book::new();
    book.sweep(0, zombies(50));
    book
}

#[test]
fn bytes_that_are_no_database() {
    let book = written();
    let mut bytes = fs::read(book.path()).unwrap();
    bytes[..64].fill(b'x');
    fs::write(book.path(), bytes).unwrap();
    let read = Ledger::open_to_read(&book.path());
    assert!(matches!(read, Err(LedgerError::Damaged { .. })), "{read:?}");
    let (said, names) = set_aside(&book);
    insta::assert_snapshot!(said, @"the ledger ~/ledger.db was damaged (file is not a database): it is set aside as ~/ledger.db.damaged-20260411T031800Z, and a new one begun");
    assert_eq!(names, ["ledger.db", "ledger.db.damaged-20260411T031800Z"]);
}

#[test]
fn pages_that_are_corrupt() {
    let book = written();
    let mut bytes = fs::read(book.path()).unwrap();
    bytes[4096..].fill(0xff);
    fs::write(book.path(), bytes).unwrap();
    assert!(set_aside(&book).0.contains("malformed"));
}

#[test]
fn file_that_was_cut_short() {
    let book = written();
    let file = fs::OpenOptions::new().write(true).open(book.path()).unwrap();
    file.set_len(4096 * 2).unwrap();
    assert!(set_aside(&book).0.contains("was damaged"));
}

#[test]
fn schema_that_is_not_as_it_was_made() {
    let book = written();
    book.connect()
        .execute_batch("ALTER TABLE sweeps RENAME COLUMN scanned TO seen")
        .unwrap();
    assert!(set_aside(&book).0.contains("was damaged"));
    let book = written();
    book.connect().execute_batch("PRAGMA user_version = -3").unwrap();
    assert!(set_aside(&book).0.contains("it says that it is of version -3"));
}

/// Twice in one second: nothing is overwritten.
#[test]
fn one_behind_the_other() {
    let book = written();
    for _ in 0..3 {
        let mut bytes = fs::read(book.path()).unwrap();
        bytes[..64].fill(b'x');
        fs::write(book.path(), bytes).unwrap();
        set_aside(&book);
    }
    let names = book.names();
    let aside = names.iter().filter(|name| name.contains("damaged"));
    assert_eq!(aside.count(), 3, "{names:?}");
}

/// A journal that was left beside it must not be played back into the new one.
#[test]
fn journal_goes_with_it() {
    let book = written();
    let mut bytes = fs::read(book.path()).unwrap();
    bytes[..64].fill(b'x');
    fs::write(book.path(), bytes).unwrap();
    let journal = book.folder.path().join("ledger.db-journal");
    fs::write(&journal, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7left behind").unwrap();
    make_ours(&journal);
    let left = fs::read(&journal).unwrap();
    let (_, names) = set_aside(&book);
    assert!(!journal.exists());
    let aside = names.iter().find(|name| name.ends_with("-journal")).unwrap();
    assert_eq!(fs::read(book.folder.path().join(aside)).unwrap(), left);
}

/// What nobody has written yet is no damage.
#[test]
fn empty_file_is_begun() {
    let book = Book::new();
    fs::write(book.path(), "").unwrap();
    make_ours(&book.path());
    book.sweep(0, zombies(1));
    assert_eq!(book.names(), ["ledger.db"]);
}

/// The machine went down while the first sweep was entered: the journal is whole, and the file has room and nothing in it.
#[test]
fn begun_and_not_ended() {
    let book = Book::new();
    fs::write(book.path(), [0; 8192]).unwrap();
    make_ours(&book.path());
    let mut journal = [0; 512];
    journal[..8].copy_from_slice(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");
    journal[20..24].copy_from_slice(&512_u32.to_be_bytes());
    journal[24..28].copy_from_slice(&4096_u32.to_be_bytes());
    let path = book.folder.path().join("ledger.db-journal");
    fs::write(&path, journal).unwrap();
    make_ours(&path);
    book.sweep(0, zombies(1));
    assert_eq!(book.names(), ["ledger.db"]);
}

/// SQLite says of it no more than that it cannot be written.
#[test]
fn format_that_there_is_not() {
    let book = written();
    let mut bytes = fs::read(book.path()).unwrap();
    bytes[18] = 0xff;
    fs::write(book.path(), bytes).unwrap();
    let said = set_aside(&book).0;
    assert!(
        said.contains("its header names no format that there is"),
        "{said}"
    );
}

#[test]
fn cut_off_within_its_header() {
    for length in [16, 71, 72, 99, 100, 511] {
        let book = written();
        let file = fs::OpenOptions::new().write(true).open(book.path()).unwrap();
        file.set_len(length).unwrap();
        assert!(set_aside(&book).0.contains("was damaged"), "{length}");
    }
}

fn make_ours(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}
