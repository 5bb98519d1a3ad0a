//! What the first bytes of a file say, before SQLite opens it: it would undo, or fold in, what another program's crash left
//! beside that program's database.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use super::error::LedgerError;
use super::place::sibling;

/// Says in the file's header that it is a ledger: `ZSld`.
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"ZSld");

/// How every database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// What a crash can leave beside one, and how that begins.
const LEFT: [(&str, &[u8]); 2] = [
    ("-journal", &[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]),
    ("-wal", &[0x37, 0x7f, 0x06]),
];

/// How long the header of a database is.
const LENGTH: u64 = 100;

/// Where it says whose it is.
const APPLICATION_ID_AT: usize = 68;

/// Fails where what lies there is for sure no ledger, nor the place for one.
pub(super) fn check(path: &Path) -> Result<(), LedgerError> {
    let header = read(path, LENGTH).map_err(LedgerError::io("read", path))?;
    let mut is_left_half_done = false;
    let mut somebodys = None;
    for (suffix, magic) in LEFT {
        let file = sibling(path, suffix);
        let first = read(&file, 8).or_else(nothing_where_there_is_no_file);
        let first = first.map_err(LedgerError::io("read", &file))?;
        if first.starts_with(magic) {
            is_left_half_done = true;
        } else if first.iter().any(|byte| *byte != 0) {
            somebodys = Some(file);
        }
    }
    if !header.is_empty() && !header.starts_with(MAGIC) {
        // What a crash left of one that had just been begun is for SQLite to undo.
        return if is_left_half_done {
            Ok(())
        } else {
            Err(LedgerError::Damaged {
                path: path.to_owned(),
                why: "file is not a database".to_owned(),
            })
        };
    }
    if let Some(file) = somebodys {
        let why = "it lies where SQLite keeps what belongs to a ledger, and would be deleted";
        return Err(LedgerError::refused(file, why));
    }
    if is_left_half_done && !header.is_empty() && !is_ours(&header) {
        return Err(LedgerError::another_programs(path));
    }
    Ok(())
}

/// Whether the file says that it is a ledger, whatever else is wrong with it.
pub(super) fn says_it_is_ours(path: &Path) -> bool {
    read(path, LENGTH).is_ok_and(|header| is_ours(&header))
}

fn is_ours(header: &[u8]) -> bool {
    let id = header.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4);
    id.is_some_and(|id| id == APPLICATION_ID.to_be_bytes())
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut header = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut header)?;
    Ok(header)
}

fn nothing_where_there_is_no_file(error: io::Error) -> io::Result<Vec<u8>> {
    match error.kind() {
        ErrorKind::NotFound => Ok(Vec::new()),
        _ => Err(error),
    }
}
