//! What the first bytes of a file say, before SQLite opens it: it would undo, or fold in, what another program's crash left
//! beside that program's database.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::error::LedgerError;
use super::{beside, system, turns};

/// Says in the file's header that it is a ledger: `ZSld`.
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"ZSld");

/// The newest version that is understood. One that is older is brought up to it before it is written; see `sql/schema.sql`,
/// and the files of later versions beside it.
pub(super) const VERSION: i32 = 2;

/// How every database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// How long the shortest page of a database is, the first of which begins with its header.
const LENGTH: u64 = 512;

/// Where it says by which version of the file format it may be written: of one that it does not know, SQLite says no more than
/// that it cannot be written.
const FORMAT_AT: usize = 18;
const FORMATS: [u8; 2] = [1, 2];

/// Where it says of which version the ledger is.
const VERSION_AT: usize = 60;

/// Where it says whose it is.
const APPLICATION_ID_AT: usize = 68;

/// Fails where what lies there, or beside it, is not ours, or is for sure no ledger that can be used.
pub(super) fn check(path: &Path) -> Result<(), LedgerError> {
    let _turn = turns::to_read_files();
    let failed = |error| LedgerError::io("read", path)(error);
    let header = first_bytes(path).map_err(failed)?;
    if header.is_empty() || is_begun(path, &header) {
        let found = fs::symlink_metadata(path).map_err(failed)?;
        if !system::has_our_mode(&found) {
            let why = "it is empty, and has not the mode of a ledger (0600): take it away if nobody needs it";
            return Err(LedgerError::refused(path, why));
        }
    } else if !is_ours(path, &header) {
        let why = if header.starts_with(MAGIC) {
            "it is another program's database"
        } else {
            "it is no ledger"
        };
        return Err(LedgerError::refused(path, why));
    }
    beside::check(path)?;
    let damaged = |why: &str| {
        Err(LedgerError::Damaged {
            path: path.to_owned(),
            why: why.to_owned(),
        })
    };
    match number(&header, VERSION_AT) {
        _ if is_zeroed(&header) => Ok(()),
        _ if !header.starts_with(MAGIC) => damaged("file is not a database"),
        Some(version) if version > VERSION => Err(LedgerError::Newer {
            path: path.to_owned(),
            version,
            known: VERSION,
        }),
        // SQLite takes it for an empty one.
        _ if is_cut_off(&header) => damaged("it is cut off within its first page"),
        _ if !has_a_format(&header) => damaged("its header names no format that there is"),
        _ => Ok(()),
    }
}

/// Whether the file shows that it is a ledger, whatever else is wrong with it.
pub(super) fn shows_it_is_ours(path: &Path) -> bool {
    let _turn = turns::to_read_files();
    first_bytes(path).is_ok_and(|header| is_ours(path, &header))
}

/// By the id in it. One that was cut off before its id can be nobody's database any more: then its mode has to say so.
fn is_ours(path: &Path, header: &[u8]) -> bool {
    match number(header, APPLICATION_ID_AT) {
        Some(id) => id == APPLICATION_ID,
        None => {
            header.starts_with(MAGIC)
                && fs::symlink_metadata(path).is_ok_and(|found| system::has_our_mode(&found))
        }
    }
}

/// Whether its first sweep was being entered when the machine went down: the room was there, and nothing in it yet. What
/// stands beside it says that there was nothing before, and SQLite makes it so again.
fn is_begun(path: &Path, header: &[u8]) -> bool {
    is_zeroed(header) && beside::says_it_was_empty(path)
}

fn is_cut_off(header: &[u8]) -> bool {
    u64::try_from(header.len()).is_ok_and(|length| length < LENGTH)
}

fn has_a_format(header: &[u8]) -> bool {
    header
        .get(FORMAT_AT)
        .is_some_and(|format| FORMATS.contains(format))
}

fn is_zeroed(header: &[u8]) -> bool {
    header.iter().all(|byte| *byte == 0)
}

fn number(header: &[u8], at: usize) -> Option<i32> {
    let bytes = header.get(at..at + 4)?;
    Some(i32::from_be_bytes(bytes.try_into().ok()?))
}

fn first_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LENGTH).read_to_end(&mut bytes)?;
    Ok(bytes)
}
