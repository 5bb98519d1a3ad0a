//! A damaged ledger is set aside, never deleted and never over anything else.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::LedgerError;
use super::header::shows_it_is_ours;
use super::place::{BESIDE, sibling};
use super::system::{self, Identity};
use crate::zombie::Timestamp;

/// How many names are tried.
const NAMES: u32 = 1_000;

/// Gives a damaged ledger, and its journal with it, another name, and returns that; `None` where another sweeper has done
/// so by now, and perhaps begun a new one, which is not to be touched.
pub(super) fn set_aside(
    path: &Path,
    damaged: Identity,
    now: Timestamp,
) -> Result<Option<PathBuf>, LedgerError> {
    let failed = |error| LedgerError::io("set aside the damaged ledger", path)(error);
    match fs::symlink_metadata(path) {
        Ok(found) if system::identity(&found) == damaged => {}
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    if !shows_it_is_ours(path) {
        return Err(LedgerError::refused(path, "it is no ledger"));
    }
    let stamp = stamp(now);
    for number in 1..=NAMES {
        let number = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        let aside = sibling(path, &format!(".damaged-{stamp}{number}"));
        match system::rename(path, &aside) {
            // Another sweeper came in between, and this is the one that it has begun.
            Ok(()) if fs::symlink_metadata(&aside).is_ok_and(|found| system::identity(&found) != damaged) => {
                system::rename(&aside, path).map_err(failed)?;
                return Ok(None);
            }
            Ok(()) => {
                for suffix in BESIDE {
                    // What does not go with it, the next one finds beside an empty file, and SQLite takes it away.
                    let _ = system::rename(&sibling(path, suffix), &sibling(&aside, suffix));
                }
                return Ok(Some(aside));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(ErrorKind::AlreadyExists.into()))
}

/// The moment to the second, of letters and digits alone.
fn stamp(now: Timestamp) -> String {
    let text = now.to_rfc3339();
    let second = text.split('.').next().unwrap_or_default();
    let letters: String = second.chars().filter(char::is_ascii_alphanumeric).collect();
    letters + "Z"
}
