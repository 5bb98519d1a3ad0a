//! What the first bytes of a file say, before SQLite opens it: it would undo, or fold in, what another program's crash left
//! beside that program's database.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use super::error::LedgerError;
use super::place::{BESIDE, sibling};

/// Says in the file's header that it is a ledger: `ZSld`.
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"ZSld");

/// How every database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// How long the header of a database is.
const LENGTH: u64 = 100;

/// Where it says whose it is.
const APPLICATION_ID_AT: usize = 68;

/// Fails where what lies there is for sure no ledger, nor the place for one.
pub(super) fn check(path: &Path) -> Result<(), LedgerError> {
    let header = read(path).map_err(LedgerError::io("read", path))?;
    // What a crash left of one that had just been begun is for SQLite to undo.
    if header.is_empty() || is_ours(&header) {
        return Ok(());
    }
    let is_left_half_done = BESIDE.iter().any(|suffix| has_content(&sibling(path, suffix)));
    if header.starts_with(MAGIC) {
        return match is_left_half_done {
            true => Err(LedgerError::another_programs(path)),
            false => Ok(()),
        };
    }
    if is_left_half_done {
        return Ok(());
    }
    Err(LedgerError::Damaged {
        path: path.to_owned(),
        why: "file is not a database".to_owned(),
    })
}

/// Whether the file says that it is a ledger, whatever else is wrong with it.
pub(super) fn says_it_is_ours(path: &Path) -> bool {
    read(path).is_ok_and(|header| is_ours(&header))
}

fn is_ours(header: &[u8]) -> bool {
    let id = header.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4);
    id.is_some_and(|id| id == APPLICATION_ID.to_be_bytes())
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut header = Vec::new();
    File::open(path)?.take(LENGTH).read_to_end(&mut header)?;
    Ok(header)
}

fn has_content(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.len() > 0)
}
