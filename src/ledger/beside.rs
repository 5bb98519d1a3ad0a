//! What stands beside a ledger, where SQLite keeps what belongs to it: it would play back, fold in or take away whatever lies
//! there under such a name.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use super::error::LedgerError;
use super::place::{BESIDE, JOURNAL, LOG, objection, sibling};
use super::system;

/// How a journal begins, once it may be played back; until then these bytes are zero, and once it may not be any more.
const OF_JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// How a log begins: its checksums are of either byte order.
const OF_LOG: [[u8; 4]; 2] = [[0x37, 0x7f, 0x06, 0x82], [0x37, 0x7f, 0x06, 0x83]];

/// How the index of a log begins: its version, in the byte order of the machine.
const OF_LOG_INDEX: [u8; 4] = 3_007_000_u32.to_ne_bytes();

/// Where a journal says how many pages the database had before.
const PAGES_AT: usize = 16;

/// Fails where something stands there that SQLite did not make.
pub(super) fn check(ledger: &Path) -> Result<(), LedgerError> {
    for suffix in BESIDE {
        let path = sibling(ledger, suffix);
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(LedgerError::io("look at", path)(error)),
        };
        if let Some(why) = objection(&found) {
            return Err(LedgerError::refused(path, why));
        }
        if !system::has_one_name(&found) {
            return Err(LedgerError::refused(path, "it has several names"));
        }
        let begins = match begins(&path) {
            Ok(begins) => begins,
            // Another sweeper is done with it.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(LedgerError::io("read", path)(error)),
        };
        if !is_of_sqlite(suffix, &begins) {
            let why = "it is not SQLite's, which would take it away: name the ledger otherwise";
            return Err(LedgerError::refused(path, why));
        }
    }
    Ok(())
}

/// Whether a journal stands there that says that the file was empty before.
pub(super) fn says_it_was_empty(ledger: &Path) -> bool {
    begins(&sibling(ledger, JOURNAL)).is_ok_and(|begins| {
        begins.starts_with(&OF_JOURNAL) && begins.get(PAGES_AT..PAGES_AT + 4) == Some(&[0; 4])
    })
}

fn is_of_sqlite(suffix: &str, begins: &[u8]) -> bool {
    let is_zeroed = begins.iter().take(OF_JOURNAL.len()).all(|byte| *byte == 0);
    is_zeroed
        || match suffix {
            JOURNAL => begins.starts_with(&OF_JOURNAL),
            LOG => OF_LOG.iter().any(|magic| begins.starts_with(magic)),
            _ => begins.starts_with(&OF_LOG_INDEX),
        }
}

fn begins(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(32).read_to_end(&mut bytes)?;
    Ok(bytes)
}
