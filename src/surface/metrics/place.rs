//! Where metrics may be written.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What `node_exporter` looks for.
const END: &str = "prom";

/// How many links are followed from one to the next.
const LINKS: usize = 40;

/// A file that `node_exporter` would read; an empty path, as a variable may be, is none.
pub(crate) fn parse(path: PathBuf) -> Result<PathBuf, String> {
    if path.as_os_str().is_empty() || path.extension() == Some(OsStr::new(END)) {
        return Ok(path);
    }
    let expected = "expected a file whose name ends in .prom, as node_exporter reads no other";
    Err(match path.file_name() {
        Some(name) => format!("{expected}; found {}", name.display()),
        None => expected.to_owned(),
    })
}

/// Whether this would be the database, or a file of SQLite's beside it, whichever of them are there.
pub(crate) fn is_beside(metrics: &Path, database: &Path) -> bool {
    let (Some(metrics), Some(database)) = (full(metrics), full(database)) else {
        return false;
    };
    let (Some(name), Some(of_database)) = (metrics.file_name(), database.file_name()) else {
        return false;
    };
    let is_named_for_it = name
        .as_encoded_bytes()
        .strip_prefix(of_database.as_encoded_bytes())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"-"));
    is_named_for_it && metrics.parent() == database.parent()
}

/// Where the links lead that a path names, whether or not a file is there yet.
pub(crate) fn linked(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(target) = path.read_link() else { break };
        path = path
            .parent()
            .map_or(target.clone(), |folder| folder.join(&target));
    }
    path
}

/// By the folder that it really lies in.
fn full(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(linked(path)).ok()?;
    let folder = path.parent()?;
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    Some(folder.join(path.file_name()?))
}
